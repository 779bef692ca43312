"""How the cells of each sheet are read into records. Pure; amounts are read in the currency of their deal."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from app.core.money import BadAmount, minor_digits
from app.deals import cells
from app.deals.cells import BadCell
from app.deals.records import (
    AccountRow,
    DealRow,
    DistributionRow,
    Entry,
    MarkRow,
    RateRow,
    Records,
    ReleaseRow,
    RequestRow,
)
from app.deals.sheets import BadRow, Row, Sheets, bad_cell
from app.identity import AccountType, Scope

T = TypeVar("T")


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


def read_records(sheets: Sheets) -> tuple[Records, list[BadRow]]:
    """Every row that can be read, and what is wrong with the others."""
    problems: list[BadRow] = []
    currencies = {row.cells["deal_id"]: _currency_of(row) for row in sheets.rows["deals"]}

    def by_deal(layout: Callable[[str], Layout]) -> Callable[[Row], Layout]:
        return lambda row: layout(currencies.get(row.cells["deal_id"], ""))

    def entries(name: str, record: type[T], layout: Callable[[Row], Layout]) -> list[Entry[T]]:
        return list(_entries(sheets, name, record, layout, problems))

    records = Records(
        releases=entries("releases", ReleaseRow, lambda _: RELEASES),
        deals=entries("deals", DealRow, by_deal(_deals)),
        accounts=entries("accounts", AccountRow, lambda _: ACCOUNTS),
        requests=entries("requests", RequestRow, by_deal(_requests)),
        marks=entries("marks", MarkRow, lambda _: MARKS),
        distributions=entries("distributions", DistributionRow, by_deal(_distributions)),
        rates=entries("rates", RateRow, lambda _: RATES),
    )
    return records, problems


def _currency_of(deal: Row) -> str:
    """The deal's currency; "" where it is unknown, which is a bad row of its own."""
    try:
        minor_digits(deal.cells["currency"])
    except BadAmount:
        return ""
    return deal.cells["currency"]


def _entries(
    sheets: Sheets, name: str, record: type[T], layout: Callable[[Row], Layout], problems: list[BadRow]
) -> Iterator[Entry[T]]:
    for row in sheets.rows.get(name, ()):
        found = len(problems)
        values = dict(_values(name, row, layout(row), problems))
        if len(problems) == found:
            yield Entry(row, record(**values))


def _values(name: str, row: Row, layout: Layout, problems: list[BadRow]) -> Iterator[tuple[str, Any]]:
    for column, cell in layout.items():
        text = row.cells[column]
        try:
            yield column, _value(text, cell)
        except BadCell as bad:
            problems.append(bad_cell(name, row, column, bad.reason, bad.remedy))


def _value(text: str, cell: Cell) -> Any:
    if text:
        cells.refuse_formula(text)
        return cell.parse(text)
    if not cell.may_be_empty:
        raise BadCell("It is empty.", "Fill it in, or take the row out.")
    return cell.empty
