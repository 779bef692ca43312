"""Support calls: slots, bookings, claims and invitations."""

from app.scheduling.announcements import Desk, entry_of, invite_of
from app.scheduling.availability import WEEKDAY_NAMES, BadHours, add_hours, remove_hours, set_hours
from app.scheduling.calendar_links import Service, link_to
from app.scheduling.invites import Mailbox, describe_time, publication
from app.scheduling.models import Booking, BookingStatus, CallOutcome, CallType, ClaimScope, SlotClaim, WeeklyHours
from app.scheduling.operations import AlreadyBooked, CannotCancel, CannotRecord, SlotTaken, book, cancel, record_outcome
from app.scheduling.phones import BadPhone
from app.scheduling.queries import (
    find_open_call,
    free_slots,
    get_call,
    get_call_of,
    get_call_type,
    list_agents,
    list_calls,
    list_calls_of,
    list_weekly_hours,
    nearest_slots,
)
from app.scheduling.slots import Slot, UnknownZone, Window, get_zone, zone_names

__all__ = [
    "WEEKDAY_NAMES",
    "AlreadyBooked",
    "BadHours",
    "BadPhone",
    "Booking",
    "BookingStatus",
    "CallOutcome",
    "CallType",
    "CannotCancel",
    "CannotRecord",
    "ClaimScope",
    "Desk",
    "Mailbox",
    "Service",
    "Slot",
    "SlotClaim",
    "SlotTaken",
    "UnknownZone",
    "WeeklyHours",
    "Window",
    "add_hours",
    "book",
    "cancel",
    "describe_time",
    "entry_of",
    "find_open_call",
    "free_slots",
    "get_call",
    "get_call_of",
    "get_call_type",
    "get_zone",
    "invite_of",
    "link_to",
    "list_agents",
    "list_calls",
    "list_calls_of",
    "list_weekly_hours",
    "nearest_slots",
    "publication",
    "record_outcome",
    "remove_hours",
    "set_hours",
    "zone_names",
]
