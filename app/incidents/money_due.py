"""What a published proposal made due, for the staff's money page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core.db import session
from app.deals import Deal
from app.incidents.models import Case
from app.incidents.proposal_models import Adjustment, Proposal
from app.settlement import Direction, Settlement


@dataclass(frozen=True)
class Due:
    """One settlement, and the deal it comes from."""

    settlement: Settlement
    deal: Deal


@dataclass(frozen=True)
class DueTotal:
    """All settlements of one direction and currency; minor units."""

    direction: Direction
    currency: str
    count: int
    principal_cents: int
    interest_cents: int

    @property
    def total_cents(self) -> int:
        """Principal and interest together."""
        return self.principal_cents + self.interest_cents


def list_due(proposal: Proposal, *, after: int = 0, at_most: int = 100) -> Sequence[Due]:
    """A page of the proposal's settlements in the order they were made, `after` the id of the last one seen."""
    rows = session.execute(
        select(Settlement, Deal)
        .join(Adjustment, Adjustment.id == Settlement.adjustment_id)
        .join(Case, Case.id == Adjustment.case_id)
        .join(Deal, Deal.id == Case.deal_id)
        .where(Adjustment.proposal_id == proposal.id, Settlement.id > after)
        .options(joinedload(Settlement.account))
        .order_by(Settlement.id)
        .limit(at_most)
    )
    return [Due(settlement, deal) for settlement, deal in rows]


def total_due(proposal: Proposal) -> Sequence[DueTotal]:
    """The control totals over all pages, refunds and offers of each currency apart."""
    rows = session.execute(
        select(
            Settlement.direction,
            Settlement.currency,
            func.count(),
            func.sum(Settlement.principal_cents),
            func.sum(Settlement.interest_cents),
        )
        .join(Adjustment, Adjustment.id == Settlement.adjustment_id)
        .where(Adjustment.proposal_id == proposal.id)
        .group_by(Settlement.direction, Settlement.currency)
        .order_by(Settlement.currency, Settlement.direction.desc())
    )
    return [
        DueTotal(direction, currency, count, int(principal), int(interest))
        for direction, currency, count, principal, interest in rows
    ]
