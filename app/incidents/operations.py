"""Opening an incident, recording what it rests on, and going live. Callers own the transaction."""

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
from app.incidents.models import Case, Incident, Statement, StatementKind
from app.incidents.voiding import find_at_stake, void
from app.incidents.workflow import INCIDENT, IncidentState, step


class CannotOpen(DomainError):
    """The incident cannot be opened like this."""


class CannotState(DomainError):
    """The statement cannot be recorded like this."""


class CannotGoLive(DomainError):
    """The incident cannot be switched live by this person now."""


@dataclass(frozen=True)
class ContactPoint:
    """Whom investors call: `phone` in E.164, `hours` in words such as "weekdays 9 am to 5 pm"."""

    name: str
    phone: str
    hours: str
    zone: str


@dataclass(frozen=True)
class Proof:
    """A stored evidence file: its name and the SHA-256 of its bytes in hex."""

    name: str
    sha256: str


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


def contain(
    *, incident: Incident, done_by: str, done_on: date, note: str, proof: Proof, by: Person, at: datetime
) -> Statement:
    """Record who stopped the faulty release and when, with evidence; an unsent notice is void. Raises CannotState."""
    _lock(incident)
    if done_on > at.date():
        raise CannotState("The day the release was stopped lies in the future.")
    statement = Statement(
        kind=StatementKind.STOPPED,
        release_id=incident.faulty_release_id,
        done_by=done_by,
        done_on=done_on,
        note=note,
        evidence_name=proof.name,
        evidence_sha256=proof.sha256,
        recorded_by_id=by.id,
        recorded_at=at,
    )
    void(incident, find_at_stake(incident).words, by=by, at=at)
    incident.statements.append(statement)
    if incident.state is IncidentState.REPORTED:
        incident.state = step(INCIDENT, incident.state, IncidentState.CONTAINED)
    session.flush()
    _record_statement("incident.contained", incident, statement, by, at)
    return statement


def record_fix(
    *, incident: Incident, release: Release, done_by: str, note: str, proof: Proof, by: Person, at: datetime
) -> Statement:
    """Record the release that fixed the cause; an unpublished proposal is void. Raises CannotState."""
    _lock(incident)
    if release.rule == incident.rule:
        raise CannotState(f"Release {release.name} runs the faulty rule {incident.rule}.")
    if release.deployed_on > at.date():
        raise CannotState(f"Release {release.name} is not deployed yet.")
    statement = Statement(
        kind=StatementKind.FIXED,
        release_id=release.id,
        done_by=done_by,
        done_on=release.deployed_on,
        note=note,
        evidence_name=proof.name,
        evidence_sha256=proof.sha256,
        recorded_by_id=by.id,
        recorded_at=at,
    )
    void(incident, find_at_stake(incident).figures, by=by, at=at)
    incident.statements.append(statement)
    session.flush()
    _record_statement("fix.recorded", incident, statement, by, at)
    return statement


def ask_to_go_live(*, incident: Incident, by: Person, at: datetime) -> None:
    """An admin asks to end the rehearsal; legal confirms. Raises CannotGoLive."""
    _lock(incident)
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


def _record_statement(action: str, incident: Incident, statement: Statement, by: Person, at: datetime) -> None:
    audit.record(
        action=action,
        actor=by,
        subject=incident,
        at=at,
        release=statement.release.name,
        done_by=statement.done_by,
        done_on=statement.done_on.isoformat(),
        note=statement.note,
        evidence=statement.evidence_sha256,
    )


def _lock(incident: Incident) -> None:
    session.refresh(incident, with_for_update=True)
