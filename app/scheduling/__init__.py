"""Support calls: slots, bookings, claims and invitations."""

from app.scheduling.announcements import Desk, entry_of, invite_of
from app.scheduling.availability import (
    WEEKDAY_NAMES,
    BadHours,
    add_hours,
    remove_hours,
    remove_override,
    set_hours,
    set_override,
)
from app.scheduling.calendar_links import Service, link_to
from app.scheduling.care import (
    AlreadyClosed,
    BadDelay,
    ask_for_call,
    close_call_request,
    find_call_request,
    find_late_note,
    get_call_request,
    list_call_requests,
    say_late,
)
from app.scheduling.care_models import CallReminder, CallRequest, LateNote, RequestState
from app.scheduling.changing import CannotCancel, CannotMove, CannotRecord, cancel, move, record_outcome
from app.scheduling.hours_models import (
    BusyCalendar,
    BusyTime,
    HoursOverride,
    OverrideSource,
    OverrideWindow,
    WeeklyHours,
)
from app.scheduling.invites import Mailbox, describe_time, publication
from app.scheduling.models import Booking, BookingStatus, CallOutcome, CallType, ClaimScope, SlotClaim
from app.scheduling.offers import free_slots, list_agents, nearest_slots
from app.scheduling.operations import HOLD, AlreadyBooked, CannotConfirm, SlotTaken, book, confirm, hold
from app.scheduling.phones import BadPhone
from app.scheduling.queries import (
    find_open_call,
    get_call,
    get_call_of,
    get_call_type,
    list_call_types,
    list_calls,
    list_calls_of,
)
from app.scheduling.reminders import queue_due as queue_due_reminders
from app.scheduling.rosters import list_overrides, list_weekly_hours
from app.scheduling.slots import Slot, UnknownZone, Window, get_zone, zone_names

__all__ = [
    "HOLD",
    "WEEKDAY_NAMES",
    "AlreadyBooked",
    "AlreadyClosed",
    "BadDelay",
    "BadHours",
    "BadPhone",
    "Booking",
    "BookingStatus",
    "BusyCalendar",
    "BusyTime",
    "CallOutcome",
    "CallReminder",
    "CallRequest",
    "CallType",
    "CannotCancel",
    "CannotConfirm",
    "CannotMove",
    "CannotRecord",
    "ClaimScope",
    "Desk",
    "HoursOverride",
    "LateNote",
    "Mailbox",
    "OverrideSource",
    "OverrideWindow",
    "RequestState",
    "Service",
    "Slot",
    "SlotClaim",
    "SlotTaken",
    "UnknownZone",
    "WeeklyHours",
    "Window",
    "add_hours",
    "ask_for_call",
    "book",
    "cancel",
    "close_call_request",
    "confirm",
    "describe_time",
    "entry_of",
    "find_call_request",
    "find_late_note",
    "find_open_call",
    "free_slots",
    "get_call",
    "get_call_of",
    "get_call_request",
    "get_call_type",
    "get_zone",
    "hold",
    "invite_of",
    "link_to",
    "list_agents",
    "list_call_requests",
    "list_call_types",
    "list_calls",
    "list_calls_of",
    "list_overrides",
    "list_weekly_hours",
    "move",
    "nearest_slots",
    "publication",
    "queue_due_reminders",
    "record_outcome",
    "remove_hours",
    "remove_override",
    "say_late",
    "set_hours",
    "set_override",
    "zone_names",
]
