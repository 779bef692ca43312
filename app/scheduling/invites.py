"""Calendar objects of a booking: iTIP REQUEST and CANCEL for mail, PUBLISH for downloads (RFC 5545, 5546). Pure.

Times are written in UTC without a VTIMEZONE; the text names the zones. Line ends, folding and escaping are icalendar's.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from icalendar import CLASS, STATUS, TRANSP, Calendar, Event, vCalAddress

from app.core.text import format_time, format_weekday, zone_name, zone_offset

PRODUCT = "-//Makewhole//Support calls//EN"


class Method(StrEnum):
    """What the object asks of a calendar; the MIME part that carries it names the same."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


@dataclass(frozen=True)
class Mailbox:
    """A name and an address."""

    name: str
    email: str


@dataclass(frozen=True)
class Entry:
    """What a calendar shows. It stands in calendars that others may read: no amount, no deal, no secret."""

    starts_at: datetime
    ends_at: datetime
    title: str
    text: str
    place: str


@dataclass(frozen=True)
class Invite:
    """One version of one booking's entry: `uid` stays for life, `sequence` rises with each change."""

    entry: Entry
    uid: str
    sequence: int
    stamped_at: datetime
    organizer: Mailbox
    attendee: Mailbox


def request(invite: Invite) -> str:
    """The object that puts a new or changed booking into the attendee's calendar."""
    event = _event(invite)
    event.status = STATUS.CONFIRMED
    _invite(event, invite)
    return _calendar(Method.REQUEST, event)


def cancellation(invite: Invite) -> str:
    """The object that takes the booking out again."""
    event = _event(invite)
    event.status = STATUS.CANCELLED
    _invite(event, invite)
    return _calendar(Method.CANCEL, event)


def publication(invite: Invite) -> str:
    """A copy for a calendar that nobody was invited to: no attendee, and it never updates by itself."""
    event = _event(invite)
    event.status = STATUS.CONFIRMED
    event.organizer = vCalAddress.new(invite.organizer.email, cn=_name(invite.organizer.name))
    return _calendar(Method.PUBLISH, event)


def describe_time(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """`Thursday, December 3, 2026, 2:30 pm to 3:00 pm, New York time (UTC−05:00)`."""
    day = format_weekday(starts_at.astimezone(ZoneInfo(zone)).date())
    hours = f"{format_time(starts_at, zone)} to {format_time(ends_at, zone)}"
    return f"{day}, {hours}, {zone_name(zone)} ({zone_offset(zone, starts_at)})"


def _event(invite: Invite) -> Event:
    return Event.new(
        uid=invite.uid,
        sequence=invite.sequence,
        stamp=invite.stamped_at,
        start=invite.entry.starts_at,
        end=invite.entry.ends_at,
        summary=_line(invite.entry.title),
        description="\n".join(_line(line) for line in invite.entry.text.splitlines()),
        location=_line(invite.entry.place),
        classification=CLASS.PRIVATE,
        transparency=TRANSP.OPAQUE,
    )


def _invite(event: Event, invite: Invite) -> None:
    """The attendee booked it: they have accepted, and no answer is wanted."""
    event.organizer = vCalAddress.new(invite.organizer.email, cn=_name(invite.organizer.name))
    event.attendees = [
        vCalAddress.new(
            invite.attendee.email,
            cn=_name(invite.attendee.name),
            cutype="INDIVIDUAL",
            role="REQ-PARTICIPANT",
            partstat="ACCEPTED",
            rsvp=False,
        )
    ]


def _calendar(method: Method, event: Event) -> str:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode()


def _line(text: str) -> str:
    """One line without control characters, which RFC 5545 has no way to write."""
    shown = " ".join(text.splitlines()).replace("\ufeff", "")  # a byte order mark in a text is lost on its readers
    return "".join(each for each in shown if unicodedata.category(each) != "Cc")


def _name(text: str) -> str:
    """A name for a parameter, where many readers know no escape for a double quote or a caret."""
    return _line(text).replace('"', "'").replace("^", "'")
