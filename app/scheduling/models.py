"""Call types, bookings, and the claims that keep any two calls apart. Hours are in `app.scheduling.hours_models`."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity import Person
from app.scheduling.slots import Rules, Slot

QUANTUM = timedelta(minutes=5)
OUTCOME_WITHIN = timedelta(minutes=15)


class CallType(Base):
    """What can be booked. All minutes but the notice and the cut-off are multiples of 5.

    `incident_reference` is the incident that it is opened for, "" for every one; a closed type takes no new bookings.
    """

    __tablename__ = "call_types"
    __table_args__ = (
        CheckConstraint("duration_minutes > 0 AND duration_minutes % 5 = 0", name="duration_in_fives"),
        CheckConstraint("step_minutes > 0 AND step_minutes % 5 = 0", name="step_in_fives"),
        CheckConstraint(
            "buffer_before_minutes >= 0 AND buffer_before_minutes % 5 = 0"
            " AND buffer_after_minutes >= 0 AND buffer_after_minutes % 5 = 0",
            name="buffers_in_fives",
        ),
        CheckConstraint("notice_minutes >= 0 AND cut_off_minutes >= 0 AND horizon_days > 0", name="bounds"),
        CheckConstraint("max_per_day IS NULL OR max_per_day > 0", name="some_a_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    duration_minutes: Mapped[int]
    step_minutes: Mapped[int]
    buffer_before_minutes: Mapped[int]
    buffer_after_minutes: Mapped[int]
    notice_minutes: Mapped[int]
    cut_off_minutes: Mapped[int]
    horizon_days: Mapped[int]
    max_per_day: Mapped[int | None]
    incident_reference: Mapped[str] = mapped_column(String(40), default="")
    closed_at: Mapped[datetime | None]

    @property
    def rules(self) -> Rules:
        """As the slot engine takes them."""
        return Rules(
            duration=timedelta(minutes=self.duration_minutes),
            step=timedelta(minutes=self.step_minutes),
            horizon=timedelta(days=self.horizon_days),
            buffer_before=timedelta(minutes=self.buffer_before_minutes),
            buffer_after=timedelta(minutes=self.buffer_after_minutes),
            notice=timedelta(minutes=self.notice_minutes),
            max_per_day=self.max_per_day,
        )


class BookingStatus(StrEnum):
    """Where a call stands. Held: a slot that was picked and not confirmed, kept for a quarter of an hour."""

    HELD = "held"
    BOOKED = "booked"
    DONE = "done"
    NO_SHOW = "no-show"
    CANCELLED = "cancelled"


class CallOutcome(StrEnum):
    """What came of a call, in the agent's words."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    LEFT_MESSAGE = "left-message"
    NEEDS_FOLLOW_UP = "needs-follow-up"
    NO_SHOW = "no-show"

    @property
    def label(self) -> str:
        """As pages name it."""
        return _OUTCOME_LABELS[self]


_OUTCOME_LABELS = {
    CallOutcome.REACHED: "Reached",
    CallOutcome.NO_ANSWER: "No answer",
    CallOutcome.LEFT_MESSAGE: "Left a message",
    CallOutcome.NEEDS_FOLLOW_UP: "Needs follow-up",
    CallOutcome.NO_SHOW: "No-show",
}


class Booking(Pseudonymous, Base):
    """A slot that somebody took: we call `person` at `phone` (E.164), and say `call_words` so that they know it is us.

    `zone` is the one they chose the time in. The call and its buffers last from `claimed_from` until `claimed_until`.
    A held one keeps its claims until `held_until`, and has neither number nor texts yet; one whose time ran out has
    lapsed, and stays as it is. `booked_by_id` is who booked it: the investor, or somebody of support for them.
    `sequence` counts what calendars must be told, `version` every change.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        UniqueConstraint("person_id", "idempotency_key"),
        CheckConstraint(
            "claimed_from <= starts_at AND starts_at < ends_at AND ends_at <= claimed_until", name="in_order"
        ),
        CheckConstraint("(status = 'cancelled') = (cancelled_by_id IS NOT NULL)", name="cancelled_by_somebody"),
        CheckConstraint("(status IN ('done', 'no-show')) = (outcome IS NOT NULL)", name="over_with_an_outcome"),
        CheckConstraint("(status = 'held') = (held_until IS NOT NULL)", name="held_until_some_time"),
        Index("ix_bookings_agent_id_starts_at", "agent_id", "starts_at"),
        Index("ix_bookings_person_id_starts_at", "person_id", "starts_at"),
        Index("ix_bookings_starts_at", "starts_at"),
        Index("ix_bookings_phone", "phone"),
    )
    audit_kind: ClassVar[str] = "booking"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    call_type_id: Mapped[int] = mapped_column(ForeignKey("call_types.id"))
    incident_reference: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    claimed_from: Mapped[datetime]
    claimed_until: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str] = mapped_column(String(40))
    help_text: Mapped[str] = mapped_column(Text)
    call_words: Mapped[str] = mapped_column(String(40))
    idempotency_key: Mapped[str] = mapped_column(String(64))
    booked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[BookingStatus] = mapped_column(default=BookingStatus.BOOKED)
    held_until: Mapped[datetime | None]
    booked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[CallOutcome | None]
    notes: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    agent: Mapped[Person] = relationship(foreign_keys=[agent_id])
    booked_by: Mapped[Person | None] = relationship(foreign_keys=[booked_by_id])
    cancelled_by: Mapped[Person | None] = relationship(foreign_keys=[cancelled_by_id])
    call_type: Mapped[CallType] = relationship()

    @property
    def slot(self) -> Slot:
        """The slot it took."""
        return Slot(self.starts_at, self.ends_at)

    @property
    def phone_end(self) -> str:
        """The last four digits of the number we call: what pages and mail show of it."""
        return self.phone[-4:]

    @property
    def cut_off_at(self) -> datetime:
        """Until when the investor may move or cancel it on its page."""
        return self.starts_at - timedelta(minutes=self.call_type.cut_off_minutes)

    def is_kept(self, at: datetime) -> bool:
        """Whether it is held and the hold has not lapsed."""
        return self.held_until is not None and at < min(self.held_until, self.starts_at)

    def is_unheard_of(self, at: datetime) -> bool:
        """Whether it began a quarter of an hour ago and nobody said what came of it."""
        return self.status is BookingStatus.BOOKED and at >= self.starts_at + OUTCOME_WITHIN

    def took_place(self, at: datetime) -> bool:
        """Whether somebody was reached by it, or it is going on now."""
        return self.status is BookingStatus.DONE or (self.is_open(at) and self.starts_at <= at)

    def is_open(self, at: datetime) -> bool:
        """Whether the call is still to come or going on."""
        return self.status is BookingStatus.BOOKED and at < self.ends_at


class ClaimScope(StrEnum):
    """Whose time a claim takes."""

    AGENT = "agent"
    PERSON = "person"


class SlotClaim(Base):
    """Five minutes of somebody's time, taken by one booking. The primary key is what makes it exclusive."""

    __tablename__ = "slot_claim"

    scope: Mapped[ClaimScope] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    quantum_at: Mapped[datetime] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
