"""An agent's calls as a calendar that is subscribed to: PUBLISH, no attendee, no name (RFC 5545, 7986). Pure.

The same calls give the same bytes. It is read by calendar services we know nothing of, so it says when and not whom.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import CLASS, STATUS, TRANSP, Calendar, Event

from app.scheduling.invites import PRODUCT, Method

REFRESH = timedelta(minutes=15)


@dataclass(frozen=True)
class FeedCall:
    """One call: `page` is its address for staff, `changed_at` when it last changed."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool
    page: str


def write_feed(calls: Iterable[FeedCall], *, title: str) -> str:
    """The calendar as text."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", Method.PUBLISH.value)
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for call in calls:
        calendar.add_component(_event(call, title))
    written: bytes = calendar.to_ical()
    return written.decode()


def _event(call: FeedCall, title: str) -> Event:
    event = Event.new(
        uid=call.uid,
        sequence=call.sequence,
        stamp=call.changed_at,
        start=call.starts_at,
        end=call.ends_at,
        summary=title,
        description=f"Whom to call, and what about: {call.page}",
        url=call.page,
        classification=CLASS.PRIVATE,
        transparency=TRANSP.TRANSPARENT if call.is_cancelled else TRANSP.OPAQUE,
    )
    event.status = STATUS.CANCELLED if call.is_cancelled else STATUS.CONFIRMED
    return event
