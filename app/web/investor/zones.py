"""The time zones an investor is offered: one city for each that many people live in, from west to east."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.core.text import zone_name, zone_offset

CITIES = (
    "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Vancouver", "America/Tijuana",
    "America/Denver", "America/Phoenix", "America/Chicago", "America/Mexico_City", "America/Winnipeg",
    "America/Costa_Rica", "America/New_York", "America/Toronto", "America/Bogota", "America/Lima", "America/Panama",
    "America/Halifax", "America/Puerto_Rico", "America/Caracas", "America/Santiago", "America/St_Johns",
    "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "America/Montevideo", "Atlantic/Azores",
    "Atlantic/Reykjavik", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Africa/Casablanca", "Africa/Accra",
    "Africa/Lagos", "Africa/Algiers", "Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/Rome",
    "Europe/Amsterdam", "Europe/Brussels", "Europe/Zurich", "Europe/Vienna", "Europe/Prague", "Europe/Warsaw",
    "Europe/Stockholm", "Europe/Oslo", "Europe/Copenhagen", "Europe/Athens", "Europe/Helsinki", "Europe/Bucharest",
    "Europe/Kyiv", "Africa/Cairo", "Africa/Johannesburg", "Asia/Jerusalem", "Asia/Beirut", "Europe/Istanbul",
    "Europe/Moscow", "Africa/Nairobi", "Asia/Riyadh", "Asia/Baghdad", "Asia/Tehran", "Asia/Dubai", "Asia/Tbilisi",
    "Asia/Kabul", "Asia/Karachi", "Asia/Tashkent", "Asia/Kolkata", "Asia/Colombo", "Asia/Kathmandu", "Asia/Dhaka",
    "Asia/Yangon", "Asia/Bangkok", "Asia/Jakarta", "Asia/Ho_Chi_Minh", "Asia/Shanghai", "Asia/Hong_Kong",
    "Asia/Singapore", "Asia/Kuala_Lumpur", "Asia/Taipei", "Asia/Manila", "Australia/Perth", "Asia/Tokyo",
    "Asia/Seoul", "Australia/Adelaide", "Australia/Darwin", "Australia/Sydney", "Australia/Melbourne",
    "Australia/Brisbane", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Fiji", "Pacific/Chatham",
    "Pacific/Apia", "UTC",
)  # fmt: skip


def zone_choices(chosen: str, at: datetime) -> list[tuple[str, str]]:
    """(zone, `New York time (UTC−05:00)`) from west to east; `chosen` is always among them."""
    names = {*CITIES, chosen}
    ordered = sorted(names, key=lambda name: (at.astimezone(ZoneInfo(name)).utcoffset() or timedelta(0), name))
    return [(name, f"{zone_name(name)} ({zone_offset(name, at)})") for name in ordered]
