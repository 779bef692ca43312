"""What an import would do, and what may not be done any more. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

import rfc8785

from app.core.money import minor_digits, plain_money
from app.core.text import plain_fraction
from app.deals.sheets import COLUMNS

AMOUNTS = frozenset(
    {"allocation_available", "minimum_allocation", "requested", "recorded_allocation", "paid_amount", "total"}
)
ORDER = "(order)"
"""The column under which a request's place among the others of its deal is compared."""
WHOLE_ROW = "(row)"
"""The column under which a removed row is kept, with all its cells as the old value."""


@dataclass(frozen=True)
class Resting:
    """Why a stored row may not change any more, in words, by its key: something that was kept was made from it.

    `deals` hold deals and their requests, `later` their marks and distributions. Rates never rest: they
    are kept in versions.
    """

    releases: Mapping[str, str] = field(default_factory=dict)
    deals: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that would become another, as files write it. `row` is that of the file; 0 for a row that goes."""

    sheet: str
    row: int
    key: str
    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class DealTotals:
    """The sums of one deal in the files, in minor units, to hold against the platform's own books."""

    deal_id: str
    name: str
    currency: str
    is_new: bool
    requests: int
    requested_cents: int
    recorded_cents: int
    paid_cents: int
    available_cents: int


@dataclass
class Plan:
    """What an import would add, change, remove and leave as it is, by sheet; every changed cell; totals by deal."""

    files: str
    added: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))
    changed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))
    removed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))
    unchanged: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))
    changes: list[Change] = field(default_factory=list)
    totals: list[DealTotals] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rows = hashlib.sha256(self.files.encode())

    def add(self, sheet: str, row: int) -> None:
        """A row that is not stored yet."""
        self.added[sheet] += 1
        self._rows.update(b"%s %d\n" % (sheet.encode(), row))

    def change(self, changes: Sequence[Change]) -> None:
        """The cells of one row that would become others."""
        self.changed[changes[0].sheet] += 1
        self.changes.extend(changes)

    def remove(self, change: Change) -> None:
        """A stored row that the files no longer hold."""
        self.removed[change.sheet] += 1
        self.changes.append(change)

    @property
    def is_empty(self) -> bool:
        """Whether everything is stored already, unchanged."""
        return not any((*self.added.values(), *self.changed.values(), *self.removed.values()))

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the files, of which rows are added, and of every change: what is confirmed."""
        whole = self._rows.copy()
        for change in self.changes:
            cells = (change.sheet, str(change.row), change.key, change.column, change.old, change.new)
            whole.update(b"".join(b"%d:%s" % (len(cell), cell) for cell in map(str.encode, cells)))
        return whole.hexdigest()

    @property
    def changes_digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON (RFC 8785) of [sheet, key, column, old, new] of every changed cell."""
        return hashlib.sha256(rfc8785.dumps([list(_cells(change)) for change in self.changes])).hexdigest()


def _cells(change: Change) -> tuple[str, ...]:
    return (change.sheet, change.key, change.column, change.old, change.new)


def as_written(column: str, value: Any, currency: str) -> str:
    """A value as a file would write it; amounts in the currency, "" for an empty cell."""
    if value in (None, ""):
        return ""
    if column in AMOUNTS:
        return plain_money(value, currency)
    if column == "basis":
        return plain_fraction(Fraction(value) / 10 ** minor_digits(currency))
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)


def row_as_written(values: Mapping[str, Any], currency: str) -> str:
    """All cells of a stored row, in one text that a person reads."""
    cells = ((column, as_written(column, value, currency)) for column, value in values.items())
    return ", ".join(f"{column} {text}" for column, text in cells if text)
