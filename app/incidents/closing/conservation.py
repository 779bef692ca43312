"""Nothing is created and nothing lost: each deal's allocations and its money, to the last unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from app import settlement
from app.deals import Deal
from app.incidents.books import BookTotal, find_corrected, list_lines, totals_of
from app.incidents.current import find_covering
from app.incidents.models import Incident
from app.incidents.proposal_models import ProposalPart
from app.incidents.remedies import Remedy
from app.settlement import LedgerKind


@dataclass(frozen=True)
class Conserved:
    """One deal; minor units. `due_cents` is what the right rule gives all together, `ledger_cents` what its money
    stands at: below 0 refunds cost more than offers brought in, which the platform's own account bridges at the close.
    """

    deal: Deal
    remedy: Remedy
    books: BookTotal
    corrected_cents: int
    due_cents: int
    ledger_cents: int

    @property
    def holds(self) -> bool:
        """Whether the corrected shares sum to what the right rule gives; only redistribution moves them."""
        return self.remedy is not Remedy.REDISTRIBUTION or self.corrected_cents == self.due_cents

    @property
    def bridged_cents(self) -> int:
        """What the platform's error account bears for this deal."""
        return max(0, -self.ledger_cents)


def conserve(incident: Incident) -> Sequence[Conserved]:
    """Each deal by the newest published version that covers it; none before there is one."""
    proposal = find_corrected(incident)
    if proposal is None:
        return []
    balances = {each.account.deal_id: each.cents for each in settlement.list_balances(kind=LedgerKind.DEAL)}
    totals = {each.deal.id: each for each in totals_of(list_lines(proposal))}
    covering = [found for case in incident.cases if (found := find_covering(case))]
    parts = {part.case_id: part for found in covering for part in found.parts if find_covering(part.case) is found}
    return [
        Conserved(
            deal=part.case.deal,
            remedy=part.remedy,
            books=totals[part.case.deal_id],
            corrected_cents=_corrected(part),
            due_cents=sum(share.allocated_cents for share in part.run.shares),
            ledger_cents=balances.get(part.case.deal_id, 0),
        )
        for _, part in sorted(parts.items())
        if part.case.deal_id in totals
    ]


def _corrected(part: ProposalPart) -> int:
    """What the case's accounts hold if every offer is taken."""
    theirs = [each for each in part.proposal.adjustments if each.case_id == part.case_id]
    return sum(each.recorded_cents + each.change_cents for each in theirs)
