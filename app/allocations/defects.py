"""Rules that are wrong, kept so that a faulty release can be reproduced. Pure; their names are the contract.

Each shares by the options of its rule like the right one, and differs in one way. The rate each names is
the one it worked with; the certificate then says whether the outcome is right all the same.
"""

from collections.abc import Sequence
from fractions import Fraction

from app.allocations.proration import by_largest_remainder, prorate, prorate_by, share_to_the_cap
from app.allocations.terms import Asked, Outcome, Rule, Tie

Shared = tuple[list[int], Fraction | None]


def single_pass(available: int, requests: Sequence[Asked], rule: Rule) -> Outcome:
    """What capped requests leave is shared once; the cap is not checked again. Conserves the total."""
    return prorate_by(_share_once_more, available, requests, rule)


def clamp_only(available: int, requests: Sequence[Asked], rule: Rule) -> Outcome:
    """Shares are cut at the request and the excess is never shared: money is left over."""
    return prorate_by(_share_and_clamp, available, requests, rule)


def no_cap(available: int, requests: Sequence[Asked], rule: Rule) -> Outcome:
    """Plain proportion to the basis: shares go above the request."""
    return prorate_by(_share_without_cap, available, requests, rule)


def round_each(available: int, requests: Sequence[Asked], rule: Rule) -> Outcome:
    """The right rate, but each share rounded half up on its own: the sum is off by cents."""
    return prorate_by(_share_and_round, available, requests, rule)


def current_basis(available: int, requests: Sequence[Asked], rule: Rule, today: Sequence[Fraction | None]) -> Outcome:
    """The right way on the averages of today; where none is known the frozen one stays. Drifts with time."""
    drifted = [
        asked if average is None else Asked(asked.requested, average)
        for asked, average in zip(requests, today, strict=True)
    ]
    return prorate(available, drifted, rule)


def _share_once_more(available: int, requested: Sequence[int], weights: Sequence[int], tie: Tie) -> Shared:
    if sum(requested) <= available:
        return list(requested), None
    weight = sum(weights)
    over = [i for i, (r, w) in enumerate(zip(requested, weights, strict=True)) if r * weight > available * w]
    left = available - sum(requested) + sum(requested[i] for i in over)
    shares = list(requested)
    for i, amount in zip(over, by_largest_remainder(left, [weights[i] for i in over], tie), strict=True):
        shares[i] = amount
    return shares, Fraction(left, sum(weights[i] for i in over))


def _share_and_clamp(available: int, requested: Sequence[int], weights: Sequence[int], tie: Tie) -> Shared:
    shares, rate = _share_without_cap(available, requested, weights, tie)
    return [min(share, r) for share, r in zip(shares, requested, strict=True)], rate


def _share_without_cap(available: int, requested: Sequence[int], weights: Sequence[int], tie: Tie) -> Shared:
    if sum(requested) <= available:
        return list(requested), None
    return by_largest_remainder(available, weights, tie), Fraction(available, sum(weights))


def _share_and_round(available: int, requested: Sequence[int], weights: Sequence[int], tie: Tie) -> Shared:
    _, rate = share_to_the_cap(available, requested, weights, tie)
    if rate is None:
        return list(requested), None
    halves = [(2 * rate.numerator * w + rate.denominator) // (2 * rate.denominator) for w in weights]
    return [min(half, r) for half, r in zip(halves, requested, strict=True)], rate
