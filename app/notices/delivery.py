"""Delivering what is due: take one, send it with no transaction open, report it and take the next in one commit.

SMTP can repeat a message but never lose one here: who dies while sending leaves a lease that runs out, and the next
try carries the same Message-ID and is flagged.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select

from app.core.db import database_now, session, transaction
from app.core.errors import DomainError
from app.identity import find_person_by_email
from app.notices.asked_for import Booking, Probe
from app.notices.encoding import decode
from app.notices.gate import lock_gate
from app.notices.kinds import Lane
from app.notices.leases import Lease, take
from app.notices.mime import Envelope, Invite, Outgoing, seal
from app.notices.models import Message, Outcome, Outlet
from app.notices.office import Deferred, NotSent, Office, Refused, Uncertain, Unreachable
from app.notices.rendering import compose, preview
from app.notices.reports import Report, settle
from app.settings import MailTo

log = logging.getLogger(__name__)

OUTCOMES = (
    (Deferred, Outcome.DEFERRED),
    (Refused, Outcome.REFUSED),
    (Uncertain, Outcome.UNCERTAIN),
    (Unreachable, Outcome.UNREACHABLE),
)
SOON = timedelta(seconds=1)


class MayNotBeWrittenTo(DomainError):
    """The setting MAIL_TO shuts this address out."""


@dataclass(frozen=True)
class Delivered:
    """How many tries were made, and when there is more to do: None while the outbox is empty or stopped."""

    tries: int
    again_at: datetime | None


def deliver_due(office: Office, *, at_most: int) -> Delivered:
    """Try up to `at_most` messages over one connection. Owns its transactions: one commit a message.

    Several processes may do this at once. It returns early when the rate, a pause or the switch says so.
    """
    tries = 0
    try:
        lease = _begin(office)
        while lease is not None:
            report = _try(office, lease)
            tries += 1
            lease = _go_on(office, lease, report, left=at_most - tries)
    finally:
        office.sender.close()
    now = database_now()
    return Delivered(tries, _again_at(not_before=now if tries == at_most else now + SOON))


def send_probe(office: Office, *, address: str, at: datetime) -> None:
    """Send one test message past the outbox, so that the mail server's own answer is seen.

    Raises MayNotBeWrittenTo and the NotSent family; ValueError for an address that cannot be written.
    """
    person = find_person_by_email(address)
    if office.mail_to is MailTo.NOBODY or (office.mail_to is MailTo.STAFF and not (person and person.roles)):
        raise MayNotBeWrittenTo(f"MAIL_TO is {office.mail_to}, so {address} may not be written to.")
    words = preview(office, content=Probe(), hello=address)
    try:
        office.sender.send(seal(words, Envelope(mail_from=office.mail_from, to=address, name=str(uuid4()), made_at=at)))
    finally:
        office.sender.close()


def _begin(office: Office) -> Lease | None:
    with transaction():
        gate = lock_gate()
        lease = take(office, gate)
        gate.keep()
    return lease


def _go_on(office: Office, lease: Lease, report: Report, *, left: int) -> Lease | None:
    """Report one try and, while any is `left`, take the next message, in one commit."""
    with transaction():
        gate = lock_gate()
        settle(lease, report, office.jitter, gate)
        following = take(office, gate) if left else None
        gate.keep()
    return following


def _try(office: Office, lease: Lease) -> Report:
    try:
        outgoing = _write(office, lease)
    except Exception:  # one message that cannot be written must not hold up the others
        log.exception("message %s could not be written", lease.envelope.name)
        return Report(Outcome.DEFERRED, "It could not be written; see the log.", None)
    try:
        office.sender.send(outgoing)
    except NotSent as problem:
        outcome = next(outcome for kind, outcome in OUTCOMES if isinstance(problem, kind))
        return Report(outcome, str(problem), outgoing)
    return Report(Outcome.ACCEPTED, "", outgoing)


def _write(office: Office, lease: Lease) -> Outgoing:
    content = decode(lease.named.kind, lease.context)
    words = compose(office, content=content, hello=lease.hello, way_in=lease.way_in, mark=lease.mark)
    invite = Invite(content.invite, content.method) if isinstance(content, Booking) else None
    return seal(words, lease.envelope, invite)


def _again_at(*, not_before: datetime) -> datetime | None:
    """When the earliest waiting message may be tried: at once after a full batch, else in a second at the soonest."""
    outlet = session.get_one(Outlet, 1, populate_existing=True)
    lanes = [lane for lane in Lane if lane not in outlet.held]
    due = [session.scalar(select(func.min(Message.due_at)).where(Message.lane == lane)) for lane in lanes]
    waiting = [at for at in due if at is not None]
    if outlet.stopped_at is not None or not waiting:
        return None
    return max(min(waiting), *(at for at in (outlet.paused_until, outlet.free_at) if at), not_before)
