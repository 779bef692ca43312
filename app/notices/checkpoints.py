"""Checkpoints of the audit log by e-mail, past the outbox: `app.audit.counsel` knows which were mailed."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import NAMESPACE_URL, uuid5

from app import audit
from app.core.db import session
from app.notices.kinds import Content, Kind, Lane
from app.notices.mime import Envelope, message_id, seal
from app.notices.models import Outlet
from app.notices.office import NotSent, Office, Uncertain
from app.notices.rendering import preview
from app.settings import MailTo

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class SignedCheckpoint(Content):
    """A signed note for somebody outside to keep; `origin` and `size` are what it says of itself."""

    kind: ClassVar[Kind] = Kind.CHECKPOINT
    lane: ClassVar[Lane] = Lane.NOTICE

    origin: str
    size: int
    note: str


def mail_checkpoint(office: Office, *, address: str, origin: str, at: datetime) -> None:
    """Mail the newest checkpoint if one is due; what came of it is kept. Runs its own transactions.

    Nothing is mailed while mail is stopped or MAIL_TO is `nobody`.
    """
    stopped = session.get_one(Outlet, 1, populate_existing=True).stopped_at is not None
    taken = (
        None if stopped or office.mail_to is MailTo.NOBODY else audit.take_checkpoint_to_mail(address=address, at=at)
    )
    if taken is None:
        return
    checkpoint = SignedCheckpoint(origin=origin, size=taken.size, note=taken.note)
    try:
        audit.keep_mailed(taken, ref=_send(office, address, checkpoint, at), at=at)
    except Uncertain as problem:
        log.warning("checkpoint %s may or may not have reached counsel: %s", taken.size, problem)
    except (NotSent, ValueError) as problem:
        log.warning("checkpoint %s was not mailed: %s", taken.size, problem)
        audit.keep_not_taken(taken, reply=str(problem))


def _send(office: Office, address: str, checkpoint: SignedCheckpoint, at: datetime) -> str:
    """The Message-ID, the same for the same checkpoint. Raises the NotSent family; ValueError for a bad address."""
    name = str(uuid5(NAMESPACE_URL, f"{checkpoint.origin}#{checkpoint.size}"))
    words = preview(office, content=checkpoint, hello=address)
    try:
        office.sender.send(seal(words, Envelope(mail_from=office.mail_from, to=address, name=name, made_at=at)))
    finally:
        office.sender.close()
    return message_id(name, office.mail_from)
