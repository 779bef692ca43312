"""What the pages of a call show: facts only; the templates choose the words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.core.text import zone_name
from app.incidents import Incident
from app.scheduling import Booking, Slot, describe_time, get_zone
from app.web.investor.correction_page import Contact

DAYS_A_PAGE = 7
YEARS = range(2000, 2200)
"""Far from the ends of the calendar, where no sum overflows."""


@dataclass(frozen=True)
class DayOfSlots:
    """The free slots of one date of the reader's zone. `shift_minutes`: how far the clocks go forward on that day."""

    on: date
    morning: tuple[Slot, ...]
    afternoon: tuple[Slot, ...]
    shift_minutes: int

    @property
    def count(self) -> int:
        """How many slots are free."""
        return len(self.morning) + len(self.afternoon)

    @property
    def parts(self) -> Sequence[tuple[str, tuple[Slot, ...]]]:
        """Morning and afternoon, without an empty one."""
        return [(name, slots) for name, slots in (("Morning", self.morning), ("Afternoon", self.afternoon)) if slots]


@dataclass(frozen=True)
class PageOfDays:
    """Days with free slots; `earlier_on` and `later_on` are the first dates of the pages beside it, if any."""

    days: Sequence[DayOfSlots]
    earlier_on: date | None
    later_on: date | None


def page_of_days(slots: Iterable[Slot], zone: str, first_on: date) -> PageOfDays:
    """Seven days with free slots from `first_on`, in the zone."""
    by_day: dict[date, list[Slot]] = {}
    for slot in slots:
        by_day.setdefault(slot.start.astimezone(ZoneInfo(zone)).date(), []).append(slot)
    before = [day for day in by_day if day < first_on]
    ahead = [day for day in by_day if day >= first_on]
    return PageOfDays(
        days=[_day(day, by_day[day], zone) for day in ahead[:DAYS_A_PAGE]],
        earlier_on=before[-DAYS_A_PAGE:][0] if before else None,
        later_on=ahead[DAYS_A_PAGE] if len(ahead) > DAYS_A_PAGE else None,
    )


def _day(on: date, slots: Sequence[Slot], zone: str) -> DayOfSlots:
    is_morning = {slot: slot.start.astimezone(ZoneInfo(zone)).hour < 12 for slot in slots}
    midnights = [datetime(each.year, each.month, each.day, tzinfo=ZoneInfo(zone)) for each in (on, on + timedelta(1))]
    before, after = (midnight.utcoffset() or timedelta(0) for midnight in midnights)
    return DayOfSlots(
        on=on,
        morning=tuple(slot for slot in slots if is_morning[slot]),
        afternoon=tuple(slot for slot in slots if not is_morning[slot]),
        shift_minutes=(after - before) // timedelta(minutes=1),
    )


def contact_of(topic: Incident | None) -> Contact | None:
    """The person named in the incident, if the call is about one."""
    if topic is None:
        return None
    hours = f"{topic.contact_hours} {zone_name(topic.zone)}"
    return Contact(name=topic.contact_name, phone=topic.contact_phone, hours=hours)


def describe_call(booking: Booking) -> list[str]:
    """When it is: in the zone the investor chose, then in the agent's where that differs."""
    zones = dict.fromkeys((booking.zone, booking.agent.time_zone))
    return [describe_time(booking.starts_at, booking.ends_at, zone) for zone in zones]


def can_change(booking: Booking, at: datetime) -> bool:
    """Whether the investor may still move or cancel it here."""
    return booking.is_open(at) and at <= booking.cut_off_at


def describe_slots(slots: Iterable[Slot], zone: str) -> list[tuple[str, str]]:
    """(value of the field, words) of some slots."""
    return [(slot_value(slot), describe_time(slot.start, slot.end, zone)) for slot in slots]


def slot_value(slot: Slot) -> str:
    """A slot in a form or an address: its start, as in `2027-03-16T17:00:00Z`."""
    return slot.start.isoformat().replace("+00:00", "Z")


def read_slot_value(text: str) -> datetime | None:
    """The start that `slot_value` wrote, or None for anything else."""
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        return None
    return start.astimezone(UTC) if start.tzinfo is not None and start.year in YEARS else None


def read_date(text: str, default: date) -> date:
    """A date in an address, or the default."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return default


def today_in(zone: str, at: datetime) -> date:
    """The date in a zone. Raises UnknownZone."""
    return at.astimezone(get_zone(zone)).date()
