"""Paying what an incident owes. Callers own the transaction."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app import settlement
from app.core.bulk import is_among
from app.core.db import session
from app.identity import Person
from app.incidents.models import Incident
from app.incidents.money.reading import list_payable
from app.incidents.proposal_models import Adjustment, Proposal
from app.incidents.workflow import INCIDENT, OVER, IncidentState, step
from app.settlement import AnswerFile, Batch, CannotPay, Settlement


@contextmanager
def moving(incident: Incident) -> Iterator[None]:
    """Everything about an incident's money happens inside: it is not closed, nor closed meanwhile. Raises CannotPay."""
    session.refresh(incident, with_for_update=True)
    if incident.is_over:
        raise CannotPay(f"{incident.reference} is {incident.state}. Nothing about its money changes any more.")
    yield


def prepare_batch(*, incident: Incident, by: Person, at: datetime) -> Batch:
    """Put everything that can be paid today into a batch. Raises CannotPay.

    Nothing of a correction is paid before its last day to look is over: who speaks up by then is answered first.
    """
    with moving(incident):
        ids = list_payable(incident, on=at.astimezone(ZoneInfo(incident.zone)).date())
        return settlement.prepare(incident_id=incident.id, settlement_ids=list(ids), by=by, at=at)


def release_batch(*, incident: Incident, batch: Batch, digest_seen: str, by: Person, at: datetime) -> None:
    """A second person lets it go; with the first the incident is settling. Raises CannotPay."""
    with moving(incident):
        settlement.release(batch=batch, digest_seen=digest_seen, by=by, at=at)
    if incident.state is IncidentState.PUBLISHED:
        incident.state = step(INCIDENT, incident.state, IncidentState.SETTLING)


def take_answer(*, incident: Incident, name: str, content: bytes, by: Person, at: datetime) -> AnswerFile:
    """Take in what the payment system answered, also after the close: what then comes back is listed for people.

    One file may answer for several incidents: each that it names is locked, so none is closed meanwhile. A closed
    incident is never opened again, so no row about its money is booked. Raises BadAnswer, CannotBook.
    """
    _lock(incident.id, settlement.list_named(settlement.read_answers(content)))
    closed = (
        select(Settlement.id)
        .join(Adjustment, Adjustment.id == Settlement.adjustment_id)
        .join(Proposal, Proposal.id == Adjustment.proposal_id)
        .join(Proposal.incident)
        .where(Incident.state.in_(OVER))
    )
    return settlement.book(incident_id=incident.id, name=name, content=content, by=by, at=at, resting=closed)


def _lock(incident_id: int, settlement_ids: Collection[int]) -> None:
    """This incident, and those of the settlements: all in the order of their ids, so that nobody waits in a circle."""
    theirs = (
        select(Proposal.incident_id)
        .join(Adjustment, Adjustment.proposal_id == Proposal.id)
        .join(Settlement, Settlement.adjustment_id == Adjustment.id)
        .where(is_among(Settlement.id, settlement_ids))
    )
    named = select(Incident).where((Incident.id == incident_id) | Incident.id.in_(theirs)).order_by(Incident.id)
    session.scalars(named.with_for_update(of=Incident).execution_options(populate_existing=True)).all()
