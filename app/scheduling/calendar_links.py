"""Links that open a filled-in entry in somebody's own web calendar. Pure; times always in UTC.

Such copies never update. Each link stays under 2,000 characters by shortening the text.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import quote, urlencode

from app.scheduling.invites import Entry

LONGEST = 2_000


class Service(StrEnum):
    """A web calendar that takes an entry from a link; the value stands in our routes."""

    GOOGLE = "google"
    OUTLOOK = "outlook"
    OFFICE365 = "office365"

    @property
    def label(self) -> str:
        """The service's own name."""
        return {"google": "Google Calendar", "outlook": "Outlook.com", "office365": "Office 365"}[self]


def link_to(service: Service, entry: Entry) -> str:
    """The address that opens the entry in that calendar, under 2,000 characters."""
    write = _WRITERS[service]
    text = entry.text
    while len(link := write(entry, text)) >= LONGEST and text:
        text = text[: max(0, len(text) - 1 - (len(link) - LONGEST) // 12)]
    return link


def _google(entry: Entry, text: str) -> str:
    moments = "/".join(f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" for at in (entry.starts_at, entry.ends_at))
    return "https://calendar.google.com/calendar/render?" + _query(
        action="TEMPLATE", text=entry.title, dates=moments, details=text, location=entry.place
    )


def _microsoft(host: str) -> Callable[[Entry, str], str]:
    def write(entry: Entry, text: str) -> str:
        return f"https://{host}/calendar/0/action/compose?" + _query(
            path="/calendar/action/compose",
            rru="addevent",
            startdt=_instant(entry.starts_at),
            enddt=_instant(entry.ends_at),
            subject=entry.title,
            body=text,
            location=entry.place,
            allday="false",
        )

    return write


_WRITERS: dict[Service, Callable[[Entry, str], str]] = {
    Service.GOOGLE: _google,
    Service.OUTLOOK: _microsoft("outlook.live.com"),
    Service.OFFICE365: _microsoft("outlook.office.com"),
}


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _query(**parts: str) -> str:
    return urlencode(parts, quote_via=quote, safe="")
