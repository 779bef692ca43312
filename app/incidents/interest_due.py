"""Interest on what was collected in excess, from the day it was collected to the day it is paid. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple


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
