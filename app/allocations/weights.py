"""Bases as whole weights, and requests in the order in which they are full. Pure."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm


def whole_weights(bases: Sequence[int | Fraction]) -> tuple[list[int], int]:
    """The bases times their common denominator, and that denominator."""
    denominator = lcm(*{basis.denominator for basis in bases})
    return [basis.numerator * (denominator // basis.denominator) for basis in bases], denominator


def exact_keys(requested: Sequence[int], weights: Sequence[int]) -> list[int]:
    """Whole numbers in the order of `requested / weight`, equal only where those are equal.

    Two different fractions lie at least 1 / (w * v) apart, so this many binary digits tell them apart.
    """
    digits = 2 * max(weights, default=0).bit_length()
    return [(r << digits) // w for r, w in zip(requested, weights, strict=True)]
