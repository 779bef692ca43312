"""From files to sheets: a folder, a zip or single uploads of CSV. Nothing is believed about their contents."""

import csv
import hashlib
import io
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from app.core.errors import DomainError
from app.core.text import join_words
from app.deals.sheets import COLUMNS, REQUIRED, BadRow, Row, Sheets

LARGEST_BYTES = 5 * 1024 * 1024
LARGEST = "5 MB"
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
_ZIP = b"PK\x03\x04"


class CannotRead(DomainError):
    """These are not the files of an import."""


def read_path(path: Path) -> Sheets:
    """A folder of CSV files or a zip of them. Raises CannotRead."""
    if path.is_dir():
        return read_folder(path)
    if not path.exists():
        raise CannotRead(f"{path} does not exist. Name a folder of CSV files, or a zip of them.")
    return read_uploads([(path.name, _bounded(path))])


def read_folder(path: Path) -> Sheets:
    """The CSV files that lie directly in the folder. Raises CannotRead."""
    files = sorted(file for file in path.iterdir() if file.is_file() and _is_csv(file.name))
    return read_files({file.name: _bounded(file) for file in files})


def read_uploads(files: Sequence[tuple[str, bytes]]) -> Sheets:
    """One zip, or several CSV files, by the names they were sent with. Raises CannotRead."""
    named: dict[str, bytes] = {}
    for sent_as, content in files:
        name = PureWindowsPath(sent_as).name
        if name.lower().endswith(WORKBOOKS):
            advice = "Save each sheet as a CSV file (UTF-8) and import the folder, or a zip of it."
            raise CannotRead(f"{name} is a workbook, which cannot be imported yet. {advice}")
        if content.startswith(_ZIP) or name.lower().endswith(".zip"):
            if len(files) > 1:
                raise CannotRead(f"Choose either {name} alone or the CSV files, not both.")
            return read_zip(content)
        if not _is_csv(name) or name in named:
            what = "stands there twice" if name in named else "is neither a CSV file nor a zip of CSV files"
            raise CannotRead(f"{name} {what}.")
        named[name] = content
    return read_files(named)


def read_zip(content: bytes) -> Sheets:
    """The CSV files in a zip, in whatever folder they lie there. Raises CannotRead."""
    _refuse_large("The zip", len(content))
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if _is_csv(member.filename)]
            _refuse_large("What the zip holds", sum(member.file_size for member in members))
            for member in members:
                name = PurePosixPath(member.filename).name
                if name in files:
                    raise CannotRead(f"The zip holds {name} twice. Put one folder into it.")
                files[name] = archive.read(member)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, zlib.error) as error:
        raise CannotRead("The zip is damaged or protected. Make it again without a password.") from error
    return read_files(files)


def read_files(files: Mapping[str, bytes]) -> Sheets:
    """CSV files by name. What cannot be read in them stands in `problems`. Raises CannotRead when there is none."""
    if not files:
        raise CannotRead(f"There is no CSV file. An import needs {join_words([f'{name}.csv' for name in REQUIRED])}.")
    _refuse_large("The files together", sum(len(content) for content in files.values()))
    problems: list[BadRow] = []
    rows: dict[str, list[Row]] = {}
    for file, content in sorted(files.items()):
        name = file.rsplit(".", 1)[0].lower()
        if name not in COLUMNS:
            problems.append(BadRow(file, 0, "", "", "It is not a file of an import.", f"Name it {_expected()}."))
            continue
        if name in rows:
            problems.append(BadRow(file, 0, "", "", f"There are two files called {name}.", "Keep one of the two."))
            continue
        rows[name] = list(_rows(name, content, problems))
    for name in REQUIRED:
        if name not in rows:
            problems.append(BadRow(name, 0, "", "", f"{name}.csv is missing.", "Add the file, with its header row."))
    digests = {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}
    return Sheets(rows=rows, files=digests, problems=problems)


def _rows(name: str, content: bytes, problems: list[BadRow]) -> Iterator[Row]:
    text = _decoded(name, content, problems)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        header = [cell.strip() for cell in next(reader, [])]
        number = 1
        found = list(_wrong_header(name, header))
        problems.extend(found)
        for number, cells in enumerate(() if found else reader, start=2):
            if any(cell.strip() for cell in cells):
                yield from _row(name, number, header, cells, problems)
    except csv.Error as error:
        remedy = "Put text with commas or line breaks between double quotes, and double the quotes inside it."
        problems.append(BadRow(name, number + 1, "", "", f"The row cannot be read ({error}).", remedy))


def _row(name: str, number: int, header: list[str], cells: list[str], problems: list[BadRow]) -> Iterator[Row]:
    if len(cells) != len(header):
        reason = f"It has {len(cells)} cells; the header has {len(header)}."
        remedy = "Put text with commas between double quotes, and give every column a cell."
        problems.append(BadRow(name, number, "", cells[0][:40], reason, remedy))
        return
    tidy = (unicodedata.normalize("NFC", cell.replace("\r\n", "\n")).strip() for cell in cells)
    yield Row(number, dict(zip(header, tidy, strict=True)))


def _wrong_header(name: str, header: list[str]) -> Iterator[BadRow]:
    expected = COLUMNS[name]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        yield BadRow(name, 1, "", header[0][:40], "The columns are not separated by commas.", "Save it as CSV (comma).")
        return
    for column in expected:
        if column not in header:
            yield BadRow(name, 1, column, "", "The column is missing.", f"Add a column headed {column}.")
    for position, column in enumerate(header):
        if column not in expected:
            remedy = f"Take it out. The columns are {join_words(expected)}."
            yield BadRow(name, 1, column[:40], column[:40], "The column is not known.", remedy)
        elif column in header[:position]:
            yield BadRow(name, 1, column, column, "The column stands twice.", "Keep one of the two.")


def _decoded(name: str, content: bytes, problems: list[BadRow]) -> str | None:
    if not content.strip():
        problems.append(BadRow(name, 0, "", "", f"{name}.csv is empty.", "Add the header row."))
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = f"{name}.csv is not UTF-8: line {line} holds a byte that is not text."
        problems.append(BadRow(name, 0, "", "", reason, "Save the file again as CSV UTF-8."))
        return None


def _is_csv(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() == ".csv" and not path.name.startswith(".") and "__MACOSX" not in path.parts


def _bounded(path: Path) -> bytes:
    _refuse_large(path.name, path.stat().st_size)
    return path.read_bytes()


def _refuse_large(what: str, size: int) -> None:
    if size > LARGEST_BYTES:
        advice = "Import fewer deals at a time."
        raise CannotRead(f"{what}: {size / 1_000_000:.1f} MB; at most {LARGEST} are taken. {advice}")


def _expected() -> str:
    return " or ".join(f"{name}.csv" for name in COLUMNS)
