"""Changing what investors read of an incident: whom to call, and the cause. Callers own the transaction."""

from datetime import datetime

from app import audit
from app.core.db import session
from app.identity import Person
from app.incidents.models import Incident
from app.incidents.operations import ContactPoint
from app.incidents.voiding import AtStake, CannotChange, check_nothing_is_out, find_at_stake, void


def contact_point(incident: Incident) -> ContactPoint:
    """Whom investors call now."""
    return ContactPoint(incident.contact_name, incident.contact_phone, incident.contact_hours, incident.zone)


def change_contact(*, incident: Incident, contact: ContactPoint, by: Person, at: datetime) -> AtStake:
    """Name another contact; what was signed with the old one is void, and answered. Raises CannotChange."""
    session.refresh(incident, with_for_update=True)
    was = contact_point(incident)
    if was == contact:
        raise CannotChange("This is the contact already, so nothing was changed.")
    check_nothing_is_out(incident)
    stake = void(incident, find_at_stake(incident), by=by, at=at)
    incident.contact_name, incident.contact_phone = contact.name, contact.phone
    incident.contact_hours, incident.zone = contact.hours, contact.zone
    session.flush()
    audit.record(
        action="incident.contact_changed", actor=by, subject=incident, at=at, contact=_parts(contact), was=_parts(was)
    )
    return stake


def change_cause(*, incident: Incident, cause: str, by: Person, at: datetime) -> AtStake:
    """Put the cause in other words; what was signed with the old ones is void, and answered. Raises CannotChange."""
    session.refresh(incident, with_for_update=True)
    was, cause = incident.cause, " ".join(cause.split())
    if not cause or cause == was:
        raise CannotChange(
            "These are the words already, so nothing was changed." if cause else "Say what the cause was."
        )
    check_nothing_is_out(incident)
    stake = void(incident, find_at_stake(incident).figures, by=by, at=at)
    incident.cause = cause
    session.flush()
    audit.record(action="incident.cause_changed", actor=by, subject=incident, at=at, cause=cause, was=was)
    return stake


def _parts(contact: ContactPoint) -> list[str]:
    return [contact.name, contact.phone, contact.hours, contact.zone]
