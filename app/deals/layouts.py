"""How the cells of each sheet are read into records. Pure; amounts are read in the currency of their deal."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from app.core.money import BadAmount, minor_digits
from app.deals import cells
from app.deals.cells import BadCell, Unreadable
from app.deals.records import (
    AccountRow,
    DealRow,
    DistributionRow,
    Entry,
    MarkRow,
    RateRow,
    Records,
    ReleaseRow,
)
from app.deals.sheets import COLUMNS, BadRow, Problems, Row, Sheets, bad_cell
from app.identity import AccountType, Scope

T = TypeVar("T")
MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Cell:
    """How one column is read, and what an empty cell means where it may be empty."""

    parse: Callable[[str], Any]
    may_be_empty: bool = False
    empty: Any = None


Layout = Mapping[str, Cell]


def _may(parse: Callable[[str], Any], empty: Any = None) -> Cell:
    return Cell(parse, may_be_empty=True, empty=empty)


def _account_type(text: str) -> AccountType:
    return AccountType(cells.one_of(*AccountType)(text))


def _scope(text: str) -> Scope:
    return Scope(cells.one_of(*Scope)(text))


RELEASES: Layout = {
    "release": Cell(cells.identifier),
    "deployed_on": Cell(cells.day),
    "rule": Cell(cells.release_rule),
    "note": _may(cells.paragraph(2000), ""),
}
ACCOUNTS: Layout = {
    "account_id": Cell(cells.identifier),
    "account_name": Cell(cells.words(200)),
    "account_type": Cell(_account_type),
    "person_name": Cell(cells.words(200)),
    "person_email": Cell(cells.email),
    "greeting": _may(cells.words(200), ""),
    "scope": Cell(_scope),
    "phone": _may(cells.phone),
    "postal_address": _may(cells.paragraph(500)),
    "time_zone": Cell(cells.zone),
    "payment_last4": _may(cells.last_four),
}
MARKS: Layout = {
    "deal_id": Cell(cells.identifier),
    "as_of": Cell(cells.day),
    "multiple": Cell(cells.multiple),
}
RATES: Layout = {
    "policy": Cell(cells.identifier),
    "valid_from": Cell(cells.day),
    "rate": Cell(cells.yearly_rate),
}


@cache
def _deals(code: str) -> Layout:
    return {
        "deal_id": Cell(cells.identifier),
        "name": Cell(cells.words(200)),
        "currency": Cell(cells.currency),
        "allocation_available": Cell(cells.amount(code)),
        "closed_on": Cell(cells.day),
        "allocated_at": Cell(cells.moment),
        "release": Cell(cells.identifier),
        "rule": Cell(cells.agreed_rule),
        "agreement_version": Cell(cells.words(64)),
        "agreement_clause": Cell(cells.words(64)),
        "agreement_clause_text": Cell(cells.paragraph(10_000)),
        "minimum_allocation": _may(cells.positive_amount(code)),
    }


@cache
def _requests(code: str) -> Layout:
    return {
        "deal_id": Cell(cells.identifier),
        "account_id": Cell(cells.identifier),
        "agreement_signed_on": Cell(cells.day),
        "requested": Cell(cells.amount(code)),
        "basis": Cell(cells.basis(code)),
        "basis_count": _may(cells.count),
        "recorded_allocation": Cell(cells.amount(code)),
        "paid_amount": _may(cells.amount(code), 0),
        "paid_on": _may(cells.day),
    }


@cache
def _distributions(code: str) -> Layout:
    return {
        "deal_id": Cell(cells.identifier),
        "paid_on": Cell(cells.day),
        "total": Cell(cells.positive_amount(code)),
    }


class Reader:
    """Reads the rows of one sheet, or of one sheet's rows in one currency. A text that was read is remembered."""

    def __init__(self, layout: Layout) -> None:
        self._columns = tuple(layout)
        self._known = [_Known(cell) for cell in layout.values()]

    def read(self, texts: Sequence[str]) -> list[Any]:
        """The values of a row in the order of its columns. Raises BadCell for the first that is none."""
        return [known[text] for known, text in zip(self._known, texts, strict=True)]

    def faults(self, row: Row) -> Iterator[BadRow]:
        """Every cell of the row that has no value."""
        for column, known, text in zip(self._columns, self._known, row.texts, strict=True):
            try:
                known[text]
            except BadCell as bad:
                yield bad_cell(row, column, bad.reason, bad.remedy)


