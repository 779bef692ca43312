"""How a first notice or an update leaves: batch by batch, each committed by the worker. Callers own the transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from app import audit, notices
from app.core import signals
from app.core.db import ring, session
from app.identity import Person
from app.incidents.audience import Concerned
from app.incidents.canonical import digest
from app.incidents.facts import first_notice_facts, has_run, update_facts
from app.incidents.models import FirstNotice, Incident, Update
from app.incidents.proposal_models import Proposal
from app.incidents.sending import CANARY, count_held_back, find_canary_fault, queue_notice, rehearse_notice
from app.incidents.telling import CannotTell, canonical_notice, list_recipients
from app.incidents.workflow import INCIDENT, NOTICE, IncidentState, NoticeState, step
from app.notices import Notice
from app.settings import MailTo

BATCH = 100
QUEUING = (NoticeState.CANARY, NoticeState.SENDING)
MOVED: Mapping[NoticeState, str] = {
    NoticeState.SENDING: "notice.resumed",
    NoticeState.PAUSED: "notice.paused",
    NoticeState.STOPPED: "notice.stopped",
}
BOOKING_PAGE = "/calls/new"
WORKER = "system:worker"


def send(*, notice: FirstNotice | Update, texts: Mapping[str, str], mail_to: MailTo, by: Person, at: datetime) -> None:
    """Begin with the first few people; the worker queues the batches. Raises CannotTell.

    `mail_to` is the setting: where it would hold the messages back nobody would be told, so it is refused.
    """
    session.refresh(notice.incident, with_for_update=True)
    session.refresh(notice, with_for_update=True)
    _check_sendable(notice, texts, at)
    _check_may_reach(mail_to)
    notice.state, notice.begun_at = step(NOTICE, notice.state, NoticeState.CANARY), at
    session.flush()
    audit.record(action="notice.begun", actor=by, subject=notice, at=at, digest=notice.digest, people=notice.recipients)
    ring(signals.publication_waits)


def _check_sendable(notice: FirstNotice | Update, texts: Mapping[str, str], at: datetime) -> None:
    if not notice.incident.is_live:
        raise CannotTell("This incident is still in rehearsal. Go live first, together with legal.")
    if notice.state is not NoticeState.APPROVED:
        raise CannotTell(f"This notice is {notice.state}, not approved.")
    if digest(canonical_notice(notice, texts, at.date())) != notice.digest:
        raise CannotTell("Text, recipients or facts changed after legal approved it. Propose it again.")


def _check_may_reach(mail_to: MailTo) -> None:
    if mail_to is not MailTo.EVERYONE:
        raise CannotTell(
            f"The setting MAIL_TO is {mail_to}, so every message to an investor would be held back and nobody would be"
            " told. Set it to everyone, or rehearse."
        )


def list_sending() -> Sequence[FirstNotice | Update]:
    """Notices that have a batch to queue."""
    first = session.scalars(select(FirstNotice).where(FirstNotice.state.in_(QUEUING))).all()
    return [*first, *session.scalars(select(Update).where(Update.state.in_(QUEUING)))]


def move_notice(*, notice: FirstNotice | Update, to: NoticeState, by: Person, at: datetime) -> None:
    """An admin continues after the first messages, pauses, resumes or stops. Raises NotAllowed, CannotTell."""
    session.refresh(notice, with_for_update=True)
    is_after_canary = to is NoticeState.SENDING and notice.queued <= CANARY
    if is_after_canary and (fault := find_canary_fault(notice)):
        raise CannotTell(fault)
    notice.state = step(NOTICE, notice.state, to)
    session.flush()
    action = "notice.continued" if is_after_canary else MOVED[to]
    audit.record(action=action, actor=by, subject=notice, at=at, queued=notice.queued)
    ring(signals.publication_waits)


def send_batch(*, notice: FirstNotice | Update, at: datetime) -> int:
    """Commit-sized: queue the next people's messages; after the last one everybody counts as told. Answers how many."""
    session.refresh(notice, with_for_update=True)
    if notice.state not in QUEUING or notice.begun_at is None:
        return 0
    is_canary, on = notice.state is NoticeState.CANARY, notice.begun_at.date()
    concerned = list_recipients(notice, on, after=notice.cursor, at_most=CANARY if is_canary else BATCH)
    for each in concerned:
        queue_notice(
            incident=notice.incident,
            about=notice,
            content=facts_for(notice, each),
            to=each,
            opens=_page(notice),
            last_date=notice.promised_on,
            at=at,
        )
        notice.cursor, notice.queued = each.person.id, notice.queued + 1
    if not list_recipients(notice, on, after=notice.cursor, at_most=1):
        _finish(notice, at)
    elif is_canary:
        notice.state = step(NOTICE, notice.state, NoticeState.WAITING)
    else:
        ring(signals.publication_waits)
    session.flush()
    return len(concerned)


def facts_for(notice: FirstNotice | Update, to: Concerned) -> Notice:
    """What it says to one person."""
    if isinstance(notice, Update):
        return update_facts(
            notice.incident,
            to,
            was_promised_on=notice.was_promised_on,
            left_to_do=notice.left_to_do,
            promised_on=notice.promised_on,
        )
    return first_notice_facts(notice.incident, to, promised_on=notice.promised_on)


def _page(notice: FirstNotice | Update) -> str:
    return f"/corrections/{notice.incident.reference}" if isinstance(notice, Update) else BOOKING_PAGE


def _finish(notice: FirstNotice | Update, at: datetime) -> None:
    incident = notice.incident
    notice.state, notice.sent_at = step(NOTICE, notice.state, NoticeState.SENT), at
    incident.promised_on = notice.promised_on
    if isinstance(notice, FirstNotice):
        _count_as_told(incident)
    session.flush()
    audit.record(action="notice.told", actor=WORKER, subject=notice, at=at, people=notice.queued)


def _count_as_told(incident: Incident) -> None:
    incident.state = step(INCIDENT, incident.state, IncidentState.TOLD)
    if has_run(incident):
        incident.state = step(INCIDENT, incident.state, IncidentState.INVESTIGATING)


def rehearse_telling(*, notice: FirstNotice | Update, by: Person, at: datetime) -> int:
    """Send every message of it to `by` instead, with dead links; nothing else happens. Raises CannotTell."""
    incident = notice.incident
    if incident.is_live:
        raise CannotTell("This incident is live; a rehearsal is for before.")
    concerned = list_recipients(notice, at.date())
    for each in concerned:
        rehearse_notice(
            incident=incident,
            about=notice,
            content=facts_for(notice, each),
            to=each,
            opens=_page(notice),
            last_date=notice.promised_on,
            by=by,
            at=at,
        )
    audit.record(action="rehearsal.sent", actor=by, subject=notice, at=at, messages=len(concerned))
    return len(concerned)


def release_held_back(*, about: FirstNotice | Update | Proposal, mail_to: MailTo, by: Person, at: datetime) -> int:
    """Queue again the messages about it that were held back; answers how many. Raises CannotTell."""
    session.refresh(about, with_for_update=True)
    if not count_held_back(about):
        raise CannotTell("Nothing of it was held back.")
    _check_may_reach(mail_to)
    return notices.release_held_back(subject_key=about.audit_name, by=by, reason="MAIL_TO is everyone now.", at=at)
