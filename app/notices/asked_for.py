"""Mail that somebody asked for: a sign-in link, a booked call. Facts only, as in `composing`. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from app.core.text import plural, zone_offset
from app.identity import AskedBy
from app.notices.kinds import Content, Kind, Lane


class Method(StrEnum):
    """What an invite asks the reader's calendar to do (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, kw_only=True)
class SignIn(Content):
    """The link that somebody asked for at `/sign-in`, or a new one for a notice, and how many minutes it works."""

    kind: ClassVar[Kind] = Kind.SIGN_IN
    lane: ClassVar[Lane] = Lane.SIGN_IN

    minutes: int

    @property
    def life_in_words(self) -> str:
        """`10 minutes`, `3 hours` or `30 days`, never more than is true."""
        for length, unit in ((24 * 60, "day"), (60, "hour")):
            if self.minutes >= 2 * length:
                return plural(self.minutes // length, unit)
        return plural(self.minutes, "minute")


@dataclass(frozen=True, kw_only=True)
class Confirm(Content):
    """The code that somebody who is signed in asked for, to confirm what they are about to do, and its minutes."""

    kind: ClassVar[Kind] = Kind.CONFIRM
    lane: ClassVar[Lane] = Lane.SIGN_IN

    minutes: int


@dataclass(frozen=True, kw_only=True)
class Named(Content):
    """To somebody whom the owner of an account has named; `answers` is whether they may act for it too."""

    kind: ClassVar[Kind] = Kind.NAMED
    lane: ClassVar[Lane] = Lane.BOOKING

    account: str
    named_by: str
    answers: bool
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class AddressChanged(Content):
    """To the old address: from now on we write to another, of which only `new_masked` is told.

    `asked_by` is how we were asked. `pays_from`: until that day nothing is paid to the reader, so that they can object.
    """

    kind: ClassVar[Kind] = Kind.ADDRESS_CHANGED
    lane: ClassVar[Lane] = Lane.SIGN_IN

    changed_on: date
    asked_by: AskedBy
    new_masked: str
    pays_from: date


@dataclass(frozen=True, kw_only=True)
class Probe(Content):
    """An operator tries whether mail leaves."""

    kind: ClassVar[Kind] = Kind.PROBE
    lane: ClassVar[Lane] = Lane.SIGN_IN


@dataclass(frozen=True, kw_only=True)
class SupportCall(Content):
    """A support call: `zone` is the investor's, `other_zone` the agent's; `page` is the path of its page here."""

    lane: ClassVar[Lane] = Lane.BOOKING

    starts_at: datetime
    ends_at: datetime
    zone: str
    other_zone: str
    agent_name: str
    page: str

    @property
    def day(self) -> date:
        """The date of the call in the investor's zone."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def other_day(self) -> date:
        """The date of the call in the agent's zone."""
        return self.starts_at.astimezone(ZoneInfo(self.other_zone)).date()

    @property
    def offset(self) -> str:
        """The investor's zone as `UTC−05:00` at that moment."""
        return zone_offset(self.zone, self.starts_at)

    @property
    def other_offset(self) -> str:
        """The agent's zone as `UTC−05:00` at that moment."""
        return zone_offset(self.other_zone, self.starts_at)


@dataclass(frozen=True, kw_only=True)
class Booking(SupportCall):
    """A change that the reader's calendar is told of; `invite` is the iCalendar text."""

    method: ClassVar[Method]

    invite: str


@dataclass(frozen=True, kw_only=True)
class CallToCome(SupportCall):
    """What the reader needs for a call still to come.

    `phone_end` are the last four digits of the number we call; `cut_off_at` is until when it can be moved or cancelled
    on its page.
    """

    phone_end: str
    call_words: str
    cut_off_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(CallToCome, Booking):
    """A call is booked."""

    kind: ClassVar[Kind] = Kind.BOOKING_CONFIRMED
    method: ClassVar[Method] = Method.REQUEST


@dataclass(frozen=True, kw_only=True)
class BookingMoved(CallToCome, Booking):
    """A call has a new time; it was at `was_at`."""

    kind: ClassVar[Kind] = Kind.BOOKING_MOVED
    method: ClassVar[Method] = Method.REQUEST

    was_at: datetime


@dataclass(frozen=True, kw_only=True)
class CallReminder(CallToCome):
    """A call comes soon. Nothing changed, so calendars are told nothing."""

    kind: ClassVar[Kind] = Kind.CALL_REMINDER

    @property
    def useless_from(self) -> datetime:
        """Once the call begins."""
        return self.starts_at


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(Booking):
    """A call is off: cancelled by the reader, or by us with a reason."""

    kind: ClassVar[Kind] = Kind.BOOKING_CANCELLED
    method: ClassVar[Method] = Method.CANCEL

    is_by_us: bool
    reason: str | None = None
