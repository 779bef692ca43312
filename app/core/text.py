"""Dates, times, fractions and lists as the reader sees them. Pure; mail and pages share them."""

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from babel.dates import format_date as babel_date
from babel.dates import format_time as babel_time
from babel.dates import get_timezone_location, get_timezone_name


@lru_cache(maxsize=1024)
def format_date(day: date) -> str:
    """`December 4, 2026`."""
    return babel_date(day, "MMMM d, y", locale="en_US")


def format_weekday(day: date) -> str:
    """`Thursday, December 3, 2026`."""
    return babel_date(day, "EEEE, MMMM d, y", locale="en_US")


def format_time(at: datetime, zone: str) -> str:
    """`2:30 pm` in the zone."""
    return babel_time(at.astimezone(ZoneInfo(zone)), "h:mm a", locale="en_US").lower()


def format_datetime(at: datetime, zone: str) -> str:
    """`December 3, 2026, 2:30 pm, New York time`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{format_date(local.date())}, {format_time(at, zone)}, {zone_name(zone)}"


@cache
def zone_names() -> frozenset[str]:
    """Every time zone of the IANA database; read once, since finding them walks the disk."""
    return frozenset(available_timezones() - {"localtime"})


def zone_name(zone: str) -> str:
    """`New York time`; `UTC` for UTC."""
    if zone == "UTC":
        return "UTC"
    city = get_timezone_location(ZoneInfo(zone), locale="en_US", return_city=True)
    return f"{city or get_timezone_name(ZoneInfo(zone), locale='en_US')} time"


def zone_offset(zone: str, at: datetime) -> str:
    """`UTC+05:30`: the offset of the zone at that moment."""
    minutes = int((at.astimezone(ZoneInfo(zone)).utcoffset() or at - at).total_seconds()) // 60
    sign = "+" if minutes >= 0 else "\u2212"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def format_phone(number: str) -> str:
    """`+1 212-555-0100` for the E.164 number `+12125550100`."""
    parsed = phonenumbers.parse(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def mask_email(address: str) -> str:
    """`a•••@example.com`: enough to know one's own address by, and no more."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}•••@{domain}"


def join_words(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 deal`, `2 deals`, `1,200 deals`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def format_percent(share: Fraction, digits: int = 2) -> str:
    """`14.87%`, rounded half up from the exact fraction."""
    scaled = int(share * 100 * 10**digits + Fraction(1, 2))
    whole, rest = divmod(scaled, 10**digits)
    return f"{whole}.{rest:0{digits}d}%"


def plain_fraction(value: Fraction) -> str:
    """A decimal when exact, else `p/q`: for files and programs."""
    shrunk = value.denominator
    places = 0
    for prime in (2, 5):
        count = 0
        while shrunk % prime == 0:
            shrunk //= prime
            count += 1
        places = max(places, count)
    if shrunk != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
