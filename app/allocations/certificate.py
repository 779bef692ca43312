"""The independent check of an outcome: O(n), whole numbers, and no code shared with the engine. Pure.

It takes nothing on trust: the groups, the one rate, the one level, every share and the sum are checked.
What holds is the allocation of the rule, up to who of the uncapped got a left-over unit and, with a minimum, up to
who left: only sharing again after each could tell, as `crosscheck` does. Requests are counted from 1 in its words,
amounts are minor units.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain

from app.allocations.terms import Asked, Groups, Outcome, Rule, ZeroBasis


def certify(available: int, asked: Sequence[Asked], outcome: Outcome, rule: Rule) -> str | None:
    """Null when the certificate holds, else the first thing that is wrong, in words."""
    return next(_faults(available, asked, outcome, rule), None)


def _faults(available: int, asked: Sequence[Asked], outcome: Outcome, rule: Rule) -> Iterator[str]:
    """Later checks rely on what earlier ones found in order, so only the first fault may be read."""
    shares, groups = outcome.shares, outcome.groups
    yield from _misplaced(asked, shares, groups)
    yield from _wrong_group(asked, groups, rule)
    yield from _out_of_bounds(asked, shares, groups, rule)
    due = min(available, sum(asked[i].requested for i in chain(groups.shared, groups.equal)))
    if sum(shares) != due:
        yield f"the shares sum to {sum(shares)}, not to {due}"
    if outcome.rate is not None and any(shares[i] for i in groups.equal):
        yield "money went to basis 0 while somebody with a basis was cut"
    yield from _off_the_rate(asked, shares, groups.shared, outcome.rate, available)
    left = available - sum(shares[i] for i in groups.shared)
    yield from _off_the_level(asked, shares, groups.equal, outcome.level, left)


def _misplaced(asked: Sequence[Asked], shares: Sequence[int], groups: Groups) -> Iterator[str]:
    if len(shares) != len(asked):
        yield f"there are {len(shares)} shares for {len(asked)} requests"
    seen = bytearray(len(asked))
    for i in chain(groups.shared, groups.equal, groups.out):
        if not 0 <= i < len(asked) or seen[i]:
            yield f"request {i + 1} is named twice or does not exist"
        seen[i] = 1
    if not all(seen):
        yield f"request {seen.index(0) + 1} is in no group"


def _wrong_group(asked: Sequence[Asked], groups: Groups, rule: Rule) -> Iterator[str]:
    excluded = rule.zero_basis is ZeroBasis.EXCLUDED
    for i in groups.shared:
        if asked[i].basis <= 0:
            yield f"request {i + 1} has no basis to share by"
    for i in groups.equal:
        if excluded or asked[i].basis:
            yield f"request {i + 1} may not share equally"
    for i in groups.out:
        if not rule.minimum and not (excluded and not asked[i].basis):
            yield f"request {i + 1} is out for no reason"


def _out_of_bounds(asked: Sequence[Asked], shares: Sequence[int], groups: Groups, rule: Rule) -> Iterator[str]:
    for i, ((requested, _), share) in enumerate(zip(asked, shares, strict=True)):
        if not 0 <= share <= requested:
            yield f"request {i + 1} got {share}, which is not between 0 and the {requested} requested"
    for i in groups.out:
        if shares[i]:
            yield f"request {i + 1} is out, but got {shares[i]}"
    if rule.minimum:
        for i in chain(groups.shared, groups.equal):
            if shares[i] < rule.minimum:
                yield f"request {i + 1} stays in with {shares[i]}, below the minimum {rule.minimum}"


def _off_the_rate(
    asked: Sequence[Asked], shares: Sequence[int], members: Iterable[int], rate: Fraction | None, available: int
) -> Iterator[str]:
    """Capped: the request. Others: less than one unit from `rate * basis`, and the rate shares exactly what is left."""
    if rate is None:
        yield from _cut(asked, shares, members)
        return
    top, bottom = rate.numerator, rate.denominator
    left = available
    basis_left: int | Fraction = 0
    for i in members:
        requested, basis = asked[i]
        unit, exact = bottom * basis.denominator, top * basis.numerator
        if requested * unit > exact:
            basis_left += basis
            if abs(shares[i] * unit - exact) >= unit:
                yield f"request {i + 1} got {shares[i]}, a unit or more from the rate {rate} times its basis"
        else:
            left -= requested
            if shares[i] != requested:
                yield f"request {i + 1} is capped by its request {requested}, but got {shares[i]}"
    if not basis_left or rate * basis_left != left:
        yield f"{rate} is not the rate of what the capped leave, among the others"


def _off_the_level(
    asked: Sequence[Asked], shares: Sequence[int], members: Iterable[int], level: Fraction | None, available: int
) -> Iterator[str]:
    """As for the rate, everybody counting the same."""
    if level is None:
        yield from _cut(asked, shares, members)
        return
    left, others = available, 0
    for i in members:
        requested = asked[i].requested
        if requested > level:
            others += 1
            if abs(shares[i] - level) >= 1:
                yield f"request {i + 1} got {shares[i]}, a unit or more from the level {level}"
        else:
            left -= requested
            if shares[i] != requested:
                yield f"request {i + 1} is capped by its request {requested}, but got {shares[i]}"
    if not others or level * others != left:
        yield f"{level} is not the level of what the capped leave, among the others"


def _cut(asked: Sequence[Asked], shares: Sequence[int], members: Iterable[int]) -> Iterator[str]:
    for i in members:
        if shares[i] != asked[i].requested:
            yield f"request {i + 1} got {shares[i]} of {asked[i].requested}, but no rate or level cuts it"
