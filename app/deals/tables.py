"""CSV files as tables, read row by row. Nothing is believed about their contents."""

import csv
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from operator import itemgetter
from typing import IO

from app.core.text import join_words
from app.deals.sheets import COLUMNS, LONGEST_SHOWN, BadRow, Problems, Row

Opener = Callable[[], AbstractContextManager[IO[bytes]]]
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
SAVE_AS_UTF_8 = "Save the file again as CSV UTF-8."
QUOTES = "Put text with commas or line breaks between double quotes, and double the quotes inside it."


@dataclass(frozen=True)
class CsvTable:
    """One CSV file: UTF-8, commas, its columns in any order; a byte order mark and any line ends are welcome."""

    name: str
    opener: Opener

    def rows(self, problems: Problems) -> Iterator[Row]:
        """Every row that is not empty, in the order of the sheet's columns."""
        number = 0
        try:
            with self.opener() as file:
                reader = csv.reader(_lines(file), strict=True)
                number = 1
                header = [cell.strip() for cell in next(reader, [])]
                found = list(wrong_header(self.name, header))
                problems.extend(found)
                for number, texts in enumerate(() if found else reader, start=2):
                    yield from row_of(self.name, number, header, texts, problems)
        except csv.Error as error:
            problems.add(BadRow(self.name, number + 1, "", "", f"The row cannot be read ({error}).", QUOTES))
        except UnicodeDecodeError:
            problems.add(self._not_text())

    def size(self) -> int:
        """The lines of the file; a cell may hold several."""
        with self.opener() as file:
            return max(0, sum(1 for _ in file) - 1)

    def _not_text(self) -> BadRow:
        """Which byte in which row is not UTF-8; only here is the file read as a whole."""
        with self.opener() as file:
            content = file.read()
        if content.startswith(_UTF_16):
            return BadRow(self.name, 0, "", "", "The file is UTF-16.", SAVE_AS_UTF_8)
        try:
            content.decode()
        except UnicodeDecodeError as error:
            before = io.BytesIO(content[: error.start])
            row = max(1, sum(1 for _ in csv.reader(_lines(before))))
            reason = f"The byte 0x{content[error.start]:02X} after {_tail(content, error.start)!r} is not UTF-8."
            return BadRow(self.name, row, "", "", reason, SAVE_AS_UTF_8)
        raise AssertionError("a file that cannot be decoded was decoded")


def _tail(content: bytes, end: int) -> str:
    """The last few readable characters of the same line."""
    return content[max(0, end - 20) : end].decode(errors="ignore").rpartition("\n")[2]


def _lines(file: IO[bytes]) -> Iterator[str]:
    """Lines in composed form, whatever ends them; composing a line composes its cells."""
    for line in io.TextIOWrapper(file, encoding="utf-8-sig", newline=None):
        yield line if line.isascii() else unicodedata.normalize("NFC", line)


def row_of(name: str, number: int, header: Sequence[str], texts: Sequence[str], problems: Problems) -> Iterable[Row]:
    """The row in the order of the sheet's columns, unless it is empty or does not fit its header."""
    if len(texts) != len(header):
        if any(text.strip() for text in texts):
            reason = f"It has {len(texts)} cells; the header has {len(header)}."
            remedy = "Put text with commas between double quotes, and give every column a cell."
            problems.add(BadRow(name, number, "", texts[0][:LONGEST_SHOWN], reason, remedy))
        return ()
    if not (texts[0] or any(texts)) or not "".join(texts).strip():
        return ()
    columns = COLUMNS[name]
    if tuple(header) != columns:
        texts = itemgetter(*map(header.index, columns))(texts)
    return (Row(name, number, texts),)


def wrong_header(name: str, header: Sequence[str]) -> Iterator[BadRow]:
    """Columns that are missing, unknown or there twice."""
    expected = COLUMNS[name]
    if not any(header):
        yield BadRow(name, 0, "", "", "The sheet is empty.", "Add the header row.")
        return
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
