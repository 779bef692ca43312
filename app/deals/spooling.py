"""Workbooks read once into plain files, so that no slow reading happens while a transaction is open."""

import csv
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import IO

from app.deals.cells import Unreadable
from app.deals.examining import EVERY, Tell
from app.deals.sheets import COLUMNS, Problems, Row, Sheets, Table, bad_cell
from app.deals.workbook import WorkbookTable


@dataclass(frozen=True)
class SpooledTable:
    """The rows of one sheet in a temporary file: the number, then the texts in the order of the columns."""

    name: str
    file: IO[str]
    count: int

    def rows(self, problems: Problems) -> Iterator[Row]:
        """Every row with the number that it has in the workbook."""
        self.file.seek(0)
        for number, *texts in csv.reader(self.file):
            yield Row(self.name, int(number), texts)

    def size(self) -> int:
        """How many rows there are."""
        return self.count


@contextmanager
def spooled(sheets: Sheets, tell: Tell) -> Iterator[Sheets]:
    """The same sheets, those of a workbook from temporary files; `tell` hears now and then how many rows were read.

    Raises BadRows where a row or a cell of the workbook cannot be read.
    """
    with ExitStack() as files:
        problems = Problems()
        tables: dict[str, Table] = {}
        for name, table in sheets.tables.items():
            is_slow = isinstance(table, WorkbookTable)
            tables[name] = files.enter_context(_spool(name, table, problems, tell)) if is_slow else table
        problems.refuse_any()
        yield replace(sheets, tables=tables)


@contextmanager
def _spool(name: str, table: Table, problems: Problems, tell: Tell) -> Iterator[SpooledTable]:
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as file:
        writer, count = csv.writer(file), 0
        for count, row in enumerate(table.rows(problems), 1):
            for column, text in zip(COLUMNS[name], row.texts, strict=True):
                if isinstance(text, Unreadable):
                    problems.add(bad_cell(row, column, text.reason, text.remedy))
            writer.writerow([row.number, *row.texts])
            if count % EVERY == 0:
                tell(count)
        yield SpooledTable(name, file, count)
