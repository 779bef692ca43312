"""Holding the rows of an import against what is stored: new, changed, removed and unchanged ones. Pure.

The files are complete for the deals and the rate policies that they name, and silent on all others. Requests, of
which there may be very many, are compared one by one in `app.deals.request_pass`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.deals.checks import KEYS, OF_THE_ACCOUNT
from app.deals.plan import WHOLE_ROW, Change, Plan, Resting, as_written, row_as_written
from app.deals.records import Entry, Records
from app.deals.sheets import BadRow, Problems, bad_cell
from app.deals.stored import Key, Stored, Values

CONTACT = frozenset({"phone", "postal_address"})
COMPLETE = ("marks", "distributions", "rates")
KEEP_IT = "Write the stored value, or take the row out."


@dataclass(frozen=True, slots=True)
class Changed:
    """A stored row and its new values, by column."""

    sheet: str
    key: Key
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Comparison:
    """What is to be written of every sheet but requests: new rows, changed rows, and the keys of removed ones."""

    new: Mapping[str, list[Entry[Any]]] = field(default_factory=dict)
    changed: list[Changed] = field(default_factory=list)
    removed: list[tuple[str, Key]] = field(default_factory=list)


class Comparing:
    """One import held against what is stored; notes in `plan` what it would do, in `problems` what it may not."""

    def __init__(self, stored: Stored, resting: Resting, plan: Plan, problems: Problems) -> None:
        self._stored = stored
        self._resting = resting
        self._plan = plan
        self._problems = problems
        self._found = Comparison(new={name: [] for name in (*KEYS, "accounts")})

    def compare(self, records: Records) -> Comparison:
        """Every row against the stored row of the same key, and the stored rows that the files no longer hold."""
        for name, columns in KEYS.items():
            for entry in getattr(records, name):
                key = tuple(getattr(entry.record, column) for column in columns)
                self._row(name, entry, key, self._stored.rows[name].get(key), records.currencies)
        self._accounts(records)
        self._clauses(records)
        for name in COMPLETE:
            if getattr(records, name) and not self._problems.has(name):
                self._missing(name, records)
        return self._found

    def _row(
        self, name: str, entry: Entry[Any], key: Key, values: Values | None, currencies: Mapping[str, str]
    ) -> None:
        if values is None:
            self._found.new[name].append(entry)
            self._plan.add(name, entry.row.number)
            return
        deal_id = getattr(entry.record, "deal_id", "")
        stored_in = self._stored.currency_of(deal_id)
        cells = self._differing(name, entry, key, values, (stored_in, currencies.get(deal_id) or stored_in))
        if cells:
            self._plan.change(cells)
            self._found.changed.append(
                Changed(name, key, {cell.column: getattr(entry.record, cell.column) for cell in cells})
            )
        else:
            self._plan.unchanged[name] += 1

    def _differing(
        self, name: str, entry: Entry[Any], key: Key, values: Values, currencies: tuple[str, str]
    ) -> list[Change]:
        cells = []
        for column, old in values.items():
            new = getattr(entry.record, column)
            if new == old:
                continue
            was = as_written(column, old, currencies[0])
            cells.append(
                Change(name, entry.row.number, _called(key), column, was, as_written(column, new, currencies[1]))
            )
            if rests := self._rests(name, column, entry.record):
                self._problems.add(_held(entry, column, was, rests))
        return cells

    def _rests(self, name: str, column: str, record: Any) -> str | None:
        match name:
            case "releases":
                return self._resting.releases.get(record.release)
            case "deals":
                return self._resting.deals.get(record.deal_id)
            case "rates":
                return None
            case "accounts":
                if column in OF_THE_ACCOUNT:
                    return self._resting.accounts.get(record.account_id)
                return self._resting.people.get(record.person_email)
        return self._resting.later.get(record.deal_id)

    def _accounts(self, records: Records) -> None:
        """A person's first row says how to reach them; in their further rows phone and postal address do not count."""
        met: set[str] = set()
        for entry in records.accounts:
            email, number = entry.record.person_email, entry.record.account_id
            person = {
                k: v for k, v in self._stored.people.get((email,), {}).items() if email not in met or k not in CONTACT
            }
            met.add(email)
            scope = self._stored.scopes.get((number, email))
            if scope is None:
                self._found.new["accounts"].append(entry)
                self._plan.add("accounts", entry.row.number)
            values = {**person, **self._stored.accounts.get((number,), {}), **(scope or {})}
            cells = self._differing("accounts", entry, (number, email), values, ("USD", "USD"))
            if cells:
                self._plan.change(cells)
                new = {cell.column: getattr(entry.record, cell.column) for cell in cells}
                self._found.changed.append(Changed("accounts", (number, email), new))
            elif scope is not None:
                self._plan.unchanged["accounts"] += 1

    def _clauses(self, records: Records) -> None:
        """A clause that was signed keeps its text; another text is another version."""
        for entry in records.deals:
            version = (entry.record.agreement_version, entry.record.agreement_clause)
            known = self._stored.clauses.get(version)
            if known and known["agreement_clause_text"] != entry.record.agreement_clause_text:
                reason = "This version and clause was imported before with another text."
                remedy = "Write the text as it was signed, or the version that it belongs to."
                self._problems.add(bad_cell(entry.row, "agreement_clause_text", reason, remedy))

    def _missing(self, name: str, records: Records) -> None:
        """Stored rows of the named deals or policies that the sheet leaves out are removed."""
        columns = KEYS[name]
        held = {tuple(getattr(entry.record, column) for column in columns) for entry in getattr(records, name)}
        named = {key[0] for key in held} if name == "rates" else records.ids["deals"]
        for key, values in self._stored.rows[name].items():
            if key in held or key[0] not in named:
                continue
            old = row_as_written(values, self._stored.currency_of(key[0]))
            self._plan.remove(Change(name, 0, _called(key), WHOLE_ROW, old, ""))
            self._found.removed.append((name, key))
            if name != "rates" and (rests := self._resting.later.get(key[0])):
                reason = f"It was imported before as {old}, and {rests}."
                self._problems.add(
                    BadRow(name, 0, columns[-1], _called(key), reason, "Put the row back into the sheet.")
                )


def _held(entry: Entry[Any], column: str, was: str, rests: str) -> BadRow:
    shown = was if len(was) <= 60 else f"another text ({was[:40]}…)"
    return bad_cell(entry.row, column, f"It was imported before as {shown or 'an empty cell'}, and {rests}.", KEEP_IT)


def _called(key: Key) -> str:
    return ", ".join(map(str, key))