class _Known(dict[str, Any]):
    """Values by the text of a cell."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self._cell = cell

    def __missing__(self, text: str) -> Any:
        value = _value(text, self._cell)
        if len(self) < MOST_REMEMBERED:
            self[text] = value
        return value


def _value(text: str, cell: Cell) -> Any:
    if isinstance(text, Unreadable):
        raise BadCell(text.reason, text.remedy)
    text = text.strip()
    if text:
        if text[0] in cells.UNSAFE or "\0" in text:
            cells.refuse_unsafe(text)
        return cell.parse(text)
    if not cell.may_be_empty:
        raise BadCell("It is empty.", "Fill it in, or take the row out.")
    return cell.empty


def read_records(sheets: Sheets, broken: Problems, problems: Problems) -> Records:
    """Every row that can be read, those of requests apart.

    Noted in `problems` are cells that cannot be read, in `broken` rows that have no cells to read.
    """
    ids: dict[str, set[str]] = {name: set() for name in COLUMNS}
    deals = list(_rows(sheets, "deals", broken))
    currencies = {row.cells["deal_id"]: currency_of(row.cells["currency"]) for row in deals}

    def entries(name: str, record: type[T], reader_of: Callable[[Row], Reader]) -> list[Entry[T]]:
        rows = deals if name == "deals" else _rows(sheets, name, broken)
        return list(_entries(record, rows, reader_of, problems, ids))

    return Records(
        releases=entries("releases", ReleaseRow, _plain(RELEASES)),
        deals=entries("deals", DealRow, _by_deal(_deals, currencies)),
        accounts=entries("accounts", AccountRow, _plain(ACCOUNTS)),
        marks=entries("marks", MarkRow, _plain(MARKS)),
        distributions=entries("distributions", DistributionRow, _by_deal(_distributions, currencies)),
        rates=entries("rates", RateRow, _plain(RATES)),
        currencies=currencies,
        ids=ids,
    )


def _plain(layout: Layout) -> Callable[[Row], Reader]:
    reader = Reader(layout)
    return lambda _: reader


def _by_deal(layout: Callable[[str], Layout], currencies: Mapping[str, str]) -> Callable[[Row], Reader]:
    """Amounts are read in the currency of the deal that the row names."""
    readers = {code: Reader(layout(code)) for code in ("", *currencies.values())}
    return lambda row: readers[currencies.get(row.cells["deal_id"], "")]


def request_reader(code: str) -> Reader:
    """Reads requests of deals in this currency; "" where it is unknown, which is a bad row of its own."""
    return Reader(_requests(code))


def currency_of(text: str) -> str:
    """The code itself; "" where there is no such currency."""
    try:
        minor_digits(text)
    except BadAmount:
        return ""
    return text


def _rows(sheets: Sheets, name: str, broken: Problems) -> Iterator[Row]:
    table = sheets.tables.get(name)
    return table.rows(broken) if table else iter(())


def _entries(
    record: type[T],
    rows: Iterable[Row],
    reader_of: Callable[[Row], Reader],
    problems: Problems,
    ids: Mapping[str, set[str]],
) -> Iterator[Entry[T]]:
    for row in rows:
        ids[row.sheet].add(row.texts[0].strip())
        reader = reader_of(row)
        try:
            yield Entry(row, record(*reader.read(row.texts)))
        except BadCell:
            problems.extend(reader.faults(row))
