"""Replaying deals in order of closing with the right rule, on frozen and on recomputed bases. Pure.

An average carries an error forward: where a request says over how many earlier allocations its basis was
averaged, the basis is recomputed as `(basis * count - sum(recorded earlier) + sum(corrected earlier)) / count`.
Earlier are the account's latest `count` allocations among the imported deals, the same day not being earlier;
where fewer were imported than counted, the rest stays as it was.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import takewhile
from typing import NamedTuple

from app.allocations.certificate import certify
from app.allocations.rules import allocate
from app.allocations.terms import Asked, Outcome, Rule

Basis = int | Fraction
BELOW_ZERO = "Its average would fall below zero, so it does not fit the allocations it was counted over."


class Bucket(StrEnum):
    """Where one request stands against the right rule.

    Given too much or too little on frozen bases; changed only on recomputed ones; checked and right; or not
    checkable, with a reason.
    """

    OVER = "over"
    UNDER = "under"
    KNOCK_ON = "knock-on"
    UNAFFECTED = "unaffected"
    NOT_CHECKABLE = "not-checkable"


class Entry(NamedTuple):
    """One request as it was recorded: amounts and basis in minor units, and how many investments the basis averages."""

    request: int
    account: int
    requested: int
    basis: Basis
    averaged_over: int | None
    recorded: int


@dataclass(frozen=True, slots=True)
class Entered:
    """One deal with its requests in order of position, and the right rule of its agreement.

    A deal out of range only stands behind averages. One with an `obstacle` cannot be replayed, for that reason.
    """

    deal: int
    name: str
    number: str
    closed_on: date
    currency: str
    available: int
    rule: Rule
    entries: Sequence[Entry]
    is_in_range: bool = True
    obstacle: str | None = None


class Figure(NamedTuple):
    """What one request was recorded with and what is right, both ways; `basis` where the recomputed one differs.

    `frozen` is None where the deal was not replayed, `recomputed` also where the basis cannot be recomputed.
    `reason` says why not.
    """

    entry: Entry
    frozen: int | None
    recomputed: int | None
    basis: Basis | None
    bucket: Bucket
    reason: str | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """One deal in range: its outcome both ways, the same object where no basis changed, and every figure."""

    deal: Entered
    frozen: Outcome | None
    recomputed: Outcome | None
    figures: Sequence[Figure]
    obstacle: str | None


class _Change(NamedTuple):
    """What the place-th allocation of an account changes by, in which currency; None where nobody can say."""

    place: int
    cents: int | None
    currency: str
    deal: str


class _NotCheckableError(Exception):
    """A basis that cannot be recomputed, for the reason it says."""


class _History:
    """How many allocations each account had before a day, and what the replay changes in them."""

    def __init__(self) -> None:
        self._day = date.min
        self._waiting: list[tuple[int, int | None, Entered]] = []
        self._counts: dict[int, int] = {}
        self._changes: dict[int, list[_Change]] = {}

    def open(self, deal: Entered) -> None:
        """Move on to the day of this deal: what closed before it is earlier. Raises ValueError when out of order."""
        if deal.closed_on < self._day:
            raise ValueError(f"{deal.number} closed before the deal that came before it")
        if deal.closed_on > self._day:
            self._day, waiting, self._waiting = deal.closed_on, self._waiting, []
            for account, cents, earlier in waiting:
                place = self._counts.get(account, 0) + 1
                self._counts[account] = place
                if cents != 0:
                    change = _Change(place, cents, earlier.currency, earlier.name)
                    self._changes.setdefault(account, []).append(change)

    def keep(self, deal: Entered, changes: Iterable[tuple[int, int | None]]) -> None:
        """Remember by account what the allocations of this deal change by."""
        self._waiting += [(account, cents, deal) for account, cents in changes]

    def basis(self, entry: Entry, currency: str) -> Basis:
        """The basis from corrected earlier allocations. Raises _NotCheckableError."""
        changes = self._changes.get(entry.account)
        if changes is None or entry.averaged_over is None:
            return entry.basis
        first = self._counts[entry.account] - entry.averaged_over + 1
        counted = takewhile(lambda change: change.place >= first, reversed(changes))
        cents = sum(_cents(change, currency) for change in counted)
        if cents == 0:
            return entry.basis
        basis = entry.basis + Fraction(cents, entry.averaged_over)
        if basis < 0:
            raise _NotCheckableError(BELOW_ZERO)
        return basis


def _cents(change: _Change, currency: str) -> int:
    if change.cents is None:
        raise _NotCheckableError(f"Its average counts the allocation in {change.deal}, which could not be checked.")
    if change.currency != currency:
        raise _NotCheckableError(f"Its average counts the allocation in {change.deal}, which is in {change.currency}.")
    return change.cents


def replay(deals: Iterable[Entered]) -> Iterator[Replayed]:
    """Each deal in range, both ways. `deals` come in order of (closed_on, number), or ValueError is raised."""
    history = _History()
    for deal in deals:
        history.open(deal)
        if not deal.is_in_range:
            history.keep(deal, ((entry.account, 0) for entry in deal.entries))
            continue
        replayed = _replay(deal, history)
        history.keep(deal, ((each.entry.account, _change(each)) for each in replayed.figures))
        yield replayed


def _change(figure: Figure) -> int | None:
    return None if figure.recomputed is None else figure.recomputed - figure.entry.recorded


def _replay(deal: Entered, history: _History) -> Replayed:
    if deal.obstacle is not None:
        return _not_replayed(deal, deal.obstacle)
    asked = [Asked(entry.requested, entry.basis) for entry in deal.entries]
    frozen = allocate(deal.available, asked, deal.rule)
    if fault := certify(deal.available, asked, frozen, deal.rule):
        return _not_replayed(deal, f"The certificate fails: {fault}.")
    bases, reasons = _recompute(deal, history)
    recomputed = frozen
    if any(basis != entry.basis for basis, entry in zip(bases, deal.entries, strict=True)):
        again = [Asked(entry.requested, basis) for entry, basis in zip(deal.entries, bases, strict=True)]
        recomputed = allocate(deal.available, again, deal.rule)
        if fault := certify(deal.available, again, recomputed, deal.rule):
            return _not_replayed(deal, f"The certificate on recomputed bases fails: {fault}.")
    return Replayed(deal, frozen, recomputed, _figures(deal, frozen, recomputed, bases, reasons), None)


def _recompute(deal: Entered, history: _History) -> tuple[list[Basis], dict[int, str]]:
    """The bases by position, and by request why one could not be recomputed; that one stays frozen for the others."""
    bases: list[Basis] = []
    reasons: dict[int, str] = {}
    for entry in deal.entries:
        try:
            bases.append(history.basis(entry, deal.currency))
        except _NotCheckableError as refusal:
            bases.append(entry.basis)
            reasons[entry.request] = str(refusal)
    return bases, reasons


def _figures(
    deal: Entered, frozen: Outcome, recomputed: Outcome, bases: Sequence[Basis], reasons: dict[int, str]
) -> list[Figure]:
    figures = []
    for entry, right, again, basis in zip(deal.entries, frozen.shares, recomputed.shares, bases, strict=True):
        reason = reasons.get(entry.request)
        carried = None if reason else again
        changed = None if basis == entry.basis else basis
        figures.append(Figure(entry, right, carried, changed, _bucket(entry.recorded, right, carried), reason))
    return figures


def _bucket(recorded: int, frozen: int, recomputed: int | None) -> Bucket:
    if frozen != recorded:
        return Bucket.OVER if recorded > frozen else Bucket.UNDER
    if recomputed is None:
        return Bucket.NOT_CHECKABLE
    return Bucket.UNAFFECTED if recomputed == recorded else Bucket.KNOCK_ON


def _not_replayed(deal: Entered, obstacle: str) -> Replayed:
    figures = [Figure(entry, None, None, None, Bucket.NOT_CHECKABLE, obstacle) for entry in deal.entries]
    return Replayed(deal, None, None, figures, obstacle)
