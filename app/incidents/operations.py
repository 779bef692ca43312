"""Opening an incident, and going live. Callers own the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.deals import Deal, Release
from app.identity import Person, Role
from app.incidents.causes import CAUSES
from app.incidents.models import Case, Incident, StatementKind
from app.incidents.workflow import check_open


class CannotOpen(DomainError):
    """The incident cannot be opened like this."""


class CannotGoLive(DomainError):
    """The incident cannot be switched live by this person now."""


@dataclass(frozen=True)
class ContactPoint:
    """Whom investors call: `phone` in E.164, `hours` in words such as "weekdays 9 am to 5 pm"."""

    name: str
    phone: str
    hours: str
    zone: str


def open_incident(
    *, title: str, deals: Sequence[Deal], detected_on: date, contact: ContactPoint, by: Person, at: datetime
) -> Incident:
    """Open one incident over deals that the same faulty release allocated. Raises CannotOpen."""
    release = _release_at_fault(deals)
    incident = Incident(
        reference=_next_reference(at.year),
        title=title,
        rule=release.rule,
        faulty_release_id=release.id,
        detected_on=detected_on,
        cause=CAUSES[release.rule],
        contact_name=contact.name,
        contact_phone=contact.phone,
        contact_hours=contact.hours,
        zone=contact.zone,
        owner_id=by.id,
        opened_at=at,
        cases=[Case(deal_id=deal.id) for deal in deals],
    )
    session.add(incident)
    session.flush()
    _record_opening(incident, deals, by, at)
    return incident


def _record_opening(incident: Incident, deals: Sequence[Deal], by: Person, at: datetime) -> None:
    audit.record(
        action="incident.opened",
        actor=by,
        subject=incident,
        at=at,
        reference=incident.reference,
        rule=incident.rule.value,
        deals=[deal.audit_name for deal in deals],
    )


def _release_at_fault(deals: Sequence[Deal]) -> Release:
    if not deals:
        raise CannotOpen("Choose at least one deal.")
    if len({deal.release_id for deal in deals}) > 1:
        raise CannotOpen("These deals were allocated by different releases. One incident has one root cause.")
    release = deals[0].release
    if not release.rule.is_defect:
        raise CannotOpen(f"Release {release.name} ran {release.rule}, which is no known defect.")
    return release


def _next_reference(year: int) -> str:
    """`INC-2026-003`: the next of the year. Two at once: the UNIQUE constraint refuses the second."""
    count = session.scalar(select(func.count()).where(Incident.reference.like(f"INC-{year}-%"))) or 0
    return f"INC-{year}-{count + 1:03d}"


def ask_to_go_live(*, incident: Incident, by: Person, at: datetime) -> None:
    """An admin asks to end the rehearsal; legal confirms. Raises CannotGoLive."""
    _lock(incident)
    check_open(incident.state)
    if incident.is_live:
        raise CannotGoLive("This incident is live already.")
    if incident.statement(StatementKind.STOPPED) is None:
        raise CannotGoLive("First record who stopped the faulty release, and when.")
    incident.live_asked_by_id, incident.live_asked_at = by.id, at
    session.flush()
    audit.record(action="incident.live_asked", actor=by, subject=incident, at=at)


def confirm_live(*, incident: Incident, by: Person, at: datetime) -> None:
    """Legal ends the rehearsal that an admin asked to end: from now on notices reach investors. Raises CannotGoLive."""
    _lock(incident)
    check_open(incident.state)
    if incident.live_asked_by_id is None:
        raise CannotGoLive("An admin has to ask for it first.")
    if incident.is_live:
        raise CannotGoLive("This incident is live already.")
    if Role.LEGAL not in by.roles or by.id == incident.live_asked_by_id:
        raise CannotGoLive("A legal approver who did not ask for it has to confirm.")
    incident.live_confirmed_by_id, incident.live_confirmed_at = by.id, at
    session.flush()
    asked_by = incident.live_asked_by.audit_name if incident.live_asked_by else ""
    audit.record(action="incident.went_live", actor=by, subject=incident, at=at, asked_by=asked_by)


def _lock(incident: Incident) -> None:
    session.refresh(incident, with_for_update=True)
