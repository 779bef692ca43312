"""Letting something go at the close, with a reason. Callers own the transaction."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.incidents.closing.completeness import IN_FLIGHT, list_unsettled
from app.incidents.closing.models import Excepted
from app.incidents.models import Incident
from app.incidents.unreached import find_unreached
from app.settlement import Settlement


class CannotExcept(DomainError):
    """This cannot go on the exceptions list."""


def except_person(*, incident: Incident, person: Person, reason: str, by: Person, at: datetime) -> Excepted:
    """Close without having reached this person; a second reason replaces the first. Raises CannotExcept."""
    _check(incident, reason)
    if find_unreached(incident, person, at=at) is None:
        raise CannotExcept(f"{person.full_name} was reached, so nothing needs to be let go.")
    line = _find(incident, Excepted.person_id == person.id) or Excepted(incident_id=incident.id, person_id=person.id)
    line.reason = reason.strip()
    return _record(line, person.audit_name, by, at)


def except_settlement(*, incident: Incident, settlement: Settlement, reason: str, by: Person, at: datetime) -> Excepted:
    """Close although this did not settle; what is on its way has to arrive first. Raises CannotExcept."""
    _check(incident, reason)
    session.refresh(settlement, with_for_update=True)
    if settlement.id not in {each.id for each in list_unsettled(incident)}:
        raise CannotExcept(f"This settlement is {settlement.state}, so nothing needs to be let go.")
    if settlement.state in IN_FLIGHT:
        raise CannotExcept(f"This settlement is {settlement.state}: its money is on its way. Take in its answer first.")
    mine = Excepted.settlement_id == settlement.id
    line = _find(incident, mine) or Excepted(incident_id=incident.id, settlement_id=settlement.id)
    line.reason = reason.strip()
    return _record(line, settlement.audit_name, by, at)


def _check(incident: Incident, reason: str) -> None:
    session.refresh(incident, with_for_update=True)
    if incident.is_over:
        raise CannotExcept(f"{incident.reference} is {incident.state}; its exceptions stand as they are.")
    if not reason.strip():
        raise CannotExcept("Write why it is let go; it stands in the closing document.")


def _find(incident: Incident, about: ColumnElement[bool]) -> Excepted | None:
    return session.scalar(select(Excepted).where(Excepted.incident_id == incident.id, about))


def _record(line: Excepted, about: str, by: Person, at: datetime) -> Excepted:
    line.by_id, line.at = by.id, at
    session.add(line)
    session.flush()
    incident = session.get_one(Incident, line.incident_id)
    audit.record(action="exception.recorded", actor=by, subject=incident, at=at, about=about, reason=line.reason)
    return line
