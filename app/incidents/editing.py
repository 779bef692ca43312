"""Changing what investors read of an incident: whom to call, the cause, and when disputes are answered.

Callers own the transaction; see `app.core.db`.
"""

from dataclasses import astuple, dataclass
from datetime import datetime

from app import audit
from app.core.db import session
from app.identity import Person
from app.incidents.models import Incident
from app.incidents.operations import ContactPoint
from app.incidents.voiding import AtStake, CannotChange, check_nothing_is_out, find_at_stake, void


@dataclass(frozen=True)
class DisputeClock:
    """Within how many days a dispute is read and answered, and for how many after that a review can be asked for."""

    read_days: int
    answer_days: int
    review_days: int


def dispute_clock(incident: Incident) -> DisputeClock:
    """What is promised to whoever disputes now."""
    return DisputeClock(incident.read_within_days, incident.answer_within_days, incident.review_within_days)


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


def change_clock(*, incident: Incident, clock: DisputeClock, by: Person, at: datetime) -> None:
    """Promise other days to whoever disputes from now on; what was promised before stands. Raises CannotChange."""
    session.refresh(incident, with_for_update=True)
    was = dispute_clock(incident)
    if was == clock:
        raise CannotChange("These are the days already, so nothing was changed.")
    if not 0 < clock.read_days <= clock.answer_days or clock.review_days < 1:
        raise CannotChange("Give whole days above zero: a dispute is read before it is answered.")
    incident.read_within_days, incident.answer_within_days = clock.read_days, clock.answer_days
    incident.review_within_days = clock.review_days
    session.flush()
    audit.record(
        action="incident.clock_changed", actor=by, subject=incident, at=at, days=[*astuple(clock)], was=[*astuple(was)]
    )


def _parts(contact: ContactPoint) -> list[str]:
    return [contact.name, contact.phone, contact.hours, contact.zone]
