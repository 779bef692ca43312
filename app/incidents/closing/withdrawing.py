"""Withdrawing an incident that turned out to be none, before anybody was told. Callers own the transaction."""

from datetime import datetime

from sqlalchemy import select

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.incidents.closing.models import Withdrawal
from app.incidents.models import Incident
from app.incidents.voiding import find_at_stake, list_notices, void
from app.incidents.workflow import INCIDENT, LEAVING, IncidentState, step


class CannotWithdraw(DomainError):
    """The incident cannot be withdrawn now."""


def withdraw(*, incident: Incident, reason: str, by: Person, at: datetime) -> Withdrawal:
    """End it with a reason, and void what waits for signatures; it is never opened again. Raises CannotWithdraw.

    Only until the first notice leaves: whoever was told of a mistake is told how it ended.
    """
    session.refresh(incident, with_for_update=True)
    if not reason.strip():
        raise CannotWithdraw("Write why this is no incident after all; the log keeps it.")
    if not may_be_withdrawn(incident):
        raise CannotWithdraw(
            f"{incident.reference} is {incident.state} and its people have been told, or it is over. Publish what is"
            " right for them, “no action” with its reasons if nothing is to be put right."
        )
    void(incident, find_at_stake(incident), by=by, at=at)
    incident.state = step(INCIDENT, incident.state, IncidentState.WITHDRAWN)
    withdrawal = Withdrawal(incident=incident, reason=reason.strip(), by=by, at=at)
    session.add(withdrawal)
    session.flush()
    audit.record(action="incident.withdrawn", actor=by, subject=incident, at=at, reason=withdrawal.reason)
    return withdrawal


def may_be_withdrawn(incident: Incident) -> bool:
    """Whether nobody was told yet, and no first notice is leaving."""
    is_leaving = any(each.state in LEAVING for each in list_notices(incident))
    return IncidentState.WITHDRAWN in INCIDENT[incident.state] and not is_leaving


def find_withdrawal(incident: Incident) -> Withdrawal | None:
    """Who withdrew it, when and why."""
    return session.scalar(select(Withdrawal).where(Withdrawal.incident_id == incident.id))
