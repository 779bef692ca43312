"""Offers of published versions that nobody took: who left a part, by which policy, and who is to be called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from app import identity
from app.core.db import session
from app.core.text import format_date
from app.identity import Account, Authority, Person, Scope
from app.incidents.current import stands
from app.incidents.models import Case, Incident
from app.incidents.outcomes import unpaid_of
from app.incidents.proposal_models import Adjustment, ProposalPart
from app.incidents.unpaid import Unpaid
from app.settlement import Direction, Settlement, SettlementState

LEFT = (SettlementState.DECLINED, SettlementState.ENDED)


@dataclass(frozen=True)
class LeftOver:
    """One part that its investor left: whose, of which deal, how much of it, and what becomes of it."""

    settlement: Settlement
    adjustment: Adjustment
    unpaid: Unpaid

    @property
    def account(self) -> Account:
        """Whose it was."""
        return self.adjustment.account

    @property
    def is_declined(self) -> bool:
        """Whether the investor said that they leave it."""
        return self.settlement.state is SettlementState.DECLINED

    @property
    def says(self) -> str:
        """How we know that it was left, in words."""
        version = self.adjustment.proposal.version
        if self.is_declined:
            return f"left the offer of version {version}"
        return f"did not take the offer of version {version} by {format_date(self.settlement.due_on)}"

    @property
    def is_offered_again(self) -> bool:
        """Whether a new version offers it to the others of the deal."""
        return self.unpaid is Unpaid.OFFERED_AGAIN


def list_left(incident: Incident) -> Sequence[LeftOver]:
    """Every part that was declined or whose offer ended unpaid, of figures that stand, oldest first."""
    return _read(_offers().where(Case.incident_id == incident.id, Settlement.state.in_(LEFT)))


def list_who_left(case: Case) -> Sequence[LeftOver]:
    """Who declines in another version: whoever left their part, and whose silence has a new version offer it again."""
    found = _read(_offers().where(Case.id == case.id, Settlement.state.in_(LEFT)))
    return [each for each in found if each.is_declined or each.is_offered_again]


def list_overdue(incident: Incident, *, on: date) -> Sequence[LeftOver]:
    """Offers that are still due after their last day: the agreement obliges, or a part of it was paid."""
    late = (Settlement.state == SettlementState.DUE, Settlement.due_on < on)
    return _read(_offers().where(Case.incident_id == incident.id, *late))


def list_whom_to_call(late: Sequence[LeftOver], *, on: date) -> Mapping[int, Sequence[Person]]:
    """Who answers for the accounts of these offers, by account."""
    ids = {each.account.id for each in late}
    theirs = select(Authority).where(Authority.account_id.in_(ids), Authority.scope.in_((Scope.OWNER, Scope.ACTS)))
    found: dict[int, list[Person]] = {}
    in_force = theirs.where(identity.in_force(on)).order_by(Authority.id).options(joinedload(Authority.person))
    for authority in session.scalars(in_force):
        found.setdefault(authority.account_id, []).append(authority.person)
    return found


def _offers() -> Select[Settlement, Adjustment, ProposalPart]:
    return (
        select(Settlement, Adjustment, ProposalPart)
        .join(Adjustment, Adjustment.id == Settlement.adjustment_id)
        .join(Adjustment.case)
        .join(Adjustment.proposal)
        .join(
            ProposalPart,
            (ProposalPart.proposal_id == Adjustment.proposal_id) & (ProposalPart.case_id == Adjustment.case_id),
        )
        .where(Settlement.direction == Direction.OFFER, stands())
        .order_by(Settlement.id)
        .options(
            joinedload(Adjustment.account),
            joinedload(Adjustment.request),
            contains_eager(Adjustment.case).joinedload(Case.deal),
            contains_eager(Adjustment.proposal),
        )
    )


def _read(query: Select[Settlement, Adjustment, ProposalPart]) -> list[LeftOver]:
    rows = session.execute(query)
    return [LeftOver(settlement, adjustment, unpaid_of(part)) for settlement, adjustment, part in rows]
