"""Mail about a call from those who make it: that they run late, and that nobody answered. Facts only. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from app.notices.asked_for import SupportCall
from app.notices.composing import Contact
from app.notices.kinds import Content, Kind, Lane


@dataclass(frozen=True, kw_only=True)
class CallLate(SupportCall):
    """We are running late by about this many minutes, so the call begins later than was agreed."""

    kind: ClassVar[Kind] = Kind.CALL_LATE

    phone_end: str
    call_words: str
    minutes: int

    @property
    def expected_at(self) -> datetime:
        """When we now mean to call."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def useless_from(self) -> datetime:
        """Once we call after all."""
        return self.expected_at


@dataclass(frozen=True, kw_only=True)
class MissedCall(Content):
    """We called and nobody answered: `tries` are when, in order; `zone` is the investor's. Hours may be empty."""

    kind: ClassVar[Kind] = Kind.MISSED_CALL
    lane: ClassVar[Lane] = Lane.BOOKING

    tries: tuple[datetime, ...]
    zone: str
    phone_end: str
    contact: Contact

    @property
    def is_one_day(self) -> bool:
        """Whether all tries were on the same date in the investor's zone."""
        return len({each.astimezone(ZoneInfo(self.zone)).date() for each in self.tries}) == 1
