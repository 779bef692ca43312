"""Reading disputes: an investor their own, support all of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, case, select
from sqlalchemy.orm import joinedload, selectinload

from app import settlement
from app.core.db import session
from app.identity import Person
from app.incidents.answering.dispute_models import Dispute, DisputeEntry
from app.incidents.answering.pausing import list_settlements_of, today_in, waiting_cents
from app.incidents.answering.states import STANDING, DisputeState
from app.incidents.models import Case, Incident
from app.incidents.proposal_models import Adjustment

OVER = (DisputeState.CLOSED, DisputeState.WITHDRAWN)


@dataclass(frozen=True)
class Waiting:
    """Money that waits for a dispute: minor units, and which way they would go.

    `sent_cents` had left before the dispute came, and cannot be called back from here.
    """

    label: str
    cents: int
    currency: str
    sent_cents: int = 0


@dataclass(frozen=True)
class Queued:
    """One dispute in support's queue, and the money that waits for it."""

    dispute: Dispute
    waiting: Sequence[Waiting]
    today: date

    @property
    def is_overdue(self) -> bool:
        """Whether the day by which we promised the next step is over."""
        return self.dispute.due_on is not None and self.dispute.due_on < self.today


def list_queue(*, at: datetime, skip: int = 0, at_most: int = 100) -> Sequence[Queued]:
    """A page of the standing disputes, by when the next step is due; those that wait for the investor last."""
    due = case(
        (Dispute.state == DisputeState.REVIEWING, Dispute.review_by_on),
        (Dispute.state != DisputeState.OPEN, None),
        (Dispute.read_at.is_(None), Dispute.read_by_on),
        else_=Dispute.answer_by_on,
    )
    standing = _disputes().where(Dispute.state.in_(STANDING)).order_by(due.is_(None), due, Dispute.id)
    return _queued(session.scalars(standing.offset(skip).limit(at_most)).all(), at)


def list_over(*, at: datetime, skip: int = 0, at_most: int = 100) -> Sequence[Queued]:
    """A page of the disputes that are over, the last to end first."""
    over = _disputes().where(Dispute.state.in_(OVER)).order_by(Dispute.ended_at.desc(), Dispute.id.desc())
    return _queued(session.scalars(over.offset(skip).limit(at_most)).all(), at)


def get_dispute(dispute_id: int) -> Dispute:
    """Any dispute, for staff. Raises NoResultFound."""
    return session.scalars(_disputes().where(Dispute.id == dispute_id)).one()


def get_dispute_of(incident: Incident, pseudonym: str, *, account_ids: Collection[int]) -> Dispute:
    """One of the incident about one of these accounts. Raises NoResultFound, also for somebody else's."""
    theirs = (
        _disputes()
        .join(Dispute.case)
        .where(Case.incident_id == incident.id, Dispute.account_id.in_(account_ids), Dispute.pseudonym == pseudonym)
    )
    return session.scalars(theirs).one()


def list_disputes_of(incident: Incident, account_ids: Collection[int]) -> Sequence[Dispute]:
    """Every dispute of the incident about these accounts, newest first."""
    theirs = _disputes().join(Dispute.case).where(Case.incident_id == incident.id, Dispute.account_id.in_(account_ids))
    return session.scalars(theirs.order_by(Dispute.id.desc())).all()


def list_filed_by(person: Person) -> Sequence[Dispute]:
    """Every dispute that this person filed, newest first."""
    return session.scalars(_disputes().where(Dispute.filed_by_id == person.id).order_by(Dispute.id.desc())).all()


def list_waiting_for(dispute: Dispute, *, at: datetime) -> Sequence[Waiting]:
    """The money that waits for this one."""
    return _queued([dispute], at)[0].waiting


def _queued(disputes: Sequence[Dispute], at: datetime) -> list[Queued]:
    waiting = _waiting(disputes, at)
    return [
        Queued(each, waiting.get((each.case_id, each.account_id), []), today_in(each.case.incident, at))
        for each in disputes
    ]


def _waiting(disputes: Sequence[Dispute], at: datetime) -> Mapping[tuple[int, int], list[Waiting]]:
    figures = {(each.case_id, each.account_id) for each in disputes if each.is_standing}
    if not figures:
        return {}
    settlements = list_settlements_of(figures)
    cents, left = waiting_cents(settlements, on=at.date()), settlement.sent_cents(settlements)
    held = {each.adjustment_id: each for each in settlements if each.id in cents or each.id in left}
    rows = session.execute(
        select(Adjustment.id, Adjustment.case_id, Adjustment.account_id).where(Adjustment.id.in_(held))
    )
    of = {id_: (case_id, account_id) for id_, case_id, account_id in rows}
    found: dict[tuple[int, int], list[Waiting]] = {}
    for each in settlements:
        if each.adjustment_id in of and (each.id in cents or each.id in left):
            waiting = Waiting(each.direction.label, cents.get(each.id, 0), each.currency, left.get(each.id, 0))
            found.setdefault(of[each.adjustment_id], []).append(waiting)
    return found


def _disputes() -> Select[Dispute]:
    return select(Dispute).options(
        joinedload(Dispute.case).joinedload(Case.deal),
        joinedload(Dispute.case).joinedload(Case.incident),
        joinedload(Dispute.account),
        joinedload(Dispute.filed_by),
        joinedload(Dispute.read_by),
        selectinload(Dispute.entries).joinedload(DisputeEntry.author),
    )
