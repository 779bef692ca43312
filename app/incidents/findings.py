"""Who is affected: per deal, what the rule at fault reproduces and what the right rule gives instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from app import allocations
from app.allocations import Asked, Bucket, Difference, Reproduction, Rule, Run
from app.deals import Deal, RuleName
from app.incidents.models import Incident


@dataclass(frozen=True)
class DealFinding:
    """One deal of the incident: the newest run of the rule at fault, and the newest of the agreement's rule.

    The rule at fault is run on the frozen bases, the agreement's on those that bind.
    """

    deal: Deal
    suspected: Run | None
    right: Run | None

    @cached_property
    def reproduction(self) -> Reproduction | None:
        """How many recorded amounts the rule at fault gives to the cent."""
        return allocations.reproduces(self.suspected) if self.suspected else None

    @cached_property
    def also(self) -> Sequence[RuleName]:
        """Other defects that give every recorded amount as well; each of them would explain the record."""
        recorded = [request.recorded_cents for request in self.deal.requests]
        others = [RuleName(name) for name in allocations.RULES if RuleName(name).is_defect]
        return [rule for rule in others if self._is_other(rule) and self._shares(rule) == recorded]

    @cached_property
    def shows_no_defect(self) -> bool:
        """Whether the agreement's own rule, on the frozen bases, gives every recorded amount."""
        return self._shares(self.deal.rule) == [request.recorded_cents for request in self.deal.requests]

    @cached_property
    def differences(self) -> Sequence[Difference]:
        """One for every request, in the order of the file; empty until the right rule was run."""
        return allocations.differences(self.right) if self.right else []

    @property
    def over(self) -> int:
        """Requests that were given too much."""
        return self._count(Bucket.OVER)

    @property
    def under(self) -> int:
        """Requests that were given too little."""
        return self._count(Bucket.UNDER)

    @property
    def unaffected(self) -> int:
        """Requests that were checked and were right."""
        return self._count(Bucket.UNAFFECTED)

    @property
    def change_cents(self) -> int:
        """The sum of all changes; 0 where the deal was fully allocated before and after."""
        return -sum(each.excess_cents for each in self.differences)

    @property
    def excess_cents(self) -> int:
        """What was allocated too much, all together."""
        return sum(max(0, each.excess_cents) for each in self.differences)

    def _count(self, bucket: Bucket) -> int:
        return sum(each.bucket is bucket for each in self.differences)

    def _is_other(self, rule: RuleName) -> bool:
        return self.suspected is None or rule is not self.suspected.rule

    def _shares(self, rule: RuleName) -> list[int]:
        asked = [Asked(request.requested_cents, request.basis_fraction) for request in self.deal.requests]
        ruling = Rule(rule, minimum=self.deal.minimum_cents or 0)
        return list(allocations.allocate(self.deal.available_cents, asked, ruling).shares)


def list_findings(incident: Incident) -> list[DealFinding]:
    """One finding per case, in the order of the cases."""
    return [
        DealFinding(
            case.deal,
            suspected=allocations.find_newest_run(case.deal, incident.rule),
            right=allocations.find_newest_run(case.deal, case.deal.rule, basis_kind=incident.binding),
        )
        for case in incident.cases
    ]
