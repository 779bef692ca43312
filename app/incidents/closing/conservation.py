"""Nothing is created and nothing lost: each deal's allocations and its money, to the last unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from app import settlement
from app.deals import Deal
from app.incidents.books import BookTotal, find_corrected, list_lines, totals_of
from app.incidents.models import Incident
from app.incidents.proposal_models import Proposal
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
    """Each deal of the newest published correction; none before that."""
    proposal = find_corrected(incident)
    if proposal is None:
        return []
    balances = {each.account.deal_id: each.cents for each in settlement.list_balances(kind=LedgerKind.DEAL)}
    totals = {each.deal.id: each for each in totals_of(list_lines(proposal))}
    corrected = _corrected(proposal)
    return [
        Conserved(
            deal=part.case.deal,
            remedy=part.remedy,
            books=totals[part.case.deal_id],
            corrected_cents=corrected.get(part.case_id, 0),
            due_cents=sum(share.allocated_cents for share in part.run.shares),
            ledger_cents=balances.get(part.case.deal_id, 0),
        )
        for part in proposal.parts
        if part.case.deal_id in totals
    ]


def _corrected(proposal: Proposal) -> dict[int, int]:
    """What each case's accounts hold if every offer is taken."""
    sums: dict[int, int] = {}
    for each in proposal.adjustments:
        sums[each.case_id] = sums.get(each.case_id, 0) + each.recorded_cents + each.change_cents
    return sums
