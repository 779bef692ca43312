"""The rounds of a trace as an investor may see them: totals and counts that give away nobody's own figure. Pure.

Rule (`docs/adr/0007-rounds-without-names.md`): an amount is said only where it stands for at least FEWEST investors,
among those who reached their request as among those who still wait. Rounds are put together until it does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.allocations.trace import Round

FEWEST = 3
"""With three, even one who knows their own figure is left with a sum of two."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One round, or some put together: `shared` minor units among `among`, of whom `reached` reached their request.

    `again` minor units were shared again among `waiting`; amounts are None where they would say too much.
    """

    rounds: int
    among: int
    reached: int
    waiting: int
    shared: int | None
    again: int | None


def without_names(rounds: Sequence[Round]) -> list[Passage]:
    """The rounds in which somebody reached their request, in order, put together where too few did."""
    groups: list[list[Round]] = []
    for each in (found for found in rounds if found.reached):
        if groups and (_reached(groups[-1]) < FEWEST or each.still_waiting < FEWEST):
            groups[-1].append(each)
        else:
            groups.append([each])
    if len(groups) > 1 and _reached(groups[-1]) < FEWEST:
        last = groups.pop()
        groups[-1] += last
    return [_passage(group) for group in groups]


def _reached(group: Sequence[Round]) -> int:
    return sum(len(each.reached) for each in group)


def _passage(group: Sequence[Round]) -> Passage:
    first, last, reached = group[0], group[-1], _reached(group)
    may_say = min(reached, last.still_waiting) >= FEWEST
    return Passage(
        rounds=len(group),
        among=first.among,
        reached=reached,
        waiting=last.still_waiting,
        shared=first.shared if may_say else None,
        again=last.shared_again if may_say else None,
    )
