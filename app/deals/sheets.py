"""The tables of an import, and what is wrong with a row of them. Pure."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import rfc8785

from app.core.errors import DomainError
from app.core.text import plural

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "releases": ("release", "deployed_on", "rule", "note"),
    "deals": (
        "deal_id",
        "name",
        "currency",
        "allocation_available",
        "closed_on",
        "allocated_at",
        "release",
        "rule",
        "agreement_version",
        "agreement_clause",
        "agreement_clause_text",
        "minimum_allocation",
    ),
    "accounts": (
        "account_id",
        "account_name",
        "account_type",
        "person_name",
        "person_email",
        "greeting",
        "scope",
        "phone",
        "postal_address",
        "time_zone",
        "payment_last4",
    ),
    "requests": (
        "deal_id",
        "account_id",
        "agreement_signed_on",
        "requested",
        "basis",
        "basis_count",
        "recorded_allocation",
        "paid_amount",
        "paid_on",
    ),
    "marks": ("deal_id", "as_of", "multiple"),
    "distributions": ("deal_id", "paid_on", "total"),
    "rates": ("policy", "valid_from", "rate"),
}
LONGEST_SHOWN = 120
MOST_KEPT = 1000
REQUIRED = ("releases", "deals", "accounts", "requests")


@dataclass(frozen=True, slots=True)
class BadRow:
    """One thing to put right. `row` is the spreadsheet's number (header 1); 0 means the file as a whole."""

    sheet: str
    row: int
    column: str
    value: str
    reason: str
    remedy: str


class BadRows(DomainError):
    """Some rows cannot be imported, so nothing was. `rows` are the first of them, `count` is how many there are."""

    def __init__(self, rows: Sequence[BadRow], count: int) -> None:
        super().__init__(f"There are some problems: {plural(count, 'row')} to put right. Nothing was imported.")
        self.rows = tuple(rows)
        self.count = count


class Problems:
    """What is wrong with the files: the first of each sheet are kept, all are counted."""

    def __init__(self) -> None:
        self._kept: dict[str, list[BadRow]] = {}
        self.count = 0

    def add(self, problem: BadRow) -> None:
        """Note one more."""
        kept = self._kept.setdefault(problem.sheet, [])
        if len(kept) < MOST_KEPT:
            kept.append(problem)
        self.count += 1

    def extend(self, problems: Iterable[BadRow]) -> None:
        """Note all of these."""
        for problem in problems:
            self.add(problem)

    def has(self, sheet: str) -> bool:
        """Whether one of them is in this sheet."""
        return sheet in self._kept

    def take(self, others: "Problems") -> None:
        """Note all of the others' as well."""
        kept = others.in_order()
        self.extend(kept)
        self.count += others.count - len(kept)

    def refuse_any(self) -> None:
        """Raise BadRows unless there are none."""
        if self.count:
            raise BadRows(self.in_order(), self.count)

    def in_order(self) -> list[BadRow]:
        """Those that were kept, as they stand in the files."""
        names = [*COLUMNS, *sorted(self._kept.keys() - COLUMNS.keys())]
        return [bad for name in names for bad in sorted(self._kept.get(name, []), key=lambda bad: bad.row)]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet: its number in the spreadsheet, and its cells in the order of the sheet's columns."""

    sheet: str
    number: int
    texts: Sequence[str]

    @property
    def cells(self) -> Mapping[str, str]:
        """The cells by column, trimmed."""
        return {column: text.strip() for column, text in zip(COLUMNS[self.sheet], self.texts, strict=True)}


def bad_cell(row: Row, column: str, reason: str, remedy: str) -> BadRow:
    """What is wrong with one cell. Payment digits are never repeated: a full number may stand there by mistake."""
    value = row.cells.get(column, "").replace("\0", "\N{SYMBOL FOR NULL}")
    shown = "not shown" if column == "payment_last4" and value else value[:LONGEST_SHOWN]
    return BadRow(row.sheet, row.number, column, shown, reason, remedy)


class Table(Protocol):
    """One sheet of the files, read row by row as often as it is wanted."""

    def rows(self, problems: Problems) -> Iterator[Row]:
        """Every row that is not empty; what cannot be read at all is noted in `problems` and left out."""
        ...

    def size(self) -> int | None:
        """About how many rows there are, to show progress by; None where nobody knows."""
        ...


@dataclass(frozen=True)
class Sheets:
    """What was sent: tables by sheet, SHA-256 (hex) by file name, and what is wrong with the files as such."""

    tables: Mapping[str, Table]
    files: Mapping[str, str]
    problems: Sequence[BadRow] = field(default=())

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON (RFC 8785) of `files`: the same for a folder, a zip and single files."""
        return hashlib.sha256(rfc8785.dumps(dict(self.files))).hexdigest()
