"""Whether the rows of an import agree with each other: identifiers, repetitions and dates. Pure.

Requests, of which there may be very many, are checked one by one in `app.deals.request_pass`.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from app.deals.records import AccountRow, DealRow, Entry, Records
from app.deals.sheets import BadRow, bad_cell

KEYS: dict[str, tuple[str, ...]] = {
    "releases": ("release",),
    "deals": ("deal_id",),
    "marks": ("deal_id", "as_of"),
    "distributions": ("deal_id", "paid_on"),
    "rates": ("policy", "valid_from"),
}
REFERENCES = (
    ("deals", "release", "releases"),
    ("marks", "deal_id", "deals"),
    ("distributions", "deal_id", "deals"),
)
OF_THE_ACCOUNT = ("account_name", "account_type", "payment_last4")
OF_THE_PERSON = ("person_name", "greeting", "time_zone")


def contradictions(records: Records) -> Iterator[BadRow]:
    """What is wrong between rows that are each readable."""
    yield from _unknown(records)
    yield from _repeated(records)
    yield from _people_and_accounts(records.accounts)
    yield from _clauses(records.deals)
    yield from _deal_dates(records)
    yield from _later_dates(records)


def _unknown(records: Records) -> Iterator[BadRow]:
    for name, column, target in REFERENCES:
        for entry in getattr(records, name):
            if getattr(entry.record, column) not in records.ids[target]:
                remedy = f"Add it to {target}, or correct it here."
                yield bad_cell(entry.row, column, f"It does not stand in {target}.", remedy)


def _repeated(records: Records) -> Iterator[BadRow]:
    for name, columns in KEYS.items():
        first: dict[Hashable, int] = {}
        for entry in getattr(records, name):
            key = tuple(getattr(entry.record, column) for column in columns)
            if key in first:
                reason = f"Row {first[key]} is the same {_called(columns)}."
                yield bad_cell(entry.row, columns[-1], reason, "Keep one of the two rows.")
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
                yield bad_cell(entry.row, column, reason, "Write the same in both rows.")


def _clauses(deals: Sequence[Entry[DealRow]]) -> Iterator[BadRow]:
    first: dict[tuple[str, str], Entry[DealRow]] = {}
    for entry in deals:
        deal = entry.record
        earlier = first.setdefault((deal.agreement_version, deal.agreement_clause), entry)
        if deal.agreement_clause_text != earlier.record.agreement_clause_text:
            reason = f"Row {earlier.row.number} has another text for the same version and clause."
            remedy = "Write the text as it was signed, or the version that it belongs to."
            yield bad_cell(entry.row, "agreement_clause_text", reason, remedy)


def _deal_dates(records: Records) -> Iterator[BadRow]:
    """A deal closes, then it is allocated, by a release that was deployed by then."""
    deployed = {entry.record.release: entry.record.deployed_on for entry in records.releases}
    for entry in records.deals:
        deployed_on, closed_on = deployed.get(entry.record.release), entry.record.closed_on
        allocated_on = entry.record.allocated_at.date() + timedelta(days=1)  # the day may have begun further east
        if allocated_on < closed_on:
            reason = f"It is before {closed_on}, when the deal closed."
            yield bad_cell(entry.row, "allocated_at", reason, "Correct the time, or the day on which the deal closed.")
        if deployed_on and allocated_on < deployed_on:
            reason = f"It is before {deployed_on}, when the release was deployed."
            remedy = "Correct the time, or name the release that ran then."
            yield bad_cell(entry.row, "allocated_at", reason, remedy)


def _later_dates(records: Records) -> Iterator[BadRow]:
    closed = {entry.record.deal_id: entry.record.closed_on for entry in records.deals}
    dated: list[tuple[str, Entry[Any]]] = [("as_of", entry) for entry in records.marks]
    dated += [("paid_on", entry) for entry in records.distributions]
    for column, entry in dated:
        closed_on = closed.get(entry.record.deal_id, date.min)
        if getattr(entry.record, column) < closed_on:
            reason = f"It is before {closed_on}, when the deal closed."
            yield bad_cell(entry.row, column, reason, "Write a day after the deal closed.")
