"""The outbox: messages, the attempts to send them, and the one switch that all delivery passes."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity import Person, SignInLink
from app.notices.kinds import Kind, Lane


class State(StrEnum):
    """Where a message stands. Uncertain: the connection ended after the final dot, so it may be sent twice.

    Bounced: a server took it, and a report came back later that it could not be delivered.
    """

    QUEUED = "queued"
    SENDING = "sending"
    DEFERRED = "deferred"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    BOUNCED = "bounced"


WAITING = frozenset({State.QUEUED, State.SENDING, State.DEFERRED, State.UNCERTAIN})


class Message(Pseudonymous, Base):
    """One mail to one person. It holds neither link nor code: they are derived from `link` when it is rendered.

    `due_at` is when somebody may next take it (while it is being sent: when the lease ends); NULL once it is over.
    A test is a rehearsal that somebody sends to themselves; rehearsals count nowhere.
    `subject` and `text` are what was sent, with `[link]` and `[code]` in place of both; `sha256` is of the very bytes.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("kind", "subject_key", "person_id", "version", "is_rehearsal", name="uq_messages_once"),
        CheckConstraint(
            "(due_at IS NOT NULL) = (state IN ('queued', 'sending', 'deferred', 'uncertain'))",
            name="due_while_it_waits",
        ),
        CheckConstraint("is_rehearsal OR NOT is_test", name="test_is_rehearsal"),
        CheckConstraint("state <> 'sent' OR (sent_at IS NOT NULL AND sha256 IS NOT NULL)", name="sent_says_when_what"),
        Index("ix_messages_lane_due_at", "lane", "due_at"),
        Index("ix_messages_person_id_subject_key", "person_id", "subject_key"),
    )
    audit_kind: ClassVar[str] = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_number: Mapped[str] = mapped_column(String(9), unique=True)
    kind: Mapped[Kind]
    lane: Mapped[Lane]
    subject_key: Mapped[str] = mapped_column(String(100))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int]
    is_rehearsal: Mapped[bool]
    is_test: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str] = mapped_column(String(254))
    incident_reference: Mapped[str] = mapped_column(String(40), index=True)
    context: Mapped[str] = mapped_column(Text)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("sign_in_links.id"))
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    queued_at: Mapped[datetime]
    give_up_at: Mapped[datetime]

    state: Mapped[State] = mapped_column(default=State.QUEUED, index=True)
    due_at: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    may_be_repeated: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime | None]
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    subject: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)

    person: Mapped[Person] = relationship()
    link: Mapped[SignInLink | None] = relationship()
    answers: Mapped["Message | None"] = relationship(remote_side="Message.id")
    attempts: Mapped[list["Attempt"]] = relationship(back_populates="message", order_by="Attempt.id")

    @hybrid_property
    def is_forgotten(self) -> bool:
        """Whether its words and facts were forgotten when their time was over."""
        return self.context == ""


class Outcome(StrEnum):
    """How a try ended. Lost: whoever tried never reported back."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    UNREACHABLE = "unreachable"
    LOST = "lost"


class Attempt(Base):
    """One try at sending a message. `reply` is what the mail server said."""

    __tablename__ = "message_attempts"
    __table_args__ = (UniqueConstraint("message_id", "fence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    fence: Mapped[int]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None]
    reply: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))

    message: Mapped[Message] = relationship(back_populates="attempts")


class Outlet(Pseudonymous, Base):
    """The one row that all delivery passes: stopped or open, paused after failures, and its rate.

    `free_at` is when the rate lets the next message go (a token bucket kept as one moment). `held_lanes` are the names
    of those that are held, by a space. `back_at` is when the worker comes back by itself, and `overdue` how many
    messages it last found that could not leave within 72 hours.
    """

    __tablename__ = "outlet"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    audit_kind: ClassVar[str] = "outlet"

    id: Mapped[int] = mapped_column(primary_key=True)
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[str | None] = mapped_column(String(200))
    failures: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None]
    free_at: Mapped[datetime | None]
    held_lanes: Mapped[str] = mapped_column(String(60), default="")
    overdue: Mapped[int] = mapped_column(default=0)
    back_at: Mapped[datetime | None]

    @property
    def held(self) -> frozenset[Lane]:
        """The lanes in which nothing leaves."""
        return frozenset(map(Lane, self.held_lanes.split()))
