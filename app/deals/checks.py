"""Whether the rows of an import agree with each other: identifiers, repetitions, dates and totals. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from app.core.money import plain_money
from app.deals.records import AccountRow, DealRow, Entry, Records, RequestRow
from app.deals.rule_names import RuleName
from app.deals.sheets import BadRow, Sheets, bad_cell

KEYS: dict[str, tuple[str, ...]] = {
    "releases": ("release",),
    "deals": ("deal_id",),
    "requests": ("deal_id", "account_id"),
    "marks": ("deal_id", "as_of"),
    "distributions": ("deal_id", "paid_on"),
    "rates": ("policy", "valid_from"),
}
REFERENCES = (
    ("deals", "release", "releases"),
    ("requests", "deal_id", "deals"),
    ("requests", "account_id", "accounts"),
    ("marks", "deal_id", "deals"),
    ("distributions", "deal_id", "deals"),
)
OF_THE_ACCOUNT = ("account_name", "account_type", "payment_last4")
OF_THE_PERSON = ("person_name", "greeting", "time_zone")


def contradictions(sheets: Sheets, records: Records) -> list[BadRow]:
    """What is wrong between rows that are each readable."""
    return [
        *_unknown(sheets),
        *_repeated(records),
        *_people_and_accounts(records.accounts),
        *_clauses(records.deals),
        *_deal_dates(records),
        *_request_dates(records),
        *_later_dates(records),
        *_payments(records.requests),
        *_totals(records),
    ]


def _unknown(sheets: Sheets) -> Iterator[BadRow]:
    for name, column, target in REFERENCES:
        key = "release" if target == "releases" else column
        known = {row.cells[key] for row in sheets.rows[target]}
        for row in sheets.rows.get(name, ()):
            if row.cells[column] and row.cells[column] not in known:
                remedy = f"Add it to {target}, or correct it here."
                yield bad_cell(name, row, column, f"It does not stand in {target}.", remedy)


def _repeated(records: Records) -> Iterator[BadRow]:
    for name, columns in KEYS.items():
        first: dict[Hashable, int] = {}
        for entry in getattr(records, name):
            key = tuple(getattr(entry.record, column) for column in columns)
            if key in first:
                reason = f"Row {first[key]} is the same {_called(columns)}."
                yield bad_cell(name, entry.row, columns[-1], reason, "Keep one of the two rows.")
            first.setdefault(key, entry.row.number)


def _called(columns: tuple[str, ...]) -> str:
    return " and ".join(column.removesuffix("_id").replace("_", " ") for column in columns)


def _people_and_accounts(accounts: Sequence[Entry[AccountRow]]) -> Iterator[BadRow]:
    yield from _disagreeing(accounts, lambda row: row.account_id, OF_THE_ACCOUNT, "account")
    yield from _disagreeing(accounts, lambda row: row.person_email, OF_THE_PERSON, "person")
    yield from _disagreeing(accounts, lambda row: (row.account_id, row.person_email), ("scope",), "account and person")


def _disagreeing(
    entries: Sequence[Entry[AccountRow]], key: Callable[[AccountRow], Hashable], columns: tuple[str, ...], what: str
) -> Iterator[BadRow]:
    first: dict[Hashable, Entry[AccountRow]] = {}
    for entry in entries:
        earlier = first.setdefault(key(entry.record), entry)
        for column in columns:
            if getattr(entry.record, column) != getattr(earlier.record, column):
                reason = f"Row {earlier.row.number} is the same {what} with another {column}."
                yield bad_cell("accounts", entry.row, column, reason, "Write the same in both rows.")


def _clauses(deals: Sequence[Entry[DealRow]]) -> Iterator[BadRow]:
    first: dict[tuple[str, str], Entry[DealRow]] = {}
    for entry in deals:
        deal = entry.record
        earlier = first.setdefault((deal.agreement_version, deal.agreement_clause), entry)
        if deal.agreement_clause_text != earlier.record.agreement_clause_text:
            reason = f"Row {earlier.row.number} has another text for the same version and clause."
            remedy = "Write the text as it was signed, or the version that it belongs to."
            yield bad_cell("deals", entry.row, "agreement_clause_text", reason, remedy)


def _deal_dates(records: Records) -> Iterator[BadRow]:
    deployed = {entry.record.release: entry.record.deployed_on for entry in records.releases}
    for entry in records.deals:
        deployed_on = deployed.get(entry.record.release)
        allocated_on = entry.record.allocated_at.date() + timedelta(days=1)  # the day may have begun further east
        if deployed_on and allocated_on < deployed_on:
            reason = f"It is before {deployed_on}, when the release was deployed."
            remedy = "Correct the time, or name the release that ran then."
            yield bad_cell("deals", entry.row, "allocated_at", reason, remedy)


def _closed(records: Records) -> dict[str, date]:
    return {entry.record.deal_id: entry.record.closed_on for entry in records.deals}


def _request_dates(records: Records) -> Iterator[BadRow]:
    closed = _closed(records)
    for entry in records.requests:
        request = entry.record
        closed_on = closed.get(request.deal_id, date.max)
        if request.agreement_signed_on > closed_on:
            reason = f"It is after {closed_on}, when the deal closed."
            yield bad_cell("requests", entry.row, "agreement_signed_on", reason, "Write the day of the signature.")
        if request.paid_on and request.paid_on < request.agreement_signed_on:
            reason = f"It is before {request.agreement_signed_on}, when the agreement was signed."
            yield bad_cell("requests", entry.row, "paid_on", reason, "Write the day on which the money was collected.")


def _later_dates(records: Records) -> Iterator[BadRow]:
    closed = _closed(records)
    dated: list[tuple[str, str, Entry[Any]]] = [("marks", "as_of", entry) for entry in records.marks]
    dated += [("distributions", "paid_on", entry) for entry in records.distributions]
    for name, column, entry in dated:
        closed_on = closed.get(entry.record.deal_id, date.min)
        if getattr(entry.record, column) < closed_on:
            reason = f"It is before {closed_on}, when the deal closed."
            yield bad_cell(name, entry.row, column, reason, "Write a day after the deal closed.")


def _payments(requests: Sequence[Entry[RequestRow]]) -> Iterator[BadRow]:
    for entry in requests:
        if entry.record.paid_amount and not entry.record.paid_on:
            reason = "An amount was paid, but the day is missing."
            yield bad_cell("requests", entry.row, "paid_on", reason, "Write the day on which the money was collected.")
        if entry.record.paid_on and not entry.record.paid_amount:
            reason = "There is a day of payment, but no amount."
            yield bad_cell("requests", entry.row, "paid_amount", reason, "Write the amount, or leave the day empty.")


def _totals(records: Records) -> Iterator[BadRow]:
    recorded: dict[str, list[int]] = defaultdict(list)
    for request in records.requests:
        recorded[request.record.deal_id].append(request.record.recorded_allocation)
    rules = {entry.record.release: entry.record.rule for entry in records.releases}
    for entry in records.deals:
        deal, amounts = entry.record, recorded[entry.record.deal_id]
        # a release that rounded each share on its own is off by up to one minor unit a request
        slack = len(amounts) if rules.get(deal.release) is RuleName.ROUND_EACH else 0
        excess = sum(amounts) - deal.allocation_available
        if excess > slack:
            total, above = plain_money(sum(amounts), deal.currency), plain_money(excess, deal.currency)
            reason = f"The recorded allocations in requests add up to {total}, which is {above} more."
            remedy = "Correct the amount here, or the recorded allocations of this deal."
            yield bad_cell("deals", entry.row, "allocation_available", reason, remedy)
