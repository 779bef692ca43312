"""The demo's files, and the same with something wrong in them."""

import csv
import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from app.deals import BadRow, BadRows, Resting, Sheets, read_files
from app.deals.cells import NUMERIC
from app.deals.checks import KEYS
from app.deals.examining import Storage, examine
from app.deals.stored import Stored

DEMO = Path(__file__).parent.parent.parent / "app" / "demo" / "data"


NOTHING_STORED = Storage(
    lambda _: Stored(rows={name: {} for name in KEYS}, people={}, accounts={}, scopes={}, clauses={}), lambda _: {}
)


def demo_files() -> dict[str, bytes]:
    """The two deals of the demo, by file name."""
    return {path.name: path.read_bytes() for path in sorted(DEMO.glob("*.csv"))}


def demo_files_with(name: str, old: str, new: str) -> dict[str, bytes]:
    """The demo's files, with the first `old` in one of them written as `new`."""
    files = demo_files()
    text = files[name].decode()
    assert old in text
    return files | {name: text.replace(old, new, 1).encode()}


def demo_files_plus(name: str, row: str) -> dict[str, bytes]:
    """The demo's files, with one more row at the end of one of them."""
    files = demo_files()
    return files | {name: files[name] + row.encode() + b"\n"}


def a_zip(files: dict[str, bytes], folder: str = "") -> bytes:
    """A zip of these files, in a folder of that name if one is given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(folder + name, content)
    return buffer.getvalue()


def problems_of(files: dict[str, bytes]) -> list[BadRow]:
    """Everything that is wrong with the files, as far as they themselves say."""
    return problems_in(read_files(files))


def problems_in(sheets: Sheets) -> list[BadRow]:
    """Everything that is wrong with the sheets, as far as they themselves say."""
    try:
        examined = examine(sheets, Resting(), NOTHING_STORED)
    except BadRows as bad:
        return list(bad.rows)
    examined.read_requests(None, lambda _: None)
    return examined.problems.in_order()


def only_problem_of(files: dict[str, bytes]) -> BadRow:
    """The one thing that is wrong with the files."""
    (problem,) = problems_of(files)
    return problem


def a_workbook(files: dict[str, bytes], cells: Mapping[tuple[str, str], Any] | None = None) -> bytes:
    """The files as sheets of a workbook, typed as people type: amounts are numbers and days are dates.

    `cells` are other values by sheet and name of cell, such as `("requests", "D2")`.
    """
    workbook = Workbook()
    for name, content in files.items():
        sheet = workbook.create_sheet(name.removesuffix(".csv"))
        header, *rows = csv.reader(io.StringIO(content.decode()))
        sheet.append(header)
        for row in rows:
            sheet.append([_typed(*cell) for cell in zip(header, row, strict=True)])
    for (name, place), value in (cells or {}).items():
        workbook[name][place] = value
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _typed(column: str, text: str) -> object:
    if column in NUMERIC and text:
        return Decimal(text)
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text
