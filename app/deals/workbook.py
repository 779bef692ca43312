"""XLSX workbooks as tables, read row by row. A number is read as what was typed, or refused; never rounded."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from app.deals.cells import NUMERIC, Unreadable
from app.deals.sheets import Problems, Row
from app.deals.tables import row_of, wrong_header

MOST_DIGITS = 15
"""Decimal digits that a spreadsheet's binary number always keeps: with no more, what was typed is known exactly."""

BROKEN = (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, OSError, EOFError, TypeError)


class WorkbookTable:
    """One sheet of a workbook."""

    def __init__(self, name: str, sheet: Any) -> None:
        self.name = name
        self._sheet = sheet

    def rows(self, problems: Problems) -> Iterator[Row]:
        """Every row that is not empty, in the order of the sheet's columns, its cells as text."""
        self._sheet.reset_dimensions()
        header: list[str] = []
        for number, cells in enumerate(self._sheet.iter_rows(), start=1):
            if not header:
                header = _trimmed([str(cell.value or "").strip() for cell in cells])
                found = list(wrong_header(self.name, header))
                problems.extend(found)
                if found:
                    return
            else:
                yield from self._row(number, header, cells, problems)
        if not header:
            problems.extend(wrong_header(self.name, header))

    def size(self) -> int | None:
        """What the workbook says of itself; programs that write them may leave it out."""
        rows: int | None = self._sheet.max_row
        return rows

    def _row(self, number: int, header: Sequence[str], cells: Sequence[Any], problems: Problems) -> Iterator[Row]:
        texts = [
            _text(cell, number, place, header[place] if place < len(header) else "") for place, cell in enumerate(cells)
        ]
        while len(texts) > len(header) and not texts[-1]:
            texts.pop()
        texts += [""] * (len(header) - len(texts))
        yield from row_of(self.name, number, header, texts, problems)


def open_workbook(content: bytes) -> Mapping[str, WorkbookTable]:
    """The sheets by their names in lower case. Raises one of BROKEN for what is no workbook."""
    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    return {sheet.title.strip().lower(): WorkbookTable(sheet.title.strip().lower(), sheet) for sheet in workbook}


def _trimmed(header: list[str]) -> list[str]:
    while header and not header[-1]:
        header.pop()
    return header


def _text(cell: Cell, row: int, place: int, column: str) -> str:
    """The cell as a CSV file would hold it; what has no exact text becomes Unreadable and is refused by its reader."""
    value, name = cell.value, f"{get_column_letter(place + 1)}{row}"
    if cell.data_type == "f":
        return Unreadable(str(value), f"Cell {name} holds a formula.", "Copy it, and paste its value in its place.")
    if cell.data_type == "e":
        return Unreadable(str(value), f"Cell {name} holds an error.", "Write the value itself.")
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case str() | bool() | date() | time():
            return str(value)
    return _number(value, name, column)


def _number(value: Any, name: str, column: str) -> str:
    """The shortest decimal that is this binary number, which is what was typed if it has at most 15 digits."""
    exact = Decimal(repr(value))
    text = f"{exact:f}".removesuffix(".0")
    if len(exact.normalize().as_tuple().digits) > MOST_DIGITS:
        reason = (
            f"Cell {name} holds a number with more than {MOST_DIGITS} digits, which a spreadsheet cannot keep exactly."
        )
        return Unreadable(
            text, reason, "Round it to what was really meant, or format the cell as text and type it anew."
        )
    if column not in NUMERIC and "." in text:
        reason = f"Cell {name} holds a number, but the column holds text: a 3.10 would have become 3.1."
        return Unreadable(text, reason, "Format the cell as text, and type it anew.")
    return text


def is_workbook(content: bytes) -> bool:
    """Whether the bytes are a zip that holds a workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False
