"""Taking the next message from the outbox: one at a time, under a lease. Callers own the transaction.

Expiry and leases are the database's time. The outlet's row is locked first, always.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import cache

from sqlalchemy import Select, bindparam, exists, select, update
from sqlalchemy.orm import aliased, joinedload

from app import audit, identity
from app.core.db import database_now, session
from app.identity import SignInLink
from app.notices.encoding import decode
from app.notices.kinds import Content, Kind, Lane
from app.notices.mime import Envelope, ascii_address
from app.notices.models import WAITING, Attempt, Message, Outcome, Outlet, State
from app.notices.office import Office
from app.notices.rendering import REHEARSAL_CODE, REHEARSAL_PATH, WayIn
from app.notices.suppression import find_suppression
from app.notices.verp import return_path
from app.settings import MailTo

LEASE = timedelta(seconds=30)
DROPPED_AT_ONCE = 100
WORKER = "system:worker"


@dataclass(frozen=True)
class Lease:
    """One try at one message, with everything it takes; whoever holds the highest fence may report."""

    message_id: int
    fence: int
    content: Content
    hello: str
    way_in: WayIn
    envelope: Envelope
    is_rehearsal: bool


def lock_outlet() -> Outlet:
    """The one row that all delivery passes."""
    return session.get_one(Outlet, 1, with_for_update=True, populate_existing=True)


def take(office: Office) -> Lease | None:
    """The next message that may leave now, sign-in first; None when none may. Drops what must not leave at all."""
    outlet = lock_outlet()
    now = database_now()
    if not is_open(outlet, now):
        return None
    for _ in range(DROPPED_AT_ONCE):
        message = _next_due(now)
        if message is None:
            return None
        reason = _why_not(message, office, now)
        if reason is None:
            use_up_rate(outlet, office.rate, now)
            return _lease(message, office, now)
        _drop(message, reason, now)
    return None


def is_open(outlet: Outlet, now: datetime) -> bool:
    """Whether the switch, the pause and the rate let a message go."""
    if outlet.stopped_at is not None:
        return False
    return (outlet.paused_until or now) <= now and (outlet.free_at or now) <= now


def _next_due(now: datetime) -> Message | None:
    for lane in Lane:
        message = session.scalars(_due(), {"lane": lane, "now": now}).first()
        if message is not None:
            return message
    return None


@cache
def _due() -> Select[Message]:
    """The longest due message of a lane; it waits for earlier ones on its subject and for the one it answers."""
    earlier = aliased(Message)
    is_first = ~exists().where(
        earlier.person_id == Message.person_id,
        earlier.subject_key == Message.subject_key,
        earlier.is_rehearsal == Message.is_rehearsal,
        earlier.id < Message.id,
        earlier.state.in_(WAITING),
    )
    answered = aliased(Message)
    has_answered = ~exists().where(answered.id == Message.answers_id, answered.state.in_(WAITING))
    return (
        select(Message)
        .where(Message.lane == bindparam("lane"), Message.due_at <= bindparam("now"), is_first, has_answered)
        .order_by(Message.due_at, Message.id)
        .limit(1)
        .options(joinedload(Message.person), joinedload(Message.link), joinedload(Message.answers))
        .with_for_update(skip_locked=True, of=Message)
        .execution_options(populate_existing=True)
    )


def _why_not(message: Message, office: Office, now: datetime) -> str | None:
    """Why it must not leave at all, or None."""
    if office.mail_to is MailTo.NOBODY:
        return "MAIL_TO is nobody: no address may be written to."
    if office.mail_to is MailTo.STAFF and not message.is_rehearsal and not message.person.roles:
        return "MAIL_TO is staff: investors may not be written to."
    if message.kind is Kind.SIGN_IN and message.link is not None and not message.link.is_open(now):
        return "Its link had ended before it could leave."
    if message.link is not None and not _has_key(message.link):
        return "The secret key that its link was made with is no longer among the settings."
    return _why_not_there(message.address)


def _why_not_there(address: str) -> str | None:
    """Why nothing is sent to this address now, or None."""
    try:
        ascii_address(address)
    except ValueError:
        return "This address cannot be written to: the part before the @ has letters that many mail servers refuse."
    if find_suppression(address) is not None:
        return "This address is not written to: mail to it came back, or was refused."
    return None


def _has_key(link: SignInLink) -> bool:
    try:
        identity.secrets_of(link)
    except KeyError:
        return False
    return True


def _drop(message: Message, reason: str, now: datetime) -> None:
    message.state, message.due_at, message.reason = State.SUPPRESSED, None, reason
    session.flush()
    if not message.is_rehearsal:
        audit.record(
            action="notice.suppressed",
            actor=WORKER,
            subject=message,
            at=now,
            kind=message.kind,
            version=message.version,
            notice_number=message.notice_number,
            reason=reason,
        )


def use_up_rate(outlet: Outlet, rate: int, now: datetime) -> None:
    """A bucket of one second's messages, kept as the moment from which the next may leave."""
    step = timedelta(seconds=1) / rate
    full = now - timedelta(seconds=1) + step
    outlet.free_at = max(outlet.free_at or full, full) + step


def _lease(message: Message, office: Office, now: datetime) -> Lease:
    if message.state is State.SENDING:
        _mark_lost(message, now)
    message.state, message.due_at = State.SENDING, now + LEASE
    message.fence += 1
    session.add(Attempt(message_id=message.id, fence=message.fence, started_at=now))
    session.flush()
    return Lease(
        message_id=message.id,
        fence=message.fence,
        content=decode(message.kind, message.context),
        hello=message.person.called,
        way_in=_way_in(message, office),
        envelope=_envelope(message, office),
        is_rehearsal=message.is_rehearsal,
    )


def _mark_lost(message: Message, now: datetime) -> None:
    """Whoever held it never reported: it may or may not have left."""
    message.may_be_repeated = True
    lost = update(Attempt).where(Attempt.message_id == message.id, Attempt.outcome.is_(None))
    session.execute(lost.values(outcome=Outcome.LOST, ended_at=now))


def _way_in(message: Message, office: Office) -> WayIn:
    if message.link is None:
        return WayIn(office.build_url(REHEARSAL_PATH), REHEARSAL_CODE, message.notice_number)
    secrets = identity.secrets_of(message.link)
    return WayIn(office.build_url(f"/s/{secrets.token}"), secrets.printed_code, message.notice_number)


def _envelope(message: Message, office: Office) -> Envelope:
    host = office.brand.site.partition("/")[0].partition(":")[0]
    return Envelope(
        mail_from=office.mail_from,
        to=message.address,
        name=message.pseudonym,
        made_at=message.queued_at,
        answers=message.answers.pseudonym if message.answers is not None else None,
        list_id=f"notices.{host}" if message.lane is Lane.NOTICE else None,
        return_path=_return_path(message, office),
    )


def _return_path(message: Message, office: Office) -> str:
    domain = parseaddr(office.mail_from)[1].rpartition("@")[2]
    keys = identity.keys_in_use()
    return return_path(message=message.pseudonym, domain=domain, key=keys.by_id[keys.newest_id])
