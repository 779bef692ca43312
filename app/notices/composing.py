"""What each notice of an incident says: its facts, frozen when it is queued. Pure.

Templates under `templates/email/<kind>` choose the words. A fact that is None was not recorded, and its sentence is
left out. Amounts are whole minor units of the `currency` beside them. Nothing here holds a link, a code or a name of
the reader: delivery adds those. `account_name` is None where the reader has only one account.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.notices.kinds import Content, Kind, Lane
from app.notices.outcomes import (
    Cash,
    Claim,
    Distribution,
    Held,
    InDeal,
    NewRound,
    NoAction,
    Offer,
    Refund,
    Unchanged,
    Waived,
)
from app.notices.replaced import Replaced

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
class Correction(Notice):
    """The reader's figures in every deal of one proposal, each as what comes of it; at least one is not just unchanged.

    `look_by`: until when a doubt is looked at before money moves. `pay_by`: when we have paid. `due_by`: until when an
    offer can be taken; `remind_on`: when we ask again. `is_bridged`: a refund waits for nobody else's answer.
    `years_to_find` only for old deals.
    """

    kind: ClassVar[Kind] = Kind.CORRECTION

    refunds: tuple[Refund, ...] = ()
    offers: tuple[Offer, ...] = ()
    new_rounds: tuple[NewRound, ...] = ()
    payments: tuple[Cash, ...] = ()
    no_actions: tuple[NoAction, ...] = ()
    waived: tuple[Waived, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    claims: tuple[Claim, ...] = ()
    held: tuple[Held, ...] = ()
    unchanged: tuple[Unchanged, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    look_by: date
    pay_by: date | None = None
    due_by: date | None = None
    remind_on: date | None = None
    is_bridged: bool = False
    fixed_on: date | None = None
    coverage: Coverage | None = None
    years_to_find: int | None = None

    def __post_init__(self) -> None:
        if not self.outcomes:
            raise ValueError("a correction names at least one thing that comes of it")
        if (self.pays and self.pay_by is None) or (self.asks and self.due_by is None):
            raise ValueError("what we pay needs pay_by, and what the reader may or must pay needs due_by")

    @property
    def outcomes(self) -> tuple[InDeal, ...]:
        """Everything but what was right, in the order in which it is told."""
        changed = (*self.refunds, *self.offers, *self.new_rounds, *self.payments, *self.no_actions, *self.waived)
        return (*changed, *self.distributions, *self.claims, *self.held)

    @property
    def deal_names(self) -> tuple[str, ...]:
        """Each deal in which we made a mistake with the reader's allocation, once."""
        return tuple(dict.fromkeys(each.deal_name for each in self.outcomes if not isinstance(each, Held)))

    @property
    def is_single(self) -> bool:
        """Whether there is just one thing to tell."""
        return len(self.outcomes) == 1

    @property
    def is_refund_with_distributions(self) -> bool:
        """Whether one refund is told, and beside it only what the same deal paid out."""
        beside = [each.deal_name for each in self.distributions]
        return len(self.refunds) == 1 == len(self.outcomes) - len(beside) and set(beside) == set(self.deal_names)

    @property
    def has_knock_on(self) -> bool:
        """Whether an allocation changes that the mistake did not touch by itself."""
        return any(each.knock_on for each in self.refunds) or any(each.knock_on for each in self.offers)

    @property
    def purchases(self) -> tuple[NewRound, ...]:
        """What the reader may buy in a new round."""
        return tuple(each for each in self.new_rounds if each.offered_cents)

    @property
    def choices(self) -> tuple[Offer | NewRound, ...]:
        """What the reader may take or leave."""
        return (*(each for each in self.offers if each.obliged_by is None), *self.purchases)

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
    def pays(self) -> bool:
        """Whether we pay the reader anything."""
        paid = any(each.cash_cents for each in self.payments) or any(each.cents > 0 for each in self.distributions)
        return self.pays_back or paid

    @property
    def asks(self) -> bool:
        """Whether the reader may or must pay anything."""
        return bool(self.offers or self.purchases or self.claims)

    @property
    def has_interest(self) -> bool:
        """Whether any refund carries interest."""
        return any(refund.interest_cents for refund in self.refunds)


@dataclass(frozen=True, kw_only=True)
class AllClear(Notice):
    """We checked the reader's allocations, and they were right."""

    kind: ClassVar[Kind] = Kind.ALL_CLEAR

    unchanged: tuple[Unchanged, ...]
    replaced: tuple[Replaced, ...] = ()
    fixed_on: date | None = None
    coverage: Coverage | None = None

    @property
    def has_new_round(self) -> bool:
        """Whether others may buy in one of the deals, so that the reader's share of it may get smaller."""
        return any(each.has_new_round for each in self.unchanged)


@dataclass(frozen=True, kw_only=True)
class Reminder(Notice):
    """We sent the reader's corrected figures on `sent_on`, and they have not been seen, or have not chosen yet.

    `comes_anyway`: what we pay needs nothing from them. `choose_by`: until when an offer can be taken or left;
    `obliged_by`: until when the agreement asks them to act; `was_due_on`: that day, once it has passed. None where
    there is no such thing.
    """

    kind: ClassVar[Kind] = Kind.REMINDER

    sent_on: date
    was_seen: bool
    has_refund: bool = False
    comes_anyway: bool = False
    choose_by: date | None = None
    obliged_by: date | None = None
    was_due_on: date | None = None
