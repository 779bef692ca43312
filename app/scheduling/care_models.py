"""What surrounds a call: reminders, requests to be called, and word that somebody is running late."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity import Person
from app.scheduling.models import Booking


class CallReminder(Base):
    """A reminder of one version of a booking: it is queued once, and only while `sequence` is still the booking's."""

    __tablename__ = "call_reminders"
    __table_args__ = (
        UniqueConstraint("booking_id", "sequence", "lead_minutes"),
        CheckConstraint("lead_minutes > 0", name="before_the_call"),
        Index("ix_call_reminders_due_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    sequence: Mapped[int]
    lead_minutes: Mapped[int]
    due_at: Mapped[datetime]
    queued_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship()


class RequestState(StrEnum):
    """Where a request to be called stands."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class CallRequest(Pseudonymous, Base):
    """A request to be called: an investor who found no time that suits says where and when we may reach them.

    Somebody of support takes it over before they call, so that nobody calls twice. Whoever closes it may name the
    booking that came of it.
    """

    __tablename__ = "call_requests"
    __table_args__ = (
        UniqueConstraint("person_id", "idempotency_key"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_at_some_time"),
        CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_by_somebody"),
        Index("ix_call_requests_state_asked_at", "state", "asked_at"),
    )
    audit_kind: ClassVar[str] = "call-request"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    incident_reference: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(40))
    zone: Mapped[str] = mapped_column(String(64))
    best_times: Mapped[str] = mapped_column(Text)
    help_text: Mapped[str] = mapped_column(Text)
    idempotency_key: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    state: Mapped[RequestState] = mapped_column(default=RequestState.OPEN)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    taken_by: Mapped[Person | None] = relationship(foreign_keys=[taken_by_id])
    closed_by: Mapped[Person | None] = relationship(foreign_keys=[closed_by_id])
    booking: Mapped[Booking | None] = relationship()


class LateNote(Base):
    """An agent's word that their calls begin `minutes` late until `until`; the latest one counts, 0 takes it back."""

    __tablename__ = "late_notes"
    __table_args__ = (
        CheckConstraint("minutes >= 0", name="not_early"),
        CheckConstraint("said_at < until", name="in_order"),
        Index("ix_late_notes_agent_id_said_at", "agent_id", "said_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    minutes: Mapped[int]
    said_at: Mapped[datetime]
    until: Mapped[datetime]
