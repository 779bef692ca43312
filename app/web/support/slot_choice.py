"""The times that support may offer to somebody on the phone: the very ones that the investor could book."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import request

from app import scheduling
from app.core import clock
from app.identity import Person
from app.scheduling import Booking, CallType
from app.scheduling.offers import list_offers
from app.web.investor.call_pages import PageOfDays, page_of_days, read_date, read_slot_value, slot_value, today_in


@dataclass(frozen=True)
class SlotChoice:
    """A page of free days in the investor's zone; `chosen` is the value of the time that was picked before."""

    zone: str
    page: PageOfDays
    chosen: str

    @staticmethod
    def value_of(slot: scheduling.Slot) -> str:
        """As the field carries it."""
        return slot_value(slot)


def choice_for(person: Person, call_type: CallType, zone: str, moving: Booking | None = None) -> SlotChoice:
    """What is free for the person at this moment, from the date in the address. Raises UnknownZone."""
    now, zone = clock.now(), scheduling.get_zone(zone).key
    until = now + timedelta(days=call_type.horizon_days + 1)
    offers = list_offers(person=person, call_type=call_type, since=now, until=until, at=now, moving=moving)
    first_on = read_date(request.args.get("from", ""), today_in(zone, now))
    page = page_of_days([offer.slot for offer in offers], zone, first_on)
    return SlotChoice(zone=zone, page=page, chosen=request.form.get("start", ""))


def picked(value: str | None) -> datetime | None:
    """The start that was picked, or None for anything that is none."""
    return read_slot_value(value or "")
