"""The times an investor may choose, by day, and the one they picked."""

from datetime import datetime, timedelta

from flask import abort, request

from app import scheduling
from app.core import clock
from app.scheduling import Booking, CallType
from app.web.access import signed_in
from app.web.investor import call_pages
from app.web.investor.call_pages import PageOfDays


def page_of_times(call_type: CallType, zone: str, moving: Booking | None = None) -> PageOfDays:
    """Seven days with free slots from the date in the address (`from`), or from today."""
    now = clock.now()
    today = call_pages.today_in(zone, now)
    slots = scheduling.free_slots(
        person=signed_in(),
        call_type=call_type,
        zone=zone,
        from_on=today,
        to_on=today + timedelta(days=call_type.horizon_days + 1),
        at=now,
        moving=moving,
    )
    return call_pages.page_of_days(slots, zone, call_pages.read_date(request.args.get("from", ""), today))


def picked_start(text: str | None) -> datetime:
    """The start of the slot in a form. 400 for what is none."""
    return call_pages.read_slot_value(text or "") or abort(400, "Choose one of the times on the page.")
