"""What each kind of message says: its facts, frozen when it is queued. Pure.

Templates under `templates/email/<kind>` choose the words. A fact that is None was not recorded, and its sentence is
left out. Amounts are whole minor units of the `currency` beside them. Nothing here holds a link, a code or a name of
the reader: delivery adds those. `account_name` is None where the reader has only one account.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar


class Kind(StrEnum):
    """What a message is for; also the folder of its templates."""

    FIRST = "first"
    CORRECTION = "correction"
    ALL_CLEAR = "all-clear"
    SIGN_IN = "sign-in"
    BOOKING_CONFIRMED = "booking-confirmed"
    BOOKING_CANCELLED = "booking-cancelled"


class Lane(StrEnum):
    """Which messages go before which, in this order: somebody is waiting for the first two."""

    SIGN_IN = "sign-in"
    BOOKING = "booking"
    NOTICE = "notice"


class Method(StrEnum):
    """What an invite asks the reader's calendar to do (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, kw_only=True)
class Content:
    """The facts of one message. `reference` is the incident's, "" where there is none."""

    kind: ClassVar[Kind]
    lane: ClassVar[Lane]

    reference: str = ""


@dataclass(frozen=True)
class Contact:
    """Whom to call: `hours` in words with the zone, as in "weekdays 9 am to 5 pm New York time"."""

    name: str
    phone: str
    hours: str


@dataclass(frozen=True)
class EnteredDeal:
    """A deal of the incident for which the reader signed a request."""

    deal_name: str
    signed_on: date
    account_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Notice(Content):
    """What every notice of an incident carries.

    `record_mark` is `audit.record_mark()`. A copy goes to somebody who only sees the accounts it lists.
    """

    lane: ClassVar[Lane] = Lane.NOTICE

    contact: Contact
    record_mark: str | None = None
    is_copy: bool = False


@dataclass(frozen=True, kw_only=True)
class FirstNotice(Notice):
    """We made a mistake; figures follow by `promised_on`. `stopped_on` only with evidence of containment."""

    kind: ClassVar[Kind] = Kind.FIRST

    deals: tuple[EnteredDeal, ...]
    stopped_on: date | None
    has_run: bool
    promised_on: date


@dataclass(frozen=True)
class Coverage:
    """How many of the other deals that the faulty rule was used for have been checked."""

    checked: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Refund:
    """An allocation that was too large. `rates` are the yearly rates in order (8/100), `share_*` parts of the deal."""

    deal_name: str
    account_name: str | None = None
    currency: str = "USD"
    recorded_cents: int
    correct_cents: int
    requested_cents: int
    signed_on: date
    clause: str
    interest_cents: int
    interest_rates: tuple[Fraction, ...] = ()
    interest_days: int | None = None
    share_before: Fraction | None = None
    share_after: Fraction | None = None
    has_mark: bool = False

    @property
    def principal_cents(self) -> int:
        """What was paid above the correct allocation."""
        return self.recorded_cents - self.correct_cents

    @property
    def total_cents(self) -> int:
        """What is paid back: principal and interest."""
        return self.principal_cents + self.interest_cents

    @property
    def is_above_request(self) -> bool:
        """Whether the reader was given more than they had asked for."""
        return self.recorded_cents > self.requested_cents


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An allocation that was too small. `obliged_by` is the clause that asks the reader to take the rest, if any."""

    deal_name: str
    account_name: str | None = None
    currency: str = "USD"
    recorded_cents: int
    correct_cents: int
    obliged_by: str | None = None

    @property
    def missing_cents(self) -> int:
        """What the reader may still take, at the original price."""
        return self.correct_cents - self.recorded_cents


@dataclass(frozen=True, kw_only=True)
class Unchanged:
    """An allocation that was checked and was right."""

    deal_name: str
    account_name: str | None = None
    currency: str = "USD"
    correct_cents: int


@dataclass(frozen=True, kw_only=True)
class Correction(Notice):
    """The reader's corrected figures in every deal of one proposal: refunds, offers, or both.

    `look_by`: until when a doubt is looked at before money moves. `pay_by`: when refunds are sent. `due_by`: until
    when an offer can be taken; `remind_on`: when we ask again. `is_bridged`: a refund waits for nobody else's answer.
    `years_to_find` only for old deals. There is at least one refund or offer.
    """

    kind: ClassVar[Kind] = Kind.CORRECTION

    refunds: tuple[Refund, ...] = ()
    offers: tuple[Offer, ...] = ()
    unchanged: tuple[Unchanged, ...] = ()
    look_by: date
    pay_by: date | None = None
    due_by: date | None = None
    remind_on: date | None = None
    is_bridged: bool = False
    fixed_on: date | None = None
    coverage: Coverage | None = None
    years_to_find: int | None = None

    def __post_init__(self) -> None:
        if not self.refunds and not self.offers:
            raise ValueError("a correction names at least one refund or offer")
        if (self.refunds and self.pay_by is None) or (self.offers and self.due_by is None):
            raise ValueError("refunds need pay_by and offers need due_by")


@dataclass(frozen=True, kw_only=True)
class AllClear(Notice):
    """We checked the reader's allocations, and they were right."""

    kind: ClassVar[Kind] = Kind.ALL_CLEAR

    unchanged: tuple[Unchanged, ...]
    fixed_on: date | None = None
    coverage: Coverage | None = None


@dataclass(frozen=True, kw_only=True)
class SignIn(Content):
    """The link that somebody asked for at `/sign-in`, or a new one for a notice, and how many minutes it works."""

    kind: ClassVar[Kind] = Kind.SIGN_IN
    lane: ClassVar[Lane] = Lane.SIGN_IN

    minutes: int


@dataclass(frozen=True, kw_only=True)
class Booking(Content):
    """A support call: `zone` is the investor's, `other_zone` the agent's; `page` is the path of its page here.

    `invite` is the iCalendar text. `phone_end` are the last four digits of the number we call.
    """

    lane: ClassVar[Lane] = Lane.BOOKING
    method: ClassVar[Method]

    starts_at: datetime
    ends_at: datetime
    zone: str
    other_zone: str
    agent_name: str
    invite: str
    page: str


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(Booking):
    """A call is booked. `cut_off_at`: until when it can be moved or cancelled on its page."""

    kind: ClassVar[Kind] = Kind.BOOKING_CONFIRMED
    method: ClassVar[Method] = Method.REQUEST

    phone_end: str
    call_words: str
    cut_off_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(Booking):
    """A call is off: cancelled by the reader, or by us with a reason."""

    kind: ClassVar[Kind] = Kind.BOOKING_CANCELLED
    method: ClassVar[Method] = Method.CANCEL

    is_by_us: bool
    reason: str | None = None


CONTENTS: dict[Kind, type[Content]] = {
    each.kind: each for each in (FirstNotice, Correction, AllClear, SignIn, BookingConfirmed, BookingCancelled)
}
