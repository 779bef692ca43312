"""Sharing an oversubscribed deal exactly: `min(requested, rate * basis)` with one rate for all. Pure.

Whole numbers only: bases are brought to a common denominator, comparisons multiply crosswise. Sharing costs
at most O(n log n), whatever the number of rounds by hand. Those who leave because of a minimum are named one by one
in O(log n) each; only where rounding decides who is the smallest is everything shared again.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

from app.allocations.leaving import Leaving
from app.allocations.terms import Asked, Groups, Outcome, Rule, Tie, ZeroBasis
from app.allocations.weights import exact_keys, whole_weights

SAMPLE = 999
"""How many requests a pivot is the median of."""

Share = Callable[[int, Sequence[int], Sequence[int], Tie], tuple[list[int], Fraction | None]]
"""Shares `available` by `requested` and whole `weights`: the shares, and the rate unless nobody is cut."""


def prorate(available: int, requests: Sequence[Asked], rule: Rule) -> Outcome:
    """Share `available` minor units in proportion to each basis; nobody gets more than requested.

    What capped requests leave is shared again among the others, on the same basis. Left-over units go by
    largest remainder, ties as the rule says. Rule: `pro-rata-1`.
    """
    stay, out = _those_who_stay(requests, rule)
    if not rule.minimum:
        return _share_among(share_to_the_cap, available, requests, stay=stay, out=out, tie=rule.tie)
    leaving = Leaving(available, requests, stay, rule)
    standing = dict.fromkeys(stay)
    while True:
        leaver = leaving.name_next()
        if leaver is None:
            outcome = _share_among(share_to_the_cap, available, requests, stay=list(standing), out=out, tie=rule.tie)
            leaver = _leaver(list(standing), outcome.shares, rule.minimum)
        if leaver is None:
            return outcome
        leaving.remove(leaver)
        del standing[leaver]
        out.append(leaver)


def prorate_by(share: Share, available: int, requests: Sequence[Asked], rule: Rule) -> Outcome:
    """Share with the options of `rule`, by the given way of sharing among those who stay in.

    Requests below the minimum and excluded ones are out at once. While a share is below the minimum the
    smallest, ties the last in input order, is out and the rest is shared again.
    """
    stay, out = _those_who_stay(requests, rule)
    while True:
        outcome = _share_among(share, available, requests, stay=stay, out=out, tie=rule.tie)
        leaver = _leaver(stay, outcome.shares, rule.minimum)
        if leaver is None:
            return outcome
        stay = [i for i in stay if i != leaver]
        out.append(leaver)


def _those_who_stay(requests: Sequence[Asked], rule: Rule) -> tuple[Sequence[int], list[int]]:
    excludes = rule.zero_basis is ZeroBasis.EXCLUDED
    if not excludes and not rule.minimum:
        return range(len(requests)), []
    out = [i for i, (r, basis) in enumerate(requests) if r < rule.minimum or (excludes and not basis)]
    return sorted(set(range(len(requests))) - set(out)), out


def _leaver(stay: Sequence[int], shares: Sequence[int], minimum: int) -> int | None:
    if not minimum or not stay:
        return None
    smallest = min(shares[i] for i in stay)
    return max(i for i in stay if shares[i] == smallest) if smallest < minimum else None


def _share_among(
    share: Share, available: int, requests: Sequence[Asked], *, stay: Sequence[int], out: Sequence[int], tie: Tie
) -> Outcome:
    """First those with a basis; what is left when all of them are full goes equally to the others."""
    groups = Groups([i for i in stay if requests[i].basis], [i for i in stay if not requests[i].basis], tuple(out))
    weights, denominator = whole_weights([requests[i].basis for i in groups.shared])
    first, rate = share(available, [requests[i].requested for i in groups.shared], weights, tie)
    left = max(0, available - sum(first))
    second, level = share(left, [requests[i].requested for i in groups.equal], [1] * len(groups.equal), tie)
    shares = [0] * len(requests)
    for positions, amounts in ((groups.shared, first), (groups.equal, second)):
        for i, amount in zip(positions, amounts, strict=True):
            shares[i] = amount
    return Outcome(shares, groups, rate and rate * denominator, level)


def share_to_the_cap(
    available: int, requested: Sequence[int], weights: Sequence[int], tie: Tie
) -> tuple[list[int], Fraction | None]:
    """Share by weight with the request as cap, as often as it takes. Weights are above 0."""
    if sum(requested) <= available:
        return list(requested), None
    keys = exact_keys(requested, weights)
    left, weight_left, limit = _cap(available, requested, weights, keys)
    shares = list(requested)
    uncapped = [i for i, key in enumerate(keys) if key > limit]
    amounts = by_largest_remainder(left, [weights[i] for i in uncapped], tie)
    for i, amount in zip(uncapped, amounts, strict=True):
        shares[i] = amount
    return shares, Fraction(left, weight_left)


def _cap(available: int, requested: Sequence[int], weights: Sequence[int], keys: Sequence[int]) -> tuple[int, int, int]:
    """What the capped leave, the weight of the others, and the last key that is capped; -1 if none is.

    All up to a key are capped if their requests and that key's rate for everybody else fit in what is available,
    so each pivot decides all on one side of it. After a poor pivot the next is the exact median, which bounds the
    work by one sort.
    """
    left, weight_left, limit = available, sum(weights), -1
    undecided: Sequence[int] = range(len(keys))
    is_poor = False
    while undecided:
        pivot = _median(undecided if is_poor else undecided[:: len(undecided) // SAMPLE or 1], keys)
        low = [i for i in undecided if keys[i] <= keys[pivot]]
        asked, weight = sum([requested[i] for i in low]), sum([weights[i] for i in low])
        before = len(undecided)
        if asked * weights[pivot] + requested[pivot] * (weight_left - weight) <= left * weights[pivot]:
            left, weight_left, limit = left - asked, weight_left - weight, keys[pivot]
            undecided = [i for i in undecided if keys[i] > limit]
        else:
            undecided = [i for i in low if keys[i] < keys[pivot]]
        is_poor = len(undecided) > before * 3 // 4
    return left, weight_left, limit


def _median(positions: Sequence[int], keys: Sequence[int]) -> int:
    return sorted(positions, key=keys.__getitem__)[len(positions) // 2]


def by_largest_remainder(total: int, weights: Sequence[int], tie: Tie) -> list[int]:
    """Split `total` by weight into whole units that sum to it; left-over units go by largest remainder."""
    weight = sum(weights)
    amounts = [total * w // weight for w in weights]
    left_over = total - sum(amounts)
    if left_over:
        remainders = [total * w % weight for w in weights]
        for i in _largest(remainders, left_over, tie):
            amounts[i] += 1
    return amounts


def _largest(remainders: Sequence[int], count: int, tie: Tie) -> list[int]:
    """Positions of the `count` largest, at least one; equal ones in input order or from its end."""
    threshold = sorted(remainders, reverse=True)[count - 1]
    above = [i for i, remainder in enumerate(remainders) if remainder > threshold]
    level = [i for i, remainder in enumerate(remainders) if remainder == threshold]
    missing = count - len(above)
    return above + (level[:missing] if tie is Tie.FIRST else level[-missing:])
