"""What engine, defects and certificate all speak about: requests, rules and outcomes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple


class ZeroBasis(StrEnum):
    """What investors with basis 0 get: an equal share of what is left when all others are full, or nothing."""

    LAST_EQUAL = "last-equal"
    EXCLUDED = "excluded"


class Tie(StrEnum):
    """Who of two equal remainders gets the left-over minor unit: the first or the last in input order."""

    FIRST = "first"
    LAST = "last"


class Asked(NamedTuple):
    """One request in minor units, and the exact basis it is shared by; both at least 0."""

    requested: int
    basis: int | Fraction


@dataclass(frozen=True, slots=True)
class Rule:
    """A named way of prorating with its options; `minimum` is in minor units, 0 for none."""

    name: str = "pro-rata-1"
    zero_basis: ZeroBasis = ZeroBasis.LAST_EQUAL
    tie: Tie = Tie.FIRST
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Groups:
    """Input positions: those with a basis, those sharing equally, and those out, in the order they left."""

    shared: Sequence[int]
    equal: Sequence[int] = ()
    out: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Shares in minor units by input position, with what proves them.

    `rate` is minor units per unit of basis, null when nobody with a basis is cut; `level` is minor units
    for each who shares equally, null when nobody among them is cut.
    """

    shares: list[int]
    groups: Groups
    rate: Fraction | None = None
    level: Fraction | None = None

    def capped(self, requests: Sequence[Asked]) -> list[bool]:
        """By input position: did the request, and not the rate or the level, decide this share?"""
        marks = [False] * len(requests)
        for i in self.groups.shared:
            requested, basis = requests[i]
            met = self.rate is None or requested <= self.rate * basis
            marks[i] = met and self.shares[i] == requested
        for i in self.groups.equal:
            met = self.level is None or requests[i].requested <= self.level
            marks[i] = met and self.shares[i] == requests[i].requested
        return marks
