"""What each notice of an incident says: its facts, frozen when it is queued. Pure.

Templates under `templates/email/<kind>` choose the words. A fact that is None was not recorded, and its sentence is
left out. Amounts are whole minor units of the `currency` beside them. Nothing here holds a link, a code or a name of
the reader: delivery adds those. `account_name` is None where the reader has only one account.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import ClassVar

from app.core.text import plain_fraction
from app.notices.kinds import Content, Kind, Lane

YEARS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"}


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

    @property
    def deal_names(self) -> tuple[str, ...]:
        """Each deal once."""
        return tuple(dict.fromkeys(deal.deal_name for deal in self.deals))


@dataclass(frozen=True, kw_only=True)
class Update(Notice):
    """We need more time: `left_to_do` is one sentence, and figures follow by `promised_on` instead."""

    kind: ClassVar[Kind] = Kind.UPDATE

    was_promised_on: date
    left_to_do: str
    promised_on: date


@dataclass(frozen=True)
class Coverage:
    """How many of the other deals that the faulty rule was used for have been checked."""

    checked: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Refund:
    """An allocation that was too large. `collected_cents`: what was paid of the excess, None for all of it.

    `interest_rates` are yearly, in order (8/100); `share_*` are parts of the deal.
    """

    deal_name: str
    account_name: str | None = None
    currency: str = "USD"
    recorded_cents: int
    correct_cents: int
    requested_cents: int
    signed_on: date
    clause: str
    collected_cents: int | None = None
    interest_cents: int
    interest_rates: tuple[Fraction, ...] = ()
    interest_days: int | None = None
    share_before: Fraction | None = None
    share_after: Fraction | None = None
    has_mark: bool = False

    @property
    def principal_cents(self) -> int:
        """What was paid above the correct allocation, and so is paid back."""
        excess = self.recorded_cents - self.correct_cents
        return excess if self.collected_cents is None else self.collected_cents

    @property
    def less_to_pay_cents(self) -> int:
        """The part of the excess that was not paid yet, and never needs to be."""
        return self.recorded_cents - self.correct_cents - self.principal_cents

    @property
    def total_cents(self) -> int:
        """What is paid back: principal and interest."""
        return self.principal_cents + self.interest_cents

    @property
    def rates_in_words(self) -> str:
        """`8% then 7%`: the yearly rates in order, each once in a row."""
        rates = [f"{plain_fraction(rate * 100)}%" for rate in self.interest_rates]
        return " then ".join(rate for rate, before in zip(rates, ["", *rates], strict=False) if rate != before)

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
        if (self.pays_back and self.pay_by is None) or (self.offers and self.due_by is None):
            raise ValueError("refunds need pay_by and offers need due_by")

    @property
    def deal_names(self) -> tuple[str, ...]:
        """Each deal whose figures change, once."""
        refunds = [refund.deal_name for refund in self.refunds]
        return tuple(dict.fromkeys(refunds + [offer.deal_name for offer in self.offers]))

    @property
    def is_single(self) -> bool:
        """Whether there is just one refund or one offer to tell."""
        return len(self.refunds) + len(self.offers) == 1

    @property
    def has_choice(self) -> bool:
        """Whether the reader may leave any of the offers."""
        return any(offer.obliged_by is None for offer in self.offers)

    @property
    def years_in_words(self) -> str:
        """`two years`."""
        years = self.years_to_find or 0
        return "a year" if years == 1 else f"{YEARS.get(years, str(years))} years"

    @property
    def pays_back(self) -> bool:
        """Whether any money goes back to the reader."""
        return any(refund.total_cents for refund in self.refunds)

    @property
    def has_interest(self) -> bool:
        """Whether any refund carries interest."""
        return any(refund.interest_cents for refund in self.refunds)


@dataclass(frozen=True, kw_only=True)
class AllClear(Notice):
    """We checked the reader's allocations, and they were right."""

    kind: ClassVar[Kind] = Kind.ALL_CLEAR

    unchanged: tuple[Unchanged, ...]
    fixed_on: date | None = None
    coverage: Coverage | None = None
