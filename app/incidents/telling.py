"""The first notice: proposed, approved by legal, sent at once to everybody. Callers own the transaction."""

from collections.abc import Mapping
from datetime import date, datetime

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person, Role
from app.incidents.audience import count_concerned, list_concerned
from app.incidents.canonical import canonical, digest
from app.incidents.facts import first_notice_facts, has_run
from app.incidents.models import FirstNotice, Incident, StatementKind
from app.incidents.sending import queue_notice, rehearse_notice
from app.incidents.workflow import INCIDENT, NOTICE, IncidentState, NoticeState, step

BOOKING_PAGE = "/calls/new"


class CannotTell(DomainError):
    """The first notice cannot be proposed, approved or sent like this."""


def propose_first_notice(
    *, incident: Incident, promised_on: date, texts: Mapping[str, str], by: Person, at: datetime
) -> FirstNotice:
    """Bind text, recipients and promised date for legal's approval; an earlier unsent one becomes void.

    `texts` names each template by the SHA-256 of its bytes. Raises CannotTell.
    """
    _lock(incident)
    if promised_on <= at.date():
        raise CannotTell("The promised date must lie in the future.")
    _make_room(incident)
    text = _canonical(incident, promised_on, texts, at)
    notice = FirstNotice(
        promised_on=promised_on,
        recipients=count_concerned(incident, at.date()),
        canonical=text,
        digest=digest(text),
        proposed_by_id=by.id,
        proposed_at=at,
    )
    incident.first_notices.append(notice)
    session.flush()
    audit.record(
        action="notice.proposed", actor=by, subject=notice, at=at, digest=notice.digest, recipients=notice.recipients
    )
    return notice


def _make_room(incident: Incident) -> None:
    if incident.statement(StatementKind.STOPPED) is None:
        raise CannotTell("First record who stopped the faulty release. Then tell the people concerned.")
    if any(each.state is NoticeState.SENT for each in incident.first_notices):
        raise CannotTell("The first notice was sent already.")
    for earlier in incident.first_notices:
        if NoticeState.VOID in NOTICE[earlier.state]:
            earlier.state = step(NOTICE, earlier.state, NoticeState.VOID)


def approve_first_notice(*, notice: FirstNotice, digest_seen: str, by: Person, note: str, at: datetime) -> None:
    """Legal's one signature on text, recipients and promised date. Raises CannotTell."""
    _check_decider(notice, digest_seen, by)
    notice.state = step(NOTICE, notice.state, NoticeState.APPROVED)
    notice.approved_by_id, notice.decided_at, notice.note = by.id, at, note
    session.flush()
    audit.record(action="notice.approved", actor=by, subject=notice, at=at, digest=notice.digest, note=note)


def reject_first_notice(*, notice: FirstNotice, digest_seen: str, by: Person, note: str, at: datetime) -> None:
    """Legal refuses it with a reason; a new one may be proposed. Raises CannotTell."""
    _check_decider(notice, digest_seen, by)
    if not note.strip():
        raise CannotTell("Write the reason, so that the next proposal can be better.")
    notice.state = step(NOTICE, notice.state, NoticeState.REJECTED)
    notice.approved_by_id, notice.decided_at, notice.note = by.id, at, note
    session.flush()
    audit.record(action="notice.rejected", actor=by, subject=notice, at=at, digest=notice.digest, note=note)


def send_first_notice(*, notice: FirstNotice, texts: Mapping[str, str], by: Person, at: datetime) -> int:
    """Queue one message for everybody concerned and answer how many. Raises CannotTell."""
    _lock(notice.incident)
    session.refresh(notice, with_for_update=True)
    incident = notice.incident
    _check_sendable(notice, texts, at)
    concerned = list_concerned(incident, at.date())
    for each in concerned:
        queue_notice(
            incident=incident,
            about=notice,
            content=first_notice_facts(incident, each, promised_on=notice.promised_on),
            to=each,
            opens=BOOKING_PAGE,
            last_date=notice.promised_on,
            at=at,
        )
    notice.state, notice.sent_at = step(NOTICE, notice.state, NoticeState.SENT), at
    incident.promised_on = notice.promised_on
    incident.state = step(INCIDENT, incident.state, IncidentState.TOLD)
    if has_run(incident):
        incident.state = step(INCIDENT, incident.state, IncidentState.INVESTIGATING)
    session.flush()
    return len(concerned)


def _check_sendable(notice: FirstNotice, texts: Mapping[str, str], at: datetime) -> None:
    if not notice.incident.is_live:
        raise CannotTell("This incident is still in rehearsal. Go live first, together with legal.")
    if notice.state is not NoticeState.APPROVED:
        raise CannotTell(f"This first notice is {notice.state}, not approved.")
    if digest(_canonical(notice.incident, notice.promised_on, texts, at)) != notice.digest:
        raise CannotTell("Text, recipients or facts changed after legal approved it. Propose it again.")


def rehearse_first_notice(*, notice: FirstNotice, by: Person, at: datetime) -> int:
    """Send every message of it to `by` instead, with dead links; nothing else happens. Raises CannotTell."""
    incident = notice.incident
    if incident.is_live:
        raise CannotTell("This incident is live; a rehearsal is for before.")
    concerned = list_concerned(incident, at.date())
    for each in concerned:
        rehearse_notice(
            incident=incident,
            about=notice,
            content=first_notice_facts(incident, each, promised_on=notice.promised_on),
            to=each,
            opens=BOOKING_PAGE,
            last_date=notice.promised_on,
            by=by,
            at=at,
        )
    audit.record(action="rehearsal.sent", actor=by, subject=notice, at=at, messages=len(concerned))
    return len(concerned)


def _canonical(incident: Incident, promised_on: date, texts: Mapping[str, str], at: datetime) -> str:
    """What legal signs: everything that decides who gets which words."""
    stopped = incident.statement(StatementKind.STOPPED)
    return canonical(
        {
            "v": 1,
            "incident": incident.reference,
            "promised_on": promised_on.isoformat(),
            "stopped_on": stopped.done_on.isoformat() if stopped else None,
            "has_run": has_run(incident),
            "contact": [incident.contact_name, incident.contact_phone, incident.contact_hours, incident.zone],
            "recipients": sorted(each.person.audit_name for each in list_concerned(incident, at.date())),
            "texts": dict(texts),
        }
    )


def _check_decider(notice: FirstNotice, digest_seen: str, by: Person) -> None:
    session.refresh(notice, with_for_update=True)
    if notice.state is not NoticeState.PROPOSED:
        raise CannotTell(f"This first notice is {notice.state}, not waiting for legal.")
    if notice.digest != digest_seen:
        raise CannotTell("The first notice changed after you opened it. Read it again.")
    if Role.LEGAL not in by.roles:
        raise CannotTell("Only a legal approver may approve the first notice.")
    if by.id == notice.proposed_by_id:
        raise CannotTell("You proposed this notice, so someone else must approve it.")


def _lock(incident: Incident) -> None:
    session.refresh(incident, with_for_update=True)
