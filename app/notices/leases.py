"""Taking the next message from the outbox: one at a time, under a lease. Callers own the transaction.

The gate is locked first, always. Statements here are made once and go past the ORM: they run for every message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, func, insert, select, update

from app import audit, identity
from app.core.db import session, table_of
from app.identity import LinkKind, Person, SignInLink, StaffRole
from app.notices.encoding import decode
from app.notices.gate import Gate
from app.notices.kinds import Kind, Lane
from app.notices.letter_models import LetterCause
from app.notices.letter_queue import queue_letter
from app.notices.mime import Envelope, ascii_address
from app.notices.models import WAITING, Attempt, Message, Outcome, State
from app.notices.office import Office
from app.notices.operations import ASKED_FOR
from app.notices.reach_models import Suppression
from app.notices.rendering import REHEARSAL_CODE, REHEARSAL_PATH, Mark, WayIn
from app.notices.verp import return_path
from app.settings import MailTo

LEASE = timedelta(seconds=30)
DROPPED_AT_ONCE = 100
WORKER = "system:worker"
UNWRITABLE = "This address cannot be written to: the part before the @ has letters that many mail servers refuse."
CAME_BACK = "This address is not written to: mail to it came back, or was refused."
_MESSAGE, _ATTEMPT = table_of(Message), table_of(Attempt)
_PERSON, _LINK = table_of(Person), table_of(SignInLink)
_TAKE = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id == bindparam("of_message"))
    .values(
        state=State.SENDING,
        due_at=bindparam("until"),
        fence=bindparam("now_fence"),
        may_be_repeated=bindparam("is_flagged"),
    )
)
_BEGIN = insert(_ATTEMPT)


@dataclass(frozen=True)
class Named:
    """A message as the log names it, with what every event about it says."""

    pseudonym: str
    kind: Kind
    version: int
    notice_number: str

    @property
    def audit_name(self) -> str:
        """As of its row."""
        return f"{Message.audit_kind}:{self.pseudonym}"

    @property
    def parts(self) -> Mapping[str, str | int]:
        """Kind, version and number."""
        return {"kind": self.kind.value, "version": self.version, "notice_number": self.notice_number}


@dataclass(frozen=True)
class Lease:
    """One try at one message, with everything it takes; whoever holds the highest fence may report."""

    message_id: int
    fence: int
    named: Named
    context: str
    hello: str
    way_in: WayIn
    envelope: Envelope
    mark: Mark
    tries: int
    may_be_repeated: bool
    give_up_at: datetime

    @property
    def is_rehearsal(self) -> bool:
        """Whether it goes to whoever asked for it, instead of whom it is about."""
        return self.mark is not Mark.NONE


def take(office: Office, gate: Gate) -> Lease | None:
    """The next message that may leave now, sign-in first; None when none may. Drops what must not leave at all."""
    if not gate.is_open or not gate.lanes:
        return None
    for _ in range(DROPPED_AT_ONCE):
        message = session.connection().execute(_next_due(gate.lanes), {"now": gate.now}).one_or_none()
        if message is None:
            return None
        reason = _why_not(message, office, gate.now)
        if reason is None:
            gate.use_up_rate(office.rate)
            return _lease(message, office, gate.now)
        drop(message, reason, gate.now)
    return None


@cache
def _next_due(lanes: tuple[Lane, ...]) -> Select[Any]:
    """The longest due message of the first of these lanes that has one, with what it takes to write it."""
    answered = _MESSAGE.alias("answered")
    first = func.coalesce(*(_due(lane) for lane in lanes), None)
    has_role = exists().where(StaffRole.person_id == _MESSAGE.c.person_id, StaffRole.ended_at.is_(None))
    is_suppressed = exists().where(Suppression.address == _MESSAGE.c.address, Suppression.lifted_at.is_(None))
    columns = (
        *_MESSAGE.c["id", "pseudonym", "notice_number", "kind", "lane", "version", "address"],
        *_MESSAGE.c["is_rehearsal", "is_test"],
        *_MESSAGE.c["context", "queued_at", "give_up_at", "state", "fence", "tries", "may_be_repeated", "link_id"],
        func.coalesce(func.nullif(_PERSON.c.greeting, ""), _PERSON.c.full_name).label("hello"),
        has_role.label("is_for_staff"),
        is_suppressed.label("is_suppressed"),
        answered.c.pseudonym.label("answers"),
        *(each.label(f"link_{each.name}") for each in _LINK.c["pseudonym", "kind", "key_id"]),
        *(each.label(f"link_{each.name}") for each in _LINK.c["expires_at", "used_at", "voided_at"]),
    )
    found = select(*columns).join_from(_MESSAGE, _PERSON, _PERSON.c.id == _MESSAGE.c.person_id)
    with_link = found.outerjoin(_LINK, _LINK.c.id == _MESSAGE.c.link_id)
    whole = with_link.outerjoin(answered, answered.c.id == _MESSAGE.c.answers_id)
    return whole.where(_MESSAGE.c.id == first).with_for_update(skip_locked=True, of=_MESSAGE)


def _due(lane: Lane) -> Any:
    """The id of the longest due message of a lane; it waits for earlier ones on its subject and for what it answers."""
    waiting = _MESSAGE.alias(f"{lane.name}_waiting".lower())
    earlier, answered = _MESSAGE.alias(f"{lane.name}_earlier".lower()), _MESSAGE.alias(f"{lane.name}_answered".lower())
    is_first = ~exists().where(
        earlier.c.person_id == waiting.c.person_id,
        earlier.c.subject_key == waiting.c.subject_key,
        earlier.c.is_rehearsal == waiting.c.is_rehearsal,
        earlier.c.id < waiting.c.id,
        earlier.c.state.in_(sorted(WAITING)),
    )
    has_answered = ~exists().where(answered.c.id == waiting.c.answers_id, answered.c.state.in_(sorted(WAITING)))
    due = select(waiting.c.id).where(waiting.c.lane == lane, waiting.c.due_at <= bindparam("now"))
    return due.where(is_first, has_answered).order_by(waiting.c.due_at, waiting.c.id).limit(1).scalar_subquery()


def _why_not(message: Row[Any], office: Office, now: datetime) -> str | None:
    """Why it must not leave at all, or None."""
    if office.mail_to is MailTo.NOBODY:
        return "MAIL_TO is nobody: no address may be written to."
    if office.mail_to is MailTo.STAFF and not message.is_rehearsal and not message.is_for_staff:
        return "MAIL_TO is staff: investors may not be written to."
    if message.kind in ASKED_FOR and not _link(message).is_current(now):
        return "Its link had ended before it could leave."
    if message.link_id is not None and not identity.has_key(_link(message)):
        return "The secret key that its link was made with is no longer among the settings."
    if message.lane is Lane.BOOKING and _is_useless(message, now):
        return "The call had begun before it could leave."
    return _why_not_there(message)


def _why_not_there(message: Row[Any]) -> str | None:
    """Why nothing is sent to its address now, or None."""
    try:
        ascii_address(message.address)
    except ValueError:
        return UNWRITABLE
    if message.is_suppressed:
        return CAME_BACK
    return None


def _is_useless(message: Row[Any], now: datetime) -> bool:
    ends = decode(message.kind, message.context).useless_from
    return ends is not None and ends <= now


def _link(message: Row[Any]) -> SignInLink:
    """The link by what derives its secrets and says whether it is open; not a row of the session."""
    kind: LinkKind = message.link_kind
    return SignInLink(
        pseudonym=message.link_pseudonym,
        kind=kind,
        key_id=message.link_key_id,
        expires_at=message.link_expires_at,
        used_at=message.link_used_at,
        voided_at=message.link_voided_at,
    )


def drop(message: Row[Any] | Message, reason: str, now: datetime) -> None:
    """Take a message that waits out of the outbox unsent; the log says why. A row of the session is not read again."""
    suppressed = {"state": State.SUPPRESSED, "due_at": None, "reason": reason}
    session.connection().execute(update(_MESSAGE).where(_MESSAGE.c.id == message.id).values(**suppressed))
    if not message.is_rehearsal:
        named = _named(message)
        audit.record(action="notice.suppressed", actor=WORKER, subject=named, at=now, **named.parts, reason=reason)
    if reason in (UNWRITABLE, CAME_BACK):
        whole = session.get_one(Message, message.id, populate_existing=True)
        queue_letter(message=whole, cause=LetterCause.NOT_DELIVERED, by=WORKER, at=now)


def _named(message: Row[Any] | Message) -> Named:
    return Named(message.pseudonym, message.kind, message.version, message.notice_number)


def _lease(message: Row[Any], office: Office, now: datetime) -> Lease:
    was_lost = message.state is State.SENDING
    if was_lost:
        _mark_lost(message.id, now)
    fence, connection = message.fence + 1, session.connection()
    may_be_repeated = message.may_be_repeated or was_lost
    taken = {"of_message": message.id, "until": now + LEASE, "now_fence": fence, "is_flagged": may_be_repeated}
    connection.execute(_TAKE, taken)
    connection.execute(_BEGIN, {"message_id": message.id, "fence": fence, "started_at": now, "reply": ""})
    return Lease(
        message_id=message.id,
        fence=fence,
        named=_named(message),
        context=message.context,
        hello=message.hello,
        way_in=_way_in(message, office),
        envelope=_envelope(message, office),
        mark=_mark(message),
        tries=message.tries,
        may_be_repeated=may_be_repeated,
        give_up_at=message.give_up_at,
    )


def _mark(message: Row[Any]) -> Mark:
    if message.is_test:
        return Mark.TEST
    return Mark.REHEARSAL if message.is_rehearsal else Mark.NONE


def _mark_lost(message_id: int, now: datetime) -> None:
    """Whoever held it never reported: it may or may not have left."""
    lost = update(_ATTEMPT).where(_ATTEMPT.c.message_id == message_id, _ATTEMPT.c.outcome.is_(None))
    session.connection().execute(lost.values(outcome=Outcome.LOST, ended_at=now))


def _way_in(message: Row[Any], office: Office) -> WayIn:
    if message.link_id is None:
        return WayIn(office.build_url(REHEARSAL_PATH), REHEARSAL_CODE, message.notice_number)
    secrets = identity.secrets_of(_link(message))
    return WayIn(office.build_url(f"/s/{secrets.token}"), secrets.printed_code, message.notice_number)


def _envelope(message: Row[Any], office: Office) -> Envelope:
    host = office.brand.site.partition("/")[0].partition(":")[0]
    return Envelope(
        mail_from=office.mail_from,
        to=message.address,
        name=message.pseudonym,
        made_at=message.queued_at,
        answers=message.answers,
        list_id=f"notices.{host}" if message.lane is Lane.NOTICE else None,
        return_path=_return_path(message, office),
    )


def _return_path(message: Row[Any], office: Office) -> str:
    domain = parseaddr(office.mail_from)[1].rpartition("@")[2]
    keys = identity.keys_in_use()
    return return_path(message=message.pseudonym, domain=domain, key=keys.by_id[keys.newest_id])
