"""The corrected allocations of an incident, account by account, as the books should carry them now."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import contains_eager, joinedload

from app.core.db import session
from app.deals import Deal
from app.incidents.books.standing import Carried, carried
from app.incidents.current import stands
from app.incidents.models import Case, Incident
from app.incidents.proposal_models import Adjustment, Proposal
from app.incidents.workflow import ProposalState
from app.settlement import Direction, Settlement, SettlementState


@dataclass(frozen=True)
class Line:
    """One account in one deal; minor units. `carried_cents` is what the books should say now."""

    adjustment_id: int
    deal: Deal
    account: str
    recorded_cents: int
    corrected_cents: int
    carried_cents: int
    standing: Carried

    @property
    def change_cents(self) -> int:
        """What is to be changed in the books, against what they said before the correction."""
        return self.carried_cents - self.recorded_cents


@dataclass(frozen=True)
class BookTotal:
    """The sums of one deal. What is neither carried nor still open stays with the platform: nobody took it."""

    deal: Deal
    lines: int
    recorded_cents: int
    carried_cents: int
    open_cents: int

    @property
    def platform_cents(self) -> int:
        """What nobody took of what was taken back; below 0 where more was given than taken back, as in a new round."""
        return self.recorded_cents - self.carried_cents - self.open_cents


def find_corrected(incident: Incident) -> Proposal | None:
    """The newest correction that is published to everybody."""
    published = select(Proposal).where(Proposal.incident_id == incident.id, Proposal.state == ProposalState.PUBLISHED)
    return session.scalar(published.order_by(Proposal.version.desc()).limit(1))


def list_lines(proposal: Proposal) -> Sequence[Line]:
    """One line for each adjustment that stands now that this is published, in the order of deals and accounts."""
    rows = session.execute(_adjusted(proposal)).all()
    return [_line(adjustment, state) for adjustment, state in rows]


def totals_of(lines: Sequence[Line]) -> Sequence[BookTotal]:
    """The sums deal by deal, in the order of the lines."""
    found: dict[int, list[Line]] = {}
    for line in lines:
        found.setdefault(line.deal.id, []).append(line)
    return [
        BookTotal(
            deal=theirs[0].deal,
            lines=len(theirs),
            recorded_cents=sum(line.recorded_cents for line in theirs),
            carried_cents=sum(line.carried_cents for line in theirs),
            open_cents=sum(
                line.corrected_cents - line.carried_cents for line in theirs if line.standing is Carried.OPEN
            ),
        )
        for theirs in found.values()
    ]


def _adjusted(proposal: Proposal) -> Select[Adjustment, SettlementState]:
    offers = and_(Settlement.adjustment_id == Adjustment.id, Settlement.direction == Direction.OFFER)
    return (
        select(Adjustment, Settlement.state)
        .outerjoin(Settlement, offers)
        .join(Adjustment.case)
        .where(Case.incident_id == proposal.incident_id, stands())
        .order_by(Adjustment.case_id, Adjustment.id)
        .options(joinedload(Adjustment.account), contains_eager(Adjustment.case).joinedload(Case.deal))
    )


def _line(adjustment: Adjustment, offer: SettlementState | None) -> Line:
    taken = adjustment.taken_cents
    cents, standing = carried(adjustment.recorded_cents + taken, adjustment.change_cents - taken, offer)
    return Line(
        adjustment_id=adjustment.id,
        deal=adjustment.case.deal,
        account=adjustment.account.external_id,
        recorded_cents=adjustment.recorded_cents,
        corrected_cents=adjustment.corrected_cents,
        carried_cents=cents,
        standing=standing,
    )
