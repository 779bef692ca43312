"""The risk of each remedy as the design assesses it; management may edit level and reason. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.incidents.remedies import Remedy

SMALL_COST = Fraction(1, 100)
LARGE_COST = Fraction(5, 100)
"""C is low up to one percent of the allocation available, high above five."""


class Risk(StrEnum):
    """How much a remedy may harm."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A level and why."""

    level: Risk
    reason: str


def assess(remedy: Remedy, *, cost_cents: int, available_cents: int) -> Assessment:
    """The usual assessment; that of C goes by its cost to the platform against the allocation available."""
    match remedy:
        case Remedy.NEW_ROUND:
            return Assessment(Risk.HIGH, "It may harm the startup: it must take new capital, and everybody is diluted.")
        case Remedy.REDISTRIBUTION:
            return Assessment(Risk.MEDIUM, "It may cost the investors’ goodwill: some give back what they held.")
        case Remedy.CASH:
            return Assessment(_by_cost(cost_cents, available_cents), "It costs the platform; who holds what stays.")
        case Remedy.NONE:
            return Assessment(Risk.HIGH, "It leaves people with something other than their agreement gives them.")


def _by_cost(cost_cents: int, available_cents: int) -> Risk:
    if cost_cents > LARGE_COST * available_cents:
        return Risk.HIGH
    return Risk.MEDIUM if cost_cents > SMALL_COST * available_cents else Risk.LOW
