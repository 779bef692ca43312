"""Checkpoints of the audit log by e-mail, past the outbox: `app.audit.counsel` knows which were mailed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import NAMESPACE_URL, uuid5

from app.core.db import session
from app.notices.delivery import MayNotBeWrittenTo
from app.notices.kinds import Content, Kind, Lane
from app.notices.mime import Envelope, message_id, seal
from app.notices.models import Outlet
from app.notices.office import Office
from app.notices.rendering import preview
from app.settings import MailTo


@dataclass(frozen=True, kw_only=True)
class SignedCheckpoint(Content):
    """A signed note for somebody outside to keep; `origin` and `size` are what it says of itself."""

    kind: ClassVar[Kind] = Kind.CHECKPOINT
    lane: ClassVar[Lane] = Lane.NOTICE

    origin: str
    size: int
    note: str


def may_mail_checkpoints(office: Office) -> bool:
    """Whether mail may leave at all: it is not stopped, and MAIL_TO is not `nobody`."""
    return office.mail_to is not MailTo.NOBODY and session.get_one(Outlet, 1, populate_existing=True).stopped_at is None


def mail_checkpoint(office: Office, *, address: str, checkpoint: SignedCheckpoint, at: datetime) -> str:
    """Send it once; returns the Message-ID, the same for the same checkpoint.

    Raises MayNotBeWrittenTo and the NotSent family; ValueError for an address that cannot be written.
    """
    if not may_mail_checkpoints(office):
        raise MayNotBeWrittenTo(f"Mail is stopped or MAIL_TO is nobody, so {address} may not be written to.")
    name = str(uuid5(NAMESPACE_URL, f"{checkpoint.origin}#{checkpoint.size}"))
    words = preview(office, content=checkpoint, hello=address)
    try:
        office.sender.send(seal(words, Envelope(mail_from=office.mail_from, to=address, name=name, made_at=at)))
    finally:
        office.sender.close()
    return message_id(name, office.mail_from)
