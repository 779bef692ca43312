"""What support keeps of its work on calls: each try to reach somebody, and the private feeds of its calendars."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity import Person
from app.scheduling.models import Booking, CallOutcome


class CallTry(Base):
    """One time that somebody was called for a booking, and what came of it. The booking shows the last."""

    __tablename__ = "call_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    outcome: Mapped[CallOutcome]
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()
    booking: Mapped[Booking] = relationship()


class CalendarFeed(Pseudonymous, Base):
    """An address at which an agent's calls can be read without signing in. Only the hash of its secret is kept."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        Index(
            "uq_calendar_feeds_open",
            "agent_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    audit_kind: ClassVar[str] = "calendar-feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    agent: Mapped[Person] = relationship()
