"""Truing up what a deal paid out on wrong holdings. Pure; whole minor units, exact fractions, no rounding by half."""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from math import floor


class Distributions(StrEnum):
    """What a decision does about money that a deal paid out on the recorded holdings.

    Trued up: those who held too little are paid what they missed, and the platform pays what others would owe back.
    Claimed: the same, but legal decided with a reason that those others owe it back.
    """

    NOTHING = "nothing"
    TRUED_UP = "trued-up"
    CLAIMED = "claimed"
    LEFT = "left"

    @property
    def says(self) -> str:
        """In words, as staff choose it."""
        return {
            Distributions.NOTHING: "Nothing was distributed",
            Distributions.TRUED_UP: "Trued up; the platform pays what investors would owe back",
            Distributions.CLAIMED: "Trued up; investors owe back what they got too much",
            Distributions.LEFT: "Left as they are",
        }[self]


def true_up(total_cents: int, recorded: Sequence[int], corrected: Sequence[int]) -> list[int]:
    """What each holder of one distribution missed (above 0) or got too much (below 0), by position.

    `distribution * (corrected - original) / total`, the floor, and left-over units by largest remainder, ties to the
    earlier position, so that all of it sums to 0. Where the two sums of holdings differ each is a share of its own.
    """
    was, now = sum(recorded), sum(corrected)
    if not was or not now:
        return [0] * len(recorded)
    exact = [
        total_cents * (Fraction(right, now) - Fraction(wrong, was))
        for wrong, right in zip(recorded, corrected, strict=True)
    ]
    amounts = [floor(each) for each in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (amounts[i] - exact[i], i))
    for i in by_remainder[: -sum(amounts)]:
        amounts[i] += 1
    return amounts
