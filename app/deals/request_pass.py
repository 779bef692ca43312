"""Requests read, checked and compared row by row: there may be a hundred thousand, so none of them is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from app.core.money import plain_money
from app.deals.cells import BadCell
from app.deals.comparison import KEEP_IT
from app.deals.layouts import Reader, request_reader
from app.deals.plan import ORDER, WHOLE_ROW, Change, DealTotals, Plan, Resting, as_written, row_as_written
from app.deals.records import DealRow, Entry, Records
from app.deals.rule_names import RuleName
from app.deals.sheets import COLUMNS, BadRow, Problems, Row, bad_cell
from app.deals.stored import StoredRequest

CELLS = COLUMNS["requests"][2:]


class Sink(Protocol):
    """Whoever writes what the pass finds."""

    def add(self, deal_id: str, account_id: str, place: int, values: Sequence[Any]) -> None:
        """A new request, by the values of all columns; `place` counts from 1 in its deal."""
        ...

    def change(self, request: StoredRequest, place: int, values: Sequence[Any]) -> None:
        """A stored request whose cells or place are others."""
        ...

    def remove(self, request: StoredRequest) -> None:
        """A stored request that the files no longer hold."""
        ...


@dataclass(slots=True)
class _Deal:
    """What is known of one deal while its requests go by."""

    deal_id: str
    reader: Reader
    entry: Entry[DealRow] | None
    stored: Mapping[str, StoredRequest] | None
    closed_on: date
    rows: dict[str, int] = field(default_factory=dict)
    kept: list[tuple[StoredRequest, int]] = field(default_factory=list)
    moved: dict[int, list[Any]] = field(default_factory=dict)
    is_whole: bool = True
    requested: int = 0
    recorded: int = 0
    paid: int = 0


class RequestPass:
    """One pass over the sheet `requests`, of deals and accounts that were read before."""

    def __init__(
        self,
        records: Records,
        stored: Mapping[str, Mapping[str, StoredRequest]],
        *,
        stored_currencies: Mapping[str, str],
        resting: Resting,
        plan: Plan,
        problems: Problems,
    ) -> None:
        self._accounts = records.ids["accounts"]
        self._rules = {entry.record.release: entry.record.rule for entry in records.releases}
        self._stored_currencies = stored_currencies
        self._resting = resting
        self._plan = plan
        self._problems = problems
        readers = {code: request_reader(code) for code in {"", *records.currencies.values()}}
        entries = {entry.record.deal_id: entry for entry in records.deals}
        self._unknown = readers[""]
        self._deals = {
            deal_id: _Deal(deal_id, readers[code], entry := entries.get(deal_id), stored.get(deal_id), _closed(entry))
            for deal_id, code in records.currencies.items()
        }

    def read(self, row: Row, sink: Sink | None) -> None:
        """One row: its cells, then what it contradicts, then what is stored."""
        texts = row.texts
        deal = self._deals.get(texts[0]) or self._deals.get(texts[0].strip())
        try:
            values = (deal.reader if deal else self._unknown).read(texts)
        except BadCell:
            self._problems.extend((deal.reader if deal else self._unknown).faults(row))
            self._refuse_strangers(row, deal)
            return
        if deal is None or values[1] not in self._accounts:
            self._refuse_strangers(row, deal)
            return
        self._check(row, deal, values)
        deal.requested += values[3]
        deal.recorded += values[6]
        deal.paid += values[7]
        self._compare(row, deal, values, sink)

    def _refuse_strangers(self, row: Row, deal: _Deal | None) -> None:
        """Note names that do not stand in the files; and what the deal leaves out is not known without this row."""
        deal_id, account_id = row.texts[0].strip(), row.texts[1].strip()
        if deal:
            deal.is_whole = False
        if deal is None and deal_id:
            self._add(row, "deal_id", "It does not stand in deals.", "Add it to deals, or correct it here.")
        if account_id and account_id not in self._accounts:
            self._add(row, "account_id", "It does not stand in accounts.", "Add it to accounts, or correct it here.")

    def _check(self, row: Row, deal: _Deal, values: Sequence[Any]) -> None:
        _, account_id, signed_on, *_, paid, paid_on = values
        if deal.rows.setdefault(account_id, row.number) != row.number:
            reason = f"Row {deal.rows[account_id]} is the same deal and account."
            self._add(row, "account_id", reason, "Keep one of the two rows.")
        if signed_on > deal.closed_on:
            reason = f"It is after {deal.closed_on}, when the deal closed."
            self._add(row, "agreement_signed_on", reason, "Write the day of the signature.")
        if paid_on is None:
            if paid:
                reason = "An amount was paid, but the day is missing."
                self._add(row, "paid_on", reason, "Write the day on which the money was collected.")
        elif not paid:
            reason = "There is a day of payment, but no amount."
            self._add(row, "paid_amount", reason, "Write the amount, or leave the day empty.")
        elif paid_on < signed_on:
            reason = f"It is before {signed_on}, when the agreement was signed."
            self._add(row, "paid_on", reason, "Write the day on which the money was collected.")

    def _compare(self, row: Row, deal: _Deal, values: list[Any], sink: Sink | None) -> None:
        place = len(deal.rows)
        stored = deal.stored.get(values[1]) if deal.stored else None
        if stored is None:
            self._plan.add("requests", row.number)
            if deal.stored is not None and (rests := self._resting.deals.get(deal.deal_id)):
                reason = f"The deal was imported before without this request, and {rests}."
                self._add(row, "account_id", reason, "Take the row out.")
            if sink:
                sink.add(deal.deal_id, values[1], place, values)
            return
        deal.kept.append((stored, row.number))
        if stored.cells == tuple(values[2:]):
            self._plan.unchanged["requests"] += 1
        else:
            self._change(row, deal, stored, values)
            deal.moved[stored.id] = values

    def _change(self, row: Row, deal: _Deal, stored: StoredRequest, values: Sequence[Any]) -> None:
        was_in = self._stored_currencies[deal.deal_id]
        is_in = deal.entry.record.currency if deal.entry else was_in
        key, rests = f"{deal.deal_id}, {values[1]}", self._resting.deals.get(deal.deal_id)
        changes = []
        for column, old, new in zip(CELLS, stored.cells, values[2:], strict=True):
            if old != new:
                was = as_written(column, old, was_in)
                changes.append(Change("requests", row.number, key, column, was, as_written(column, new, is_in)))
                if rests:
                    reason = f"It was imported before as {was or 'an empty cell'}, and {rests}."
                    self._add(row, column, reason, KEEP_IT)
        self._plan.change(changes)

    def finish(self, sink: Sink | None) -> None:
        """After the last row: what was left out, whose place is another, and the totals of every deal."""
        for deal in self._deals.values():
            if deal.stored and deal.is_whole:
                self._remove_missing(deal, sink)
                self._compare_order(deal)
                self._write_kept(deal, sink)
            if deal.entry:
                self._total(deal, deal.entry)

    def _remove_missing(self, deal: _Deal, sink: Sink | None) -> None:
        for account_id, stored in (deal.stored or {}).items():
            if account_id in deal.rows:
                continue
            old = row_as_written(dict(zip(CELLS, stored.cells, strict=True)), self._stored_currencies[deal.deal_id])
            key = f"{deal.deal_id}, {account_id}"
            self._plan.remove(Change("requests", 0, key, WHOLE_ROW, old, ""))
            if rests := self._resting.deals.get(deal.deal_id):
                reason = f"It was imported before, and {rests}."
                self._problems.add(BadRow("requests", 0, "account_id", key, reason, "Put the row back into the sheet."))
            if sink:
                sink.remove(stored)

    def _compare_order(self, deal: _Deal) -> None:
        """Equal remainders go by the order of the requests, so another order is a change."""
        was = {stored.id: rank for rank, (stored, _) in enumerate(sorted(deal.kept), 1)}
        rests = self._resting.deals.get(deal.deal_id)
        for rank, (stored, number) in enumerate(deal.kept, 1):
            if was[stored.id] == rank:
                continue
            change = Change("requests", number, deal.deal_id, ORDER, str(was[stored.id]), str(rank))
            if stored.id in deal.moved:
                self._plan.changes.append(change)
            else:
                self._plan.unchanged["requests"] -= 1
                self._plan.change([change])
            if rests:
                reason = f"It is request {rank} of its deal; it was imported as request {was[stored.id]}, and {rests}."
                remedy = "Keep the requests of the deal in their first order: equal remainders go by it."
                self._problems.add(BadRow("requests", number, "account_id", "", reason, remedy))

    def _write_kept(self, deal: _Deal, sink: Sink | None) -> None:
        """Kept requests whose cells changed, and where the places no longer rise without a gap, their places."""
        if sink is None:
            return
        places = {account_id: place for place, account_id in enumerate(deal.rows, 1)}
        by_id = {
            stored.id: places[account_id] for account_id, stored in (deal.stored or {}).items() if account_id in places
        }
        for stored, _ in deal.kept:
            if stored.id in deal.moved or stored.position != by_id[stored.id]:
                sink.change(stored, by_id[stored.id], deal.moved.get(stored.id) or [None, None, *stored.cells])

    def _total(self, deal: _Deal, entry: Entry[DealRow]) -> None:
        row, count = entry.record, len(deal.rows)
        self._plan.totals.append(
            DealTotals(
                deal_id=row.deal_id,
                name=row.name,
                currency=row.currency,
                is_new=deal.stored is None,
                requests=count,
                requested_cents=deal.requested,
                recorded_cents=deal.recorded,
                paid_cents=deal.paid,
                available_cents=row.allocation_available,
            )
        )
        # a release that rounded each share on its own is off by up to one minor unit a request
        slack = count if self._rules.get(row.release) is RuleName.ROUND_EACH else 0
        excess = deal.recorded - row.allocation_available
        if excess > slack:
            total, above = plain_money(deal.recorded, row.currency), plain_money(excess, row.currency)
            reason = f"The recorded allocations in requests add up to {total}, which is {above} more."
            remedy = "Correct the amount here, or the recorded allocations of this deal."
            self._problems.add(bad_cell(entry.row, "allocation_available", reason, remedy))

    def _add(self, row: Row, column: str, reason: str, remedy: str) -> None:
        self._problems.add(bad_cell(row, column, reason, remedy))


def _closed(entry: Entry[DealRow] | None) -> date:
    return entry.record.closed_on if entry else date.max
