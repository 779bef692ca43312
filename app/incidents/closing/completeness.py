"""Who was not reached and what did not settle, each with the reason by which it is let go, if there is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.db import session
from app.core.money import format_money
from app.identity import Person
from app.incidents.closing.models import Excepted
from app.incidents.models import Incident
from app.incidents.proposal_models import Adjustment, Proposal
from app.incidents.unreached import each_unreached
from app.settlement import Settlement, SettlementState
from app.settlement.states import OVER

IN_FLIGHT = frozenset({SettlementState.RELEASED, SettlementState.SENT})


@dataclass(frozen=True)
class Gap:
    """One person or one settlement, what is missing in words, and why it is let go; None while it stands open."""

    person: Person | None
    settlement: Settlement | None
    says: str
    excepted: Excepted | None

    @property
    def is_open(self) -> bool:
        """Whether it keeps the incident from being closed."""
        return self.excepted is None or self.is_in_flight

    @property
    def is_in_flight(self) -> bool:
        """Whether money is on its way, which nobody can let go."""
        return self.settlement is not None and self.settlement.state in IN_FLIGHT


@dataclass(frozen=True)
class Gaps:
    """All of an incident."""

    people: Sequence[Gap]
    money: Sequence[Gap]

    @property
    def excepted(self) -> Sequence[Gap]:
        """Those with a reason."""
        return [gap for gap in (*self.people, *self.money) if not gap.is_open]


def find_gaps(incident: Incident, *, at: datetime) -> Gaps:
    """Everybody not reached and every settlement that is not over."""
    lines = list_excepted(incident)
    people = {line.person_id: line for line in lines if line.person_id is not None}
    money = {line.settlement_id: line for line in lines if line.settlement_id is not None}
    return Gaps(
        people=[
            Gap(each.person, None, f"{each.why.label}. {each.next_action}", people.get(each.person.id))
            for each in each_unreached(incident, at=at)
        ],
        money=[Gap(None, each, say_unsettled(each), money.get(each.id)) for each in list_unsettled(incident)],
    )


def list_excepted(incident: Incident) -> Sequence[Excepted]:
    """The exceptions list, in the order it was written."""
    return session.scalars(select(Excepted).where(Excepted.incident_id == incident.id).order_by(Excepted.id)).all()


def list_unsettled(incident: Incident) -> Sequence[Settlement]:
    """The incident's settlements that are not over, oldest first."""
    theirs = select(Settlement).join(Adjustment, Adjustment.id == Settlement.adjustment_id).join(Proposal)
    still = theirs.where(Proposal.incident_id == incident.id, Settlement.state.not_in(OVER))
    return session.scalars(still.order_by(Settlement.id)).all()


def say_unsettled(each: Settlement) -> str:
    """What it is and how far it came, in one sentence."""
    what = f"{each.direction.label.capitalize()} of {format_money(each.total_cents, each.currency)}"
    paid = f", {format_money(each.paid_cents, each.currency)} of it paid" if each.paid_cents else ""
    return f"{what} in {each.deal.name} is {each.state}{paid}."
