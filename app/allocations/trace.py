"""How a deal was shared, round by round, for whoever wants to follow it by hand. Pure.

Each round shares what is left among those who are not full yet; who reaches their request takes it and leaves the
rest to the next round. The engine reaches the same end without going through the rounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.allocations.proration import prorate
from app.allocations.terms import Asked, Outcome, Rule, ZeroBasis
from app.allocations.weights import exact_keys, whole_weights


@dataclass(frozen=True, slots=True)
class Round:
    """One round: `shared` minor units among `among` requests at `rate`, and who `reached` their request by it.

    `rate` is minor units per unit of basis, or a head where all count the same. What those who reached theirs
    asked for, `taken`, is subtracted; the rest is shared again in the next round. In the last nobody reaches it.
    """

    shared: int
    among: int
    rate: Fraction
    reached: Sequence[int]
    taken: int

    @property
    def shared_again(self) -> int:
        """Minor units that the next round shares."""
        return self.shared - self.taken

    @property
    def still_waiting(self) -> int:
        """How many the next round shares them among."""
        return self.among - len(self.reached)


@dataclass(frozen=True, slots=True)
class Trace:
    """The whole way to an outcome of the engine. All positions are input positions from 0.

    `too_small` and `excluded` were out at once; the `leavers` one at a time, in this order, each because the share
    stayed below the minimum. The rounds are those among who stayed: `rounds` by the basis and, once all of these
    are full, `level_rounds` among those without one. `left_over` got one minor unit by largest remainder.
    """

    too_small: Sequence[int]
    excluded: Sequence[int]
    leavers: Sequence[int]
    rounds: Sequence[Round]
    level_rounds: Sequence[Round]
    left_over: Sequence[int]
    outcome: Outcome

    @property
    def rate(self) -> Fraction | None:
        """The rate of the last round; null when nobody with a basis is cut."""
        return self.rounds[-1].rate if self.rounds else None

    @property
    def level(self) -> Fraction | None:
        """The level of the last round among those without a basis; null when nobody among them is cut."""
        return self.level_rounds[-1].rate if self.level_rounds else None


def trace(available: int, asked: Sequence[Asked], rule: Rule) -> Trace:
    """Follow `pro-rata-1` under the options of `rule`, whatever its name."""
    outcome = prorate(available, asked, rule)
    shared, equal, out = outcome.groups.shared, outcome.groups.equal, outcome.groups.out
    too_small = [i for i in out if asked[i].requested < rule.minimum]
    at_once = {*too_small, *_excluded(out, asked, rule)}
    weights, denominator = whole_weights([asked[i].basis for i in shared])
    left = max(0, available - sum(outcome.shares[i] for i in shared))
    return Trace(
        too_small,
        [i for i in out if i in at_once and asked[i].requested >= rule.minimum],
        [i for i in out if i not in at_once],
        _rounds(available, asked, shared, weights, denominator),
        _rounds(left, asked, equal, [1] * len(equal), 1),
        _left_over(asked, outcome),
        outcome,
    )


def _excluded(positions: Sequence[int], asked: Sequence[Asked], rule: Rule) -> list[int]:
    return [i for i in positions if rule.zero_basis is ZeroBasis.EXCLUDED and not asked[i].basis]


def _rounds(
    available: int, asked: Sequence[Asked], positions: Sequence[int], weights: Sequence[int], denominator: int
) -> list[Round]:
    """None when everybody gets the request. Weights are bases times the denominator."""
    requested = [asked[i].requested for i in positions]
    if sum(requested) <= available:
        return []
    keys = exact_keys(requested, weights)
    queue = sorted(range(len(keys)), key=keys.__getitem__)
    rounds: list[Round] = []
    left, weight, start = available, sum(weights), 0
    while not rounds or rounds[-1].reached:
        end = start
        while requested[queue[end]] * weight <= left * weights[queue[end]]:
            end += 1
        full = queue[start:end]
        taken = sum(requested[k] for k in full)
        rate = Fraction(left * denominator, weight)
        rounds.append(Round(left, len(queue) - start, rate, sorted(positions[k] for k in full), taken))
        left, weight, start = left - taken, weight - sum(weights[k] for k in full), end
    return rounds


def _left_over(asked: Sequence[Asked], outcome: Outcome) -> list[int]:
    """Those whose share is the next whole unit above the exact amount."""
    by_rate = [] if outcome.rate is None else [(i, outcome.rate * asked[i].basis) for i in outcome.groups.shared]
    by_level = [] if outcome.level is None else [(i, outcome.level) for i in outcome.groups.equal]
    return sorted(i for i, exact in by_rate + by_level if exact < outcome.shares[i] and exact < asked[i].requested)
