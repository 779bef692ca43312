"""Interest on what was collected in excess, from the day it was collected to the day it is paid. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from app import settlement
from app.core.text import plain_fraction
from app.incidents.proposal_lines import InterestLine


class Collected(NamedTuple):
    """Money collected: minor units and the day."""

    amount_cents: int
    paid_on: date


class Excess(NamedTuple):
    """A part of what was collected above the correct allocation, and since when."""

    principal_cents: int
    since: date


def excess_of(payments: Sequence[Collected], corrected_cents: int) -> Iterator[Excess]:
    """Each payment's part above `corrected_cents`, in the order of days; nothing where too little was collected."""
    before = total = 0
    for payment in sorted(payments, key=lambda each: each.paid_on):
        total += payment.amount_cents
        above = max(0, total - corrected_cents)
        if above > before:
            yield Excess(above - before, payment.paid_on)
        before = above


def still_there(excess: Iterable[Excess], repaid_cents: int) -> Iterator[Excess]:
    """What is left of an excess after that much was paid back: the oldest first."""
    for each in excess:
        gone = min(each.principal_cents, repaid_cents)
        repaid_cents -= gone
        if gone < each.principal_cents:
            yield Excess(each.principal_cents - gone, each.since)


def interest_lines(
    payments: Sequence[Collected],
    corrected_cents: int,
    *,
    repaid_cents: int = 0,
    to_on: date,
    policy: str,
    rates: Mapping[date, Fraction],
) -> list[InterestLine]:
    """The worked lines for all collected above `corrected_cents` and not paid back yet. Raises CannotCalculate."""
    return [
        InterestLine(
            principal_cents=excess.principal_cents,
            from_on=line.from_on.isoformat(),
            to_on=line.to_on.isoformat(),
            days=line.days,
            rate=plain_fraction(line.rate),
            exact=plain_fraction(line.exact),
            year_days=line.year_days,
            base=plain_fraction(line.base),
            is_limited=line.is_limited,
        )
        for excess in still_there(excess_of(payments, corrected_cents), repaid_cents)
        for line in settlement.interest(
            excess.principal_cents, from_on=excess.since, to_on=to_on, policy=policy, rates=rates
        ).lines
    ]


def interest_of(lines: Sequence[InterestLine]) -> int:
    """What stored lines come to in whole minor units: rounded half up once, over all of them."""
    return settlement.in_whole_cents([Fraction(line["exact"]) for line in lines])


def worked_lines(lines: Sequence[InterestLine]) -> list[settlement.Line]:
    """Stored lines as they were worked."""
    return [
        settlement.Line(
            from_on=date.fromisoformat(line["from_on"]),
            to_on=date.fromisoformat(line["to_on"]),
            days=line["days"],
            rate=Fraction(line["rate"]),
            exact=Fraction(line["exact"]),
            year_days=line.get("year_days", 365),
            base=Fraction(line.get("base", line["principal_cents"])),
            is_limited=line.get("is_limited", False),
        )
        for line in lines
    ]
