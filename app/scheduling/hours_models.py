"""When agents take calls: weekly hours, dated overrides, and the calendars that say when they are busy."""

from datetime import date, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base
from app.identity import Person
from app.scheduling.slots import Window


class WeeklyHours(Base):
    """A window in which an agent takes calls, in the agent's own zone. Monday is 0; minutes since midnight."""

    __tablename__ = "weekly_hours"
    __table_args__ = (
        UniqueConstraint("person_id", "weekday", "start_minute"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("start_minute >= 0 AND start_minute < end_minute AND end_minute <= 1440", name="within_a_day"),
        CheckConstraint("start_minute % 5 = 0 AND end_minute % 5 = 0", name="in_fives"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    weekday: Mapped[int]
    start_minute: Mapped[int]
    end_minute: Mapped[int]

    @property
    def window(self) -> Window:
        """As the slot engine takes it."""
        return Window(self.start_minute, self.end_minute)


class OverrideSource(StrEnum):
    """Who said so. What the agent typed counts before a holiday of an imported file."""

    AGENT = "agent"
    HOLIDAY = "holiday"


class HoursOverride(Base):
    """One date on which an agent's weekly hours are replaced by `windows`; without any it is a day off."""

    __tablename__ = "hours_overrides"
    __table_args__ = (UniqueConstraint("person_id", "on_date", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    on_date: Mapped[date]
    source: Mapped[OverrideSource]
    note: Mapped[str] = mapped_column(String(200))

    windows: Mapped[list["OverrideWindow"]] = relationship(
        order_by="OverrideWindow.start_minute", cascade="all, delete-orphan"
    )


class OverrideWindow(Base):
    """Opening hours of one overridden date, in minutes since midnight of the agent's zone."""

    __tablename__ = "override_windows"
    __table_args__ = (
        CheckConstraint("start_minute >= 0 AND start_minute < end_minute AND end_minute <= 1440", name="within_a_day"),
        CheckConstraint("start_minute % 5 = 0 AND end_minute % 5 = 0", name="in_fives"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    override_id: Mapped[int] = mapped_column(ForeignKey("hours_overrides.id"), index=True)
    start_minute: Mapped[int]
    end_minute: Mapped[int]

    @property
    def window(self) -> Window:
        """As the slot engine takes it."""
        return Window(self.start_minute, self.end_minute)


class BusyCalendar(Base):
    """An ICS address that says when an agent is busy. Only the worker fetches it, next at `due_at`.

    `times` are of the last good copy, fetched at `fetched_at`; `problem` says why a later try failed, "" where it did
    not. What the appointments are about is not kept.
    """

    __tablename__ = "busy_calendars"
    __table_args__ = (UniqueConstraint("person_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    address: Mapped[str] = mapped_column(String(2000))
    due_at: Mapped[datetime] = mapped_column(index=True)
    tried_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person] = relationship()

    @property
    def host(self) -> str:
        """What pages and the log show of the address, which is a secret."""
        return urlsplit(self.address).hostname or ""


class BusyTime(Base):
    """A stretch in which an imported calendar says that its agent is busy."""

    __tablename__ = "busy_times"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        Index("ix_busy_times_calendar_id_starts_at", "calendar_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("busy_calendars.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
