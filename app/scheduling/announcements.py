"""What a booking tells the investor's calendar, and the mail that carries it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from app import notices
from app.scheduling import invites
from app.scheduling.invites import Entry, Invite, Mailbox
from app.scheduling.models import Booking


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
        f"See or cancel the call: {desk.base_url}{page_of(booking)}",
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
    content = notices.BookingConfirmed(
        reference=booking.incident_reference,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        zone=booking.zone,
        other_zone=booking.agent.time_zone,
        agent_name=booking.agent.full_name,
        invite=invites.request(invite_of(booking, desk)),
        page=page_of(booking),
        phone_end=booking.phone_end,
        call_words=booking.call_words,
        cut_off_at=booking.cut_off_at,
    )
    _queue(content, booking, at)


def announce_cancelled(booking: Booking, *, desk: Desk, at: datetime) -> None:
    """Queue the mail that takes a booking out of the calendar."""
    is_by_us = booking.cancelled_by_id != booking.person_id
    content = notices.BookingCancelled(
        reference=booking.incident_reference,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        zone=booking.zone,
        other_zone=booking.agent.time_zone,
        agent_name=booking.agent.full_name,
        invite=invites.cancellation(invite_of(booking, desk)),
        page=page_of(booking),
        is_by_us=is_by_us,
        reason=booking.cancel_reason or None if is_by_us else None,
    )
    _queue(content, booking, at)


def _queue(content: notices.Content, booking: Booking, at: datetime) -> None:
    notices.queue(
        content=content, person=booking.person, subject_key=booking.pseudonym, version=booking.sequence, at=at
    )
