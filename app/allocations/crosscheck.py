"""A second calculation of the shares, written from the specification alone. Pure.

It shares no code with the engine and goes another way: it looks for the one rate by halving the range in which
that rate must lie, and after each leaver it calculates everything again. Only the words of `terms` are common.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

from app.allocations.terms import Asked, Rule, Tie, ZeroBasis


def crosscheck(available: int, asked: Sequence[Asked], rule: Rule) -> list[int]:
    """The shares in minor units by input position, as `pro-rata-1` gives them under the options of `rule`."""
    common = lcm(*(one.basis.denominator for one in asked))
    weights = [int(one.basis * common) for one in asked]
    inside = [i for i, one in enumerate(asked) if _takes_part(one, rule)]
    rate = Fraction(0)
    while True:
        shares, rate = _shares(available, {i: asked[i].requested for i in inside}, weights, rule.tie, rate)
        below = [i for i in inside if shares[i] < rule.minimum]
        if not below:
            return [shares.get(i, 0) for i in range(len(asked))]
        smallest = min(shares[i] for i in below)
        inside.remove(max(i for i in below if shares[i] == smallest))


def _takes_part(one: Asked, rule: Rule) -> bool:
    has_standing = one.basis > 0 or rule.zero_basis is ZeroBasis.LAST_EQUAL
    return has_standing and one.requested >= rule.minimum


def _shares(
    available: int, wanted: Mapping[int, int], weights: Sequence[int], tie: Tie, rate: Fraction
) -> tuple[dict[int, int], Fraction]:
    """By the basis first; only what is over when all of them are full goes, equally, to those without one.

    The rate lies at `rate` or above: whoever leaves can only raise it. Returned with the shares.
    """
    first = {i: want for i, want in wanted.items() if weights[i]}
    others = {i: want for i, want in wanted.items() if not weights[i]}
    by_basis, rate = _fill(available, first, {i: weights[i] for i in first}, tie, rate)
    equally, _ = _fill(available - sum(by_basis.values()), others, dict.fromkeys(others, 1), tie, Fraction(0))
    return by_basis | equally, rate


def _fill(
    available: int, wanted: Mapping[int, int], weights: Mapping[int, int], tie: Tie, low: Fraction
) -> tuple[dict[int, int], Fraction]:
    if sum(wanted.values()) <= available:
        return dict(wanted), low
    rate = _rate(available, list(wanted.values()), list(weights.values()), low)
    top, bottom = rate.numerator, rate.denominator
    shares, rests = dict(wanted), dict.fromkeys(wanted, 0)
    for i, want in wanted.items():
        if want * bottom > top * weights[i]:
            shares[i], rests[i] = divmod(top * weights[i], bottom)
    direction = 1 if tie is Tie.FIRST else -1
    queue = sorted(wanted, key=lambda i: (-rests[i], direction * i))
    for i in queue[: available - sum(shares.values())]:
        shares[i] += 1
    return shares, rate


def _rate(available: int, wanted: Sequence[int], weights: Sequence[int], low: Fraction) -> Fraction:
    """The rate at which the shares `min(wanted, rate * weight)` use up what is available, exactly.

    At `low` they do not use too much, at `high` they do. Who is full at `low` stays full, which gives a guess
    for the rate; once nobody becomes full between `low` and the rate, the guess is the rate.
    """
    high = Fraction(max(wanted))
    while True:
        guess = _guess(available, wanted, weights, low)
        if _used(wanted, weights, guess) == available:
            return guess
        middle = (low + high) / 2
        if _used(wanted, weights, middle) > available:
            high = middle
        else:
            low = middle


def _guess(available: int, wanted: Sequence[int], weights: Sequence[int], rate: Fraction) -> Fraction:
    """The rate of the others if exactly those are full who are full at the given one."""
    top, bottom = rate.numerator, rate.denominator
    open_weight = left = 0
    for want, weight in zip(wanted, weights, strict=True):
        if want * bottom <= top * weight:
            left -= want
        else:
            open_weight += weight
    return Fraction(available + left, open_weight)


def _used(wanted: Sequence[int], weights: Sequence[int], rate: Fraction) -> Fraction:
    top, bottom = rate.numerator, rate.denominator
    return Fraction(sum(min(want * bottom, top * weight) for want, weight in zip(wanted, weights, strict=True)), bottom)
