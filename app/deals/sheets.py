"""The tables of an import, and what is wrong with a row of them. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
    """Some rows cannot be imported, so nothing was."""

    def __init__(self, rows: Sequence[BadRow]) -> None:
        super().__init__(f"There are some problems: {plural(len(rows), 'row')} to put right. Nothing was imported.")
        self.rows = tuple(rows)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet: its number in the spreadsheet and its cells by column, trimmed."""

    number: int
    cells: Mapping[str, str]


def bad_cell(sheet: str, row: Row, column: str, reason: str, remedy: str) -> BadRow:
    """What is wrong with one cell. Payment digits are never repeated: a full number may stand there by mistake."""
    value = row.cells.get(column, "")
    shown = "not shown" if column == "payment_last4" and value else value[:LONGEST_SHOWN]
    return BadRow(sheet, row.number, column, shown, reason, remedy)


@dataclass(frozen=True)
class Sheets:
    """What was read: rows by sheet, SHA-256 (hex) by file name, and what could not be read at all."""

    rows: Mapping[str, Sequence[Row]]
    files: Mapping[str, str]
    problems: Sequence[BadRow] = field(default=())

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON (RFC 8785) of `files`: the same for a folder, a zip and single files."""
        return hashlib.sha256(rfc8785.dumps(dict(self.files))).hexdigest()
