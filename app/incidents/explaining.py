"""What explains the record of a deal, and how the right shares come about: for staff, calculated when asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from app import allocations
from app.allocations import Asked, Ranked, Rule, Run, Trace
from app.deals import Deal, Request
from app.incidents.models import Incident

MOST_WORK = 250_000
"""Requests times leavers: beyond it the defects are not run while somebody waits for a page."""


@dataclass(frozen=True)
class Step:
    """How one request came to its correct share. `basis` is the one that binds, `round` counts from 1."""

    request: Request
    basis: Fraction
    share_cents: int
    round: int | None
    by_the_rate: Fraction | None
    is_out: bool
    gained_one: bool


@dataclass(frozen=True)
class Explanation:
    """One deal: its defects ranked by what they reproduce on the frozen bases, and the right rule round by round.

    The rounds go by the bases of the newest `right_run` of the kind that binds; by the frozen ones until there is one.
    """

    deal: Deal
    right_run: Run | None = None

    @cached_property
    def rule(self) -> Rule:
        """The rule of the agreement with the minimum of the deal."""
        return Rule(self.deal.rule, minimum=self.deal.minimum_cents or 0)

    @cached_property
    def asked(self) -> Sequence[Asked]:
        """The frozen requests, in the order of the file."""
        return [Asked(request.requested_cents, request.basis_fraction) for request in self.deal.requests]

    @cached_property
    def binding(self) -> Sequence[Asked]:
        """The same requests by the bases that bind."""
        run = self.right_run
        bound = {} if run is None else {share.request_id: share.basis_fraction for share in run.shares}
        return [
            Asked(request.requested_cents, bound.get(request.id, request.basis_fraction))
            for request in self.deal.requests
        ]

    @cached_property
    def trace(self) -> Trace:
        """The right rule, round by round."""
        return allocations.trace(self.deal.available_cents, self.binding, self.rule)

    @property
    def is_ranked(self) -> bool:
        """Whether the defects could be run while somebody waits."""
        return len(self.asked) * (1 + len(self.trace.leavers)) <= MOST_WORK

    @cached_property
    def ranked(self) -> Sequence[Ranked]:
        """Every defect, best first; `current-basis` only where an average of today is known."""
        today = allocations.todays_bases(self.deal)
        return allocations.rank_defects(self.deal.available_cents, self.asked, self.recorded, self.rule, today)

    @cached_property
    def tied(self) -> Sequence[Ranked]:
        """Those in the first place; more than one where the record cannot tell them apart."""
        return allocations.list_tied(self.ranked)

    @cached_property
    def right(self) -> Ranked:
        """What the agreement's own rule reproduces: where it is everything, the record shows no defect at all."""
        return allocations.compare(self.deal.available_cents, self.asked, self.recorded, self.rule)

    @property
    def recorded(self) -> Sequence[int]:
        """The recorded minor units, in the order of the file."""
        return [request.recorded_cents for request in self.deal.requests]

    def requests_at(self, positions: Sequence[int]) -> Sequence[Request]:
        """The requests at these input positions."""
        return [self.deal.requests[i] for i in positions]

    @cached_property
    def steps(self) -> Sequence[Step]:
        """One for every request, in the order of the file."""
        found = self.trace
        out, gained = set(found.outcome.groups.out), set(found.left_over)
        reached = {
            i: number
            for rounds in (found.rounds, found.level_rounds)
            for number, each in enumerate(rounds, 1)
            for i in each.reached
        }
        return [
            Step(
                request,
                basis=Fraction(self.binding[i].basis),
                share_cents=found.outcome.shares[i],
                round=reached.get(i),
                by_the_rate=found.rate * self.binding[i].basis if found.rate is not None and i not in out else None,
                is_out=i in out,
                gained_one=i in gained,
            )
            for i, request in enumerate(self.deal.requests)
        ]


def list_explanations(incident: Incident) -> list[Explanation]:
    """One per case, in the order of the cases."""
    return [
        Explanation(case.deal, allocations.find_newest_run(case.deal, case.deal.rule, basis_kind=incident.binding))
        for case in incident.cases
    ]
