"""Holding an import against what is stored: new rows, unchanged rows, and rows that contradict what is there.

An import adds. It never changes or removes a stored row, and the requests of a stored deal are complete. Pure.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from app.core.money import minor_digits, plain_money
from app.core.text import plain_fraction
from app.deals.checks import KEYS
from app.deals.records import Entry, Records
from app.deals.sheets import BadRow, bad_cell
from app.deals.stored import Key, Stored, Values

AMOUNTS = frozenset(
    {"allocation_available", "minimum_allocation", "requested", "recorded_allocation", "paid_amount", "total"}
)
CONTACT = frozenset({"phone", "postal_address"})
ADDS_ONLY = "An import only adds. Write the stored value, or take the row out."


@dataclass(frozen=True)
class Comparison:
    """The rows that are not stored yet, how many of each sheet are, and what contradicts the stored ones."""

    new: Records
    unchanged: Mapping[str, int]
    problems: Sequence[BadRow]


def compare(records: Records, stored: Stored) -> Comparison:
    """Hold every row against the row of the same key that is stored."""
    currencies = {entry.record.deal_id: entry.record.currency for entry in records.deals}
    problems = [*_accounts(records, stored), *_clauses(records, stored), *_complete(records, stored)]
    new: dict[str, list[Entry[Any]]] = {"accounts": _new_accounts(records, stored)}
    for name, columns in KEYS.items():
        new[name] = []
        for entry in getattr(records, name):
            values = stored.rows[name].get(_key(entry, columns))
            if values is None:
                new[name].append(entry)
            else:
                problems.extend(_differing(name, entry, values, currencies))
    unchanged = {name: len(getattr(records, name)) - len(entries) for name, entries in new.items()}
    return Comparison(replace(records, **new), unchanged, problems)


def _key(entry: Entry[Any], columns: Sequence[str]) -> Key:
    return tuple(getattr(entry.record, column) for column in columns)


def _new_accounts(records: Records, stored: Stored) -> list[Entry[Any]]:
    return [entry for entry in records.accounts if _key(entry, ("account_id", "person_email")) not in stored.scopes]


def _accounts(records: Records, stored: Stored) -> Iterator[BadRow]:
    """A person's first row says how to reach them; in their further rows phone and postal address do not count."""
    met: set[str] = set()
    for entry in records.accounts:
        email = entry.record.person_email
        person = {k: v for k, v in stored.people.get((email,), {}).items() if email not in met or k not in CONTACT}
        met.add(email)
        account = stored.accounts.get((entry.record.account_id,), {})
        scope = stored.scopes.get((entry.record.account_id, email), {})
        yield from _differing("accounts", entry, {**person, **account, **scope}, {})


def _clauses(records: Records, stored: Stored) -> Iterator[BadRow]:
    for entry in records.deals:
        if (entry.record.deal_id,) not in stored.rows["deals"]:
            version = (entry.record.agreement_version, entry.record.agreement_clause)
            yield from _differing("deals", entry, stored.clauses.get(version, {}), {})


def _complete(records: Records, stored: Stored) -> Iterator[BadRow]:
    """A stored deal takes no further request, and the order of its requests, by which ties go, stands."""
    positions: dict[str, int] = defaultdict(int)
    for entry in records.requests:
        deal_id = entry.record.deal_id
        positions[deal_id] += 1
        values = stored.rows["requests"].get((deal_id, entry.record.account_id))
        if values is None and (deal_id,) in stored.rows["deals"]:
            reason = "The deal was imported before, without this request."
            remedy = "Take the row out, or import the deal under another deal_id."
            yield bad_cell("requests", entry.row, "account_id", reason, remedy)
        elif values is not None and values["position"] != positions[deal_id]:
            reason = f"It is request {positions[deal_id]} of its deal; it was imported as request {values['position']}."
            remedy = "Keep all requests of the deal in their first order: equal remainders go by it."
            yield bad_cell("requests", entry.row, "account_id", reason, remedy)


def _differing(name: str, entry: Entry[Any], values: Values, currencies: Mapping[str, str]) -> Iterator[BadRow]:
    for column, value in values.items():
        if column != "position" and getattr(entry.record, column) != value:
            currency = currencies.get(getattr(entry.record, "deal_id", ""), "USD")
            reason = f"It was imported before as {_shown(column, value, currency)}."
            yield bad_cell(name, entry.row, column, reason, ADDS_ONLY)


def _shown(column: str, value: Any, currency: str) -> str:
    """A stored value as the file would write it."""
    if value in (None, ""):
        return "an empty cell"
    if column in AMOUNTS:
        return plain_money(value, currency)
    if column == "basis":
        return plain_fraction(Fraction(value) / 10 ** minor_digits(currency))
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    text = str(value)
    return text if len(text) <= 60 else f"another text ({text[:40]}…)"
