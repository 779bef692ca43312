"""Who leaves next because of a minimum, found without sharing everything again after each one. Pure.

Each who leaves raises the rate for the others, so whoever is full stays full, and those with the least basis are
the next to go. Where left-over units could decide who of two is the smallest, nobody is named: then share and see.
"""

from bisect import bisect_left
from collections.abc import Sequence

from app.allocations.terms import Asked, Rule, Tie
from app.allocations.weights import exact_keys, whole_weights


class Leaving:
    """Those who are in: first all by their basis, basis 0 getting nothing; once these are full, the rest equally."""

    def __init__(self, available: int, requests: Sequence[Asked], stay: Sequence[int], rule: Rule) -> None:
        """`stay` are input positions in order; nobody among them asked for less than the minimum."""
        self._requests, self._rule = requests, rule
        weights, _ = whole_weights([requests[i].basis for i in stay])
        self._begin(available, stay, weights)

    def name_next(self) -> int | None:
        """The input position of who leaves next; null when nobody is below the minimum, or rounding decides who is."""
        if not self._open_weight:
            return None
        lowest = self._heights[-1]
        share, spare = divmod(self._left * lowest, self._open_weight)
        most = share + (1 if spare else 0)
        others = self._left * self._heights[-2] // self._open_weight if len(self._heights) > 1 else most + 1
        return self._last_of(lowest, spare) if most < self._rule.minimum and most < others else None

    def _last_of(self, weight: int, spare: int) -> int | None:
        """The last of the smallest, all of one weight: left-over units come to them from the front or from the end."""
        alike = self._alike[weight]
        if self._rule.tie is Tie.FIRST or len(alike) == 1 or not spare:
            return alike[-1]
        parts = [(count, *divmod(self._left * other, self._open_weight)) for other, count in self._open.items()]
        level = sum(count for count, _, rest in parts if rest == spare)
        if level > len(alike):
            return None
        units = self._left - sum(count * share for count, share, _ in parts)
        lifted = max(0, units - sum(count for count, _, rest in parts if rest > spare))
        return alike[-1 - lifted] if lifted < len(alike) else alike[-1]

    def remove(self, position: int) -> None:
        """Go on without this one, who was below the minimum and so was not full."""
        weight = self._weights[position]
        alike = self._alike[weight]
        alike.pop(bisect_left(alike, position))
        if not alike:
            self._heights.pop(-1 if weight == self._heights[-1] else self._heights.index(weight))
        self._gone.add(position)
        self._close(weight)
        self._fill()

    def _begin(self, available: int, stay: Sequence[int], weights: Sequence[int]) -> None:
        self._left, self._open_weight = available, sum(weights)
        self._weights = dict(zip(stay, weights, strict=True))
        self._alike: dict[int, list[int]] = {}
        for i, weight in self._weights.items():
            self._alike.setdefault(weight, []).append(i)
        self._open = {weight: len(alike) for weight, alike in self._alike.items()}
        self._heights = sorted(self._alike, reverse=True)
        self._gone: set[int] = set()
        heavy = [i for i in stay if self._weights[i]]
        keys = exact_keys([self._requests[i].requested for i in heavy], [self._weights[i] for i in heavy])
        self._next_full = [i for _, i in sorted(zip(keys, heavy, strict=True), reverse=True)]
        self._fill()

    def _fill(self) -> None:
        """Whoever reaches the request at the rate of now is full; after the last of them come those without basis."""
        while self._next_full and (self._next_full[-1] in self._gone or self._is_full(self._next_full[-1])):
            i = self._next_full.pop()
            if i not in self._gone:
                self._left -= self._requests[i].requested
                self._close(self._weights[i])
        if not self._open_weight and (equal := self._alike.get(0)):
            self._begin(self._left, equal, [1] * len(equal))

    def _close(self, weight: int) -> None:
        """One of this weight shares no longer."""
        self._open_weight -= weight
        self._open[weight] -= 1

    def _is_full(self, i: int) -> bool:
        return self._requests[i].requested * self._open_weight <= self._left * self._weights[i]
