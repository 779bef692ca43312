"""What a booking tells the investor's calendar, and the mail that carries it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from app import notices
from app.scheduling import invites
from app.scheduling.invites import Entry, Invite, Mailbox
from app.scheduling.models import Booking

LEADS_A_VERSION = 10_000
"""More than the minutes of any lead, so that each version has numbers of its own."""


@dataclass(frozen=True)
class Desk:
    """The support desk as investors know it; `phone` is the number in their agreement, `base_url` the portal's."""

    brand: str
    mailbox: Mailbox
    phone: str
    base_url: str


def page_of(booking: Booking) -> str:
    """The path of the investor's page of a booking."""
    return f"/calls/{booking.id}"


def entry_of(booking: Booking, desk: Desk) -> Entry:
    """The calendar entry: both zones where they differ, and no call words, since others may read the calendar."""
    zones = dict.fromkeys((booking.zone, booking.agent.time_zone))
    lines = [
        f"We will call you at the number ending {booking.phone_end}.",
        *(invites.describe_time(booking.starts_at, booking.ends_at, zone) for zone in zones),
        f"See, move or cancel the call: {desk.base_url}{page_of(booking)}",
        "Your page shows two words that we will say. If a caller cannot say them, hang up.",
    ]
    return Entry(
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        title=f"Support call with {desk.brand}",
        text="\n".join(lines),
        place=f"Phone: we call the number ending {booking.phone_end}",
    )


def invite_of(booking: Booking, desk: Desk) -> Invite:
    """The booking's entry as it stands now, for the investor."""
    host = urlsplit(desk.base_url).hostname or "localhost"
    return Invite(
        entry=entry_of(booking, desk),
        uid=f"{booking.pseudonym}@{host}",
        sequence=booking.sequence,
        stamped_at=booking.changed_at,
        organizer=desk.mailbox,
        attendee=Mailbox(booking.person.full_name, booking.person.email),
    )


def announce_booked(booking: Booking, *, desk: Desk, at: datetime) -> None:
    """Queue the mail that confirms a booking."""
    content = notices.BookingConfirmed(invite=invites.request(invite_of(booking, desk)), **_to_come(booking))
    _queue(content, booking, booking.sequence, at)


def announce_moved(booking: Booking, *, was_at: datetime, desk: Desk, at: datetime) -> None:
    """Queue the mail that tells of a call's new time."""
    invite = invites.request(invite_of(booking, desk))
    content = notices.BookingMoved(invite=invite, was_at=was_at, **_to_come(booking))
    _queue(content, booking, booking.sequence, at)


def announce_reminder(booking: Booking, *, lead_minutes: int, at: datetime) -> None:
    """Queue a reminder of the call as it stands, once for its version and lead."""
    content = notices.CallReminder(**_to_come(booking))
    _queue(content, booking, booking.sequence * LEADS_A_VERSION + lead_minutes, at)


def announce_late(booking: Booking, *, minutes: int, note_id: int, at: datetime) -> None:
    """Queue word that the call begins later; one for each time that the agent says so."""
    facts = _to_come(booking)
    del facts["cut_off_at"]
    _queue(notices.CallLate(minutes=minutes, **facts), booking, note_id, at)


def announce_cancelled(booking: Booking, *, desk: Desk, at: datetime) -> None:
    """Queue the mail that takes a booking out of the calendar."""
    is_by_us = booking.cancelled_by_id != booking.person_id
    content = notices.BookingCancelled(
        invite=invites.cancellation(invite_of(booking, desk)),
        is_by_us=is_by_us,
        reason=booking.cancel_reason or None if is_by_us else None,
        **_call(booking),
    )
    _queue(content, booking, booking.sequence, at)


def _call(booking: Booking) -> dict[str, Any]:
    """What every mail about a call says of it."""
    return {
        "reference": booking.incident_reference,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "zone": booking.zone,
        "other_zone": booking.agent.time_zone,
        "agent_name": booking.agent.full_name,
        "page": page_of(booking),
    }


def _to_come(booking: Booking) -> dict[str, Any]:
    """What mail about a call still to come says beside that."""
    return _call(booking) | {
        "phone_end": booking.phone_end,
        "call_words": booking.call_words,
        "cut_off_at": booking.cut_off_at,
    }


def _queue(content: notices.Content, booking: Booking, version: int, at: datetime) -> None:
    notices.queue(content=content, person=booking.person, subject_key=booking.pseudonym, version=version, at=at)
