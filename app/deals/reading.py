"""From files to sheets: a folder, a zip or single uploads of CSV, or one workbook. Nothing is believed about them."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from app.core.errors import DomainError
from app.core.text import join_words
from app.deals.sheets import COLUMNS, REQUIRED, BadRow, Sheets, Table
from app.deals.tables import CsvTable, Opener
from app.deals.workbook import BROKEN, is_workbook, open_workbook

LARGEST_BYTES = 25 * 1024 * 1024
LARGEST = "25 MB"
LARGEST_WORKBOOK = 250 * 1024 * 1024
LARGEST_WORDS = 50 * 1024 * 1024
MOST_MEMBERS = 1000
PART = 1024 * 1024
OLD_WORKBOOKS = (".xlsm", ".xls", ".xlsb", ".ods")
UNREADABLE = (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, zlib.error)
_ZIP = b"PK\x03\x04"


class CannotRead(DomainError):
    """These are not the files of an import."""


def read_path(path: Path) -> Sheets:
    """A folder of CSV files, a zip of them, or a workbook. Raises CannotRead."""
    if path.is_dir():
        return read_folder(path)
    if not path.exists():
        raise CannotRead(f"{path} does not exist. Name a folder of CSV files, a zip of them, or an XLSX workbook.")
    return read_uploads([(path.name, _bounded(path))])


def read_folder(path: Path) -> Sheets:
    """The CSV files that lie directly in the folder. Raises CannotRead."""
    files = sorted(file for file in path.iterdir() if file.is_file() and _is_csv(file.name))
    return read_files({file.name: _bounded(file) for file in files})


def read_uploads(files: Sequence[tuple[str, bytes]]) -> Sheets:
    """One zip, one workbook, or several CSV files, by the names they were sent with. Raises CannotRead."""
    named: dict[str, bytes] = {}
    for sent_as, content in files:
        name = bare_name(sent_as)
        if name.lower().endswith(OLD_WORKBOOKS):
            raise CannotRead(f"{name} is a workbook of another kind. Save it as XLSX, or each sheet as CSV (UTF-8).")
        if content.startswith(_ZIP) or name.lower().endswith((".zip", ".xlsx")):
            if len(files) > 1:
                raise CannotRead(f"Choose either {name} alone or the CSV files, not both.")
            return _read_packed(name, content)
        if not _is_csv(name) or name in named:
            what = "stands there twice" if name in named else "is neither CSV, nor a zip of CSV files, nor a workbook"
            raise CannotRead(f"{name} {what}.")
        named[name] = content
    return read_files(named)


def _read_packed(name: str, content: bytes) -> Sheets:
    if name.lower().endswith(".xlsx") or is_workbook(content):
        return read_workbook(name, content)
    return read_zip(content)


def read_workbook(name: str, content: bytes) -> Sheets:
    """The sheets of one XLSX workbook; others than those of an import are passed over. Raises CannotRead."""
    refuse_large(name, len(content))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = {member.filename: member.file_size for member in archive.infolist()}
        if sum(sizes.values()) > LARGEST_WORKBOOK or sizes.get("xl/sharedStrings.xml", 0) > LARGEST_WORDS:
            raise CannotRead(
                f"{name} unpacks to more than a workbook of {LARGEST} holds. Import fewer deals at a time."
            )
        found = open_workbook(content)
    except BROKEN as error:
        raise CannotRead(
            f"{name} is damaged, protected, or no workbook. Save it again as XLSX, without a password."
        ) from error
    tables: dict[str, Table] = {sheet: found[sheet] for sheet in COLUMNS if sheet in found}
    return Sheets(tables, {name: hashlib.sha256(content).hexdigest()}, _missing(tables, "sheet {}"))


def read_zip(content: bytes) -> Sheets:
    """The CSV files in a zip, in whatever folder they lie there. Raises CannotRead."""
    refuse_large("The zip", len(content))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = _members(archive)
            digests = {name: _digest(archive, member) for name, member in members.items()}
    except UNREADABLE as error:
        raise CannotRead("The zip is damaged or protected. Make it again without a password.") from error
    return _sheets(digests, lambda name: _member_opener(content, members[name].filename))


def _members(archive: zipfile.ZipFile) -> Mapping[str, zipfile.ZipInfo]:
    """The CSV files by their bare names; what they unpack to is bounded before anything is unpacked."""
    members: dict[str, zipfile.ZipInfo] = {}
    if len(archive.infolist()) > MOST_MEMBERS:
        raise CannotRead(f"The zip holds more than {MOST_MEMBERS:,} files. Put only those of the import into it.")
    for member in archive.infolist():
        if ".." in PurePosixPath(member.filename).parts or member.filename.startswith("/"):
            raise CannotRead(f"The zip holds a path that leads elsewhere: {member.filename[:80]}. Make it again.")
        if not _is_csv(member.filename):
            continue
        name = PurePosixPath(member.filename).name
        if name in members:
            raise CannotRead(f"The zip holds {name} twice. Put one folder into it.")
        members[name] = member
    refuse_large("What the zip holds", sum(member.file_size for member in members.values()))
    return members


def _digest(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    with archive.open(member) as file:
        digest = hashlib.sha256()
        while part := file.read(PART):
            digest.update(part)
        return digest.hexdigest()


def _member_opener(content: bytes, member: str) -> Opener:
    @contextmanager
    def opened() -> Iterator[IO[bytes]]:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(member) as file:
            yield file

    return opened


def read_files(files: Mapping[str, bytes]) -> Sheets:
    """CSV files by name. Raises CannotRead when there is none, or when they are too large."""
    refuse_large("The files together", sum(len(content) for content in files.values()))
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return _sheets(digests, lambda name: lambda: io.BytesIO(files[name]))


def _sheets(
    digests: Mapping[str, str], opener_of: Callable[[str], Callable[[], AbstractContextManager[IO[bytes]]]]
) -> Sheets:
    if not digests:
        raise CannotRead(f"There is no CSV file. An import needs {join_words([f'{name}.csv' for name in REQUIRED])}.")
    problems: list[BadRow] = []
    tables: dict[str, Table] = {}
    for file in sorted(digests):
        name = file.rsplit(".", 1)[0].lower()
        if name not in COLUMNS:
            problems.append(BadRow(file, 0, "", "", "It is not a file of an import.", f"Name it {_expected()}."))
        elif name in tables:
            problems.append(BadRow(file, 0, "", "", f"There are two files called {name}.", "Keep one of the two."))
        else:
            tables[name] = CsvTable(name, opener_of(file))
    return Sheets(tables, dict(digests), [*problems, *_missing(tables, "{}.csv")])


def _missing(tables: Mapping[str, Table], called: str) -> list[BadRow]:
    absent = [name for name in REQUIRED if name not in tables]
    return [
        BadRow(name, 0, "", "", f"{called.format(name)} is missing.", "Add it, with its header row.") for name in absent
    ]


def bare_name(sent_as: str) -> str:
    """The name of a file without the folders that a browser may have sent with it."""
    return PureWindowsPath(sent_as).name


def _is_csv(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() == ".csv" and not path.name.startswith(".") and "__MACOSX" not in path.parts


def _bounded(path: Path) -> bytes:
    refuse_large(path.name, path.stat().st_size)
    return path.read_bytes()


def refuse_large(what: str, size: int) -> None:
    """Raise CannotRead for more bytes than an import takes."""
    if size > LARGEST_BYTES:
        advice = "Import fewer deals at a time."
        raise CannotRead(f"{what}: {size / 1_000_000:.1f} MB; at most {LARGEST} are taken. {advice}")


def _expected() -> str:
    return " or ".join(f"{name}.csv" for name in COLUMNS)
