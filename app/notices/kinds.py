"""The kinds of message, the order in which they leave, and what all their contents share. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """What a message is for; also the folder of its templates."""

    FIRST = "first"
    UPDATE = "update"
    CORRECTION = "correction"
    ALL_CLEAR = "all-clear"
    REMINDER = "reminder"
    ADDRESS_CHANGED = "address-changed"
    ACCESS_CHANGED = "access-changed"
    SIGN_IN = "sign-in"
    CONFIRM = "confirm"
    NAMED = "named"
    ANSWER_GIVEN = "answer-given"
    REPLIED = "replied"
    BOOKING_CONFIRMED = "booking-confirmed"
    BOOKING_MOVED = "booking-moved"
    BOOKING_CANCELLED = "booking-cancelled"
    CALL_REMINDER = "call-reminder"
    CALL_LATE = "call-late"
    MISSED_CALL = "missed-call"
    PROBE = "probe"
    CHECKPOINT = "checkpoint"


class Lane(StrEnum):
    """Which messages go before which, in this order: somebody is waiting for the first two."""

    SIGN_IN = "sign-in"
    BOOKING = "booking"
    NOTICE = "notice"


@dataclass(frozen=True, kw_only=True)
class Content:
    """The facts of one message. `reference` is the incident's, "" where there is none."""

    kind: ClassVar[Kind]
    lane: ClassVar[Lane]

    reference: str = ""

    @property
    def useless_from(self) -> datetime | None:
        """From when nobody needs it any more, so that it is not sent; None: it stays of use."""
        return None
