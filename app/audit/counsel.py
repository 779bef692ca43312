"""Checkpoints that leave by e-mail, to somebody outside who keeps them: a sink nobody here can reach again.

A row is committed before the mail leaves, so that one checkpoint is never mailed twice: where it is not known whether
the server took it, the next checkpoint is mailed instead.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.models import AuditAnchor, AuditCheckpoint
from app.audit.queries import find_newest_checkpoint
from app.core.db import Base, session, transaction

EVERY = timedelta(hours=24)
RETRY = timedelta(minutes=10)
SINK = "mail"


class MailState(StrEnum):
    """Where the mail of a checkpoint stands. Sending is also where one stays of which nothing more was heard."""

    SENDING = "sending"
    NOT_TAKEN = "not-taken"
    SENT = "sent"


class CheckpointMail(Base):
    """That a checkpoint was mailed, or was about to be."""

    __tablename__ = "checkpoint_mails"

    size: Mapped[int] = mapped_column(ForeignKey("audit_checkpoint.size"), primary_key=True, autoincrement=False)
    address: Mapped[str] = mapped_column(String(254))
    state: Mapped[MailState]
    at: Mapped[datetime]
    reply: Mapped[str] = mapped_column(Text, default="")


def take_checkpoint_to_mail(*, address: str, at: datetime) -> AuditCheckpoint | None:
    """The newest checkpoint, if one is due to be mailed: a day after the last, ten minutes after one not taken.

    Runs a transaction of its own, after which the checkpoint counts as mailed.
    """
    with transaction():
        newest, last = find_newest_checkpoint(), find_newest_mail()
        if newest is None or (last is not None and not _is_due(last, newest, at)):
            return None
        if last is not None and last.size == newest.size:
            last.state, last.at, last.address = MailState.SENDING, at, address
        else:
            session.add(CheckpointMail(size=newest.size, address=address, state=MailState.SENDING, at=at))
        session.flush()
        session.expunge(newest)
    return newest


def keep_mailed(checkpoint: AuditCheckpoint, *, ref: str, at: datetime) -> None:
    """The server took it: it stands among the anchors, with the Message-ID. Runs a transaction of its own."""
    with transaction():
        _set(checkpoint.size, MailState.SENT, "")
        session.add(AuditAnchor(sink=SINK, size=checkpoint.size, ref=ref, at=at))


def keep_not_taken(checkpoint: AuditCheckpoint, *, reply: str) -> None:
    """The server did not take it, so that it may be tried again. Runs a transaction of its own."""
    with transaction():
        _set(checkpoint.size, MailState.NOT_TAKEN, reply)


def find_newest_mail() -> CheckpointMail | None:
    """The newest checkpoint that was mailed, or about to be."""
    return session.scalar(select(CheckpointMail).order_by(CheckpointMail.size.desc()).limit(1))


def _is_due(last: CheckpointMail, newest: AuditCheckpoint, at: datetime) -> bool:
    if last.state is MailState.NOT_TAKEN:
        return at - last.at >= RETRY
    return newest.size > last.size and at - last.at >= EVERY


def _set(size: int, state: MailState, reply: str) -> None:
    session.execute(update(CheckpointMail).where(CheckpointMail.size == size).values(state=state, reply=reply))
