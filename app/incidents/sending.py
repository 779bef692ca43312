"""One notice to one person: its link and its place in the outbox, for real or as a rehearsal."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from app import identity, notices
from app.audit import Subject
from app.core.db import session
from app.identity import Person, SignInLink
from app.incidents.audience import Concerned
from app.incidents.models import Incident
from app.notices import Message, Notice, Reminder, State

CANARY = 5
"""How many people are written to first. An admin looks at what the mail server says, then continues."""


def queue_notice(
    *, incident: Incident, about: Subject, content: Notice, to: Concerned, opens: str, last_date: date, at: datetime
) -> Message:
    """Queue the notice `about` a first notice or proposal; its link works until 7 days beyond `last_date`."""
    link = _open_link(incident, to.person, opens, last_date, at)
    return notices.queue(content=content, person=to.person, subject_key=about.audit_name, version=1, link=link, at=at)


def queue_reminder(
    *,
    incident: Incident,
    about: Subject,
    content: Reminder,
    person: Person,
    version: int,
    opens: str,
    last_date: date,
    at: datetime,
) -> Message:
    """Queue a reminder of the notice `about` a proposal, with a new link; the older ones stay as they are."""
    link = _open_link(incident, person, opens, last_date, at)
    return notices.queue(
        content=content, person=person, subject_key=about.audit_name, version=version, link=link, at=at
    )


def _open_link(incident: Incident, person: Person, opens: str, last_date: date, at: datetime) -> SignInLink:
    return identity.open_notice_link(
        person=person,
        message_pseudonym=str(uuid4()),
        opens=opens,
        expires_at=link_expires_at(incident, last_date, at),
        at=at,
    )


def rehearse_notice(
    *,
    incident: Incident,
    about: Subject,
    content: Notice,
    to: Concerned,
    opens: str,
    last_date: date,
    by: Person,
    at: datetime,
) -> Message:
    """Send the notice to `by` instead, with a link that signs nobody in; as often as somebody rehearses."""
    link = identity.open_rehearsal_link(
        person=to.person,
        message_pseudonym=str(uuid4()),
        opens=opens,
        expires_at=link_expires_at(incident, last_date, at),
        at=at,
    )
    earlier = _count_rehearsed(about, to.person)
    return notices.queue(
        content=content,
        person=to.person,
        subject_key=about.audit_name,
        version=earlier + 1,
        link=link,
        rehearsed_by=by,
        at=at,
    )


def queue_test(*, about: Subject, content: Notice, reader: Person, to: Person, at: datetime) -> Message:
    """Send `to` what the reader would get, marked as a test, with neither link nor code; it counts nowhere."""
    message = notices.queue(
        content=content,
        person=reader,
        subject_key=about.audit_name,
        version=_count_rehearsed(about, reader) + 1,
        rehearsed_by=to,
        at=at,
    )
    message.is_test = True
    return message


def count_waiting(about: Subject) -> int:
    """Messages about it that the mail server has neither accepted nor refused."""
    return _count_real(about, notices.WAITING)


def count_accepted(about: Subject) -> int:
    """Messages about it that the mail server has accepted, those that came back later among them."""
    return _count_real(about, frozenset({State.SENT, State.BOUNCED}))


def count_queued(about: Subject) -> int:
    """Messages about it, whatever became of them."""
    return _count_real(about, frozenset(State))


def count_held_back(about: Subject) -> int:
    """Messages about it that could leave now, but that the setting MAIL_TO, or a key that is gone, held back.

    What waits because its address is not written to any more is not among them: a letter goes there.
    """
    return _count_real(about, frozenset({State.SUPPRESSED}), ~notices.is_stopped(Message.address))


def find_canary_fault(about: Subject) -> str | None:
    """Why nobody may continue after the first messages about it yet; None once the mail server accepted them."""
    if waiting := count_waiting(about):
        return f"{waiting} of the first messages are not accepted by the mail server yet."
    if count_queued(about) and not count_accepted(about):
        return "None of the first messages was accepted by the mail server. See who has been reached."
    return None


def _count_real(about: Subject, states: frozenset[State], *such: ColumnElement[bool]) -> int:
    return (
        session.scalar(
            select(func.count()).where(
                Message.subject_key == about.audit_name,
                Message.state.in_(states),
                Message.is_rehearsal.is_(False),
                *such,
            )
        )
        or 0
    )


def _count_rehearsed(about: Subject, person: Person) -> int:
    return (
        session.scalar(
            select(func.count()).where(
                Message.subject_key == about.audit_name,
                Message.person_id == person.id,
                Message.is_rehearsal.is_(True),
            )
        )
        or 0
    )


def link_expires_at(incident: Incident, last_date: date, at: datetime) -> datetime:
    """When the link of a notice ends that names this date as its last."""
    end_of_day = datetime.combine(last_date + timedelta(days=1), time(0), ZoneInfo(incident.zone))
    return identity.notice_link_expires_at(last_named_at=end_of_day, at=at)
