"""What the investor's pages show: facts only, gathered by the views; the templates choose the words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.incidents import Remedy
from app.incidents.answering import Option, PhoneAnswer
from app.incidents.books import Books, BookState
from app.notices import Replaced
from app.web.investor.deal_section import DealSection, Outcome
from app.web.investor.dispute_page import DisputeLine


class Answer(StrEnum):
    """What the page says first."""

    OVER = "over"
    UNDER = "under"
    BOTH = "both"
    BUY = "buy"
    CASH = "cash"
    STAYS = "stays"
    DISTRIBUTION = "distribution"
    MIXED = "mixed"
    NONE = "none"


class MomentKind(StrEnum):
    """What happened, or will happen, on a day."""

    CLOSED = "closed"
    DETECTED = "detected"
    STOPPED = "stopped"
    FIRST_NOTICE = "first-notice"
    PUBLISHED = "published"
    BOOKS = "books"
    LOOK_BY = "look-by"
    PAY_BY = "pay-by"
    DUE_BY = "due-by"


@dataclass(frozen=True)
class Contact:
    """The person named in the correction. `hours` is words, zone included."""

    name: str
    phone: str
    hours: str


@dataclass(frozen=True)
class Moment:
    """One line of the timeline."""

    kind: MomentKind
    on: date
    is_past: bool
    deal_name: str = ""


@dataclass(frozen=True)
class Coverage:
    """How many of the deals that the faulty rule was used for were checked; `others` are not part of the case."""

    checked: int
    used_for: int
    others: int


@dataclass(frozen=True)
class Paper:
    """A document to open; `kind` is PDF, CSV and the like."""

    name: str
    url: str
    kind: str
    size_bytes: int


@dataclass(frozen=True)
class EarlierReceipt:
    """That the reader read an earlier version."""

    number: str
    version: int
    read_at: datetime


UNTOUCHED = Books(BookState.UNTOUCHED)
ANSWERS: Mapping[Outcome, Answer] = {
    Outcome.REFUND: Answer.OVER,
    Outcome.OFFER: Answer.UNDER,
    Outcome.BUY: Answer.BUY,
    Outcome.CASH: Answer.CASH,
    **dict.fromkeys((Outcome.KEEP, Outcome.NO_CASH, Outcome.NO_ACTION, Outcome.WAIVED), Answer.STAYS),
}


@dataclass(frozen=True)
class CorrectionPage:
    """Everything that one person sees of one published correction: the figures that stand, whatever their version.

    `looks_first`: whoever speaks up today is answered before any money moves.

    `replaced` is what was written before of those; `looked_at` are deals whose figures follow, by `figures_by`.
    """

    reference: str
    version: int
    published_on: date
    zone: str
    contact: Contact
    sections: tuple[DealSection, ...]
    cause: str
    look_by: date
    looks_first: bool = True
    pay_by: date | None = None
    moments: tuple[Moment, ...] = ()
    stopped_on: date | None = None
    fixed_on: date | None = None
    coverage: Coverage | None = None
    books: Books = UNTOUCHED
    replaced: tuple[Replaced, ...] = ()
    earlier_receipts: tuple[EarlierReceipt, ...] = ()
    looked_at: tuple[str, ...] = ()
    figures_by: date | None = None
    papers: tuple[Paper, ...] = ()
    receipt_number: str | None = None
    read_at: datetime | None = None
    shows_accounts: bool = False
    needs_payment_details: bool = False
    is_copy: bool = False
    disputes: tuple[DisputeLine, ...] = ()
    options: tuple[Option, ...] = ()
    by_phone: tuple[PhoneAnswer, ...] = ()

    @property
    def answer(self) -> Answer:
        """What stands first: the one thing that comes of everything that changes, or that there are several."""
        answers = {ANSWERS.get(section.outcome, Answer.DISTRIBUTION) for section in self.changed}
        if answers == {Answer.OVER, Answer.UNDER}:
            return Answer.BOTH
        if len(answers) > 1:
            return Answer.MIXED
        return answers.pop() if answers else Answer.NONE

    @property
    def changed(self) -> tuple[DealSection, ...]:
        """The sections that the mistake reached."""
        return tuple(section for section in self.sections if section.is_touched)

    @property
    def pays(self) -> bool:
        """Whether we send the reader any money."""
        return any(section.pays for section in self.changed)

    @property
    def asks(self) -> bool:
        """Whether the reader may or must pay anything."""
        return any(section.asks for section in self.changed)

    @property
    def corrects(self) -> bool:
        """Whether any allocation is put right in the books."""
        return any(section.is_correcting for section in self.changed)

    @property
    def has_new_round(self) -> bool:
        """Whether a deal on the page is put right by a new round."""
        return any(section.remedy is Remedy.NEW_ROUND for section in self.sections)

    @property
    def redistributes(self) -> bool:
        """Whether every deal on the page is shared anew among its own investors, so that its total stays."""
        return all(section.remedy is Remedy.REDISTRIBUTION for section in self.sections)

    @property
    def is_obliged(self) -> bool:
        """Whether an agreement asks the reader to take a missing part."""
        return any(section.is_obliged for section in self.changed)

    @property
    def stays_due(self) -> bool:
        """Whether a missing part of the reader stays due when it is unpaid on its last day."""
        return any(section.offer.stays_due for section in self.changed if section.offer)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is paid or can be chosen any more for any allocation that changes."""
        moving = [section for section in self.changed if section.total_cents]
        return bool(moving) and all(section.is_settled for section in moving)

    @property
    def came_back(self) -> Sequence[tuple[int, str]]:
        """(minor units, currency) of each payment of ours that did not arrive."""
        return [
            (payment.open_cents, section.currency)
            for section in self.sections
            for payment in section.payments
            if payment.came_back
        ]

    @property
    def totals(self) -> Sequence[tuple[int, str]]:
        """(minor units, currency) of what changes, one per currency, in the order of the sections.

        What is settled no longer counts, until everything is.
        """
        sums: dict[str, int] = {}
        counted = self.changed if self.is_settled else [each for each in self.changed if not each.is_settled]
        for section in counted:
            sums[section.currency] = sums.get(section.currency, 0) + section.total_cents
        return [(cents, currency) for currency, cents in sums.items()]

    @property
    def deals_changed(self) -> Sequence[str]:
        """Names of the deals that change, each once."""
        return list(dict.fromkeys(section.deal_name for section in self.changed))

    @property
    def deals(self) -> Sequence[str]:
        """Names of all deals on the page, each once."""
        return list(dict.fromkeys(section.deal_name for section in self.sections))


@dataclass(frozen=True)
class WaitingPage:
    """An incident of which the person has no figures yet; `promised_on` is None once the date has passed.

    `left_to_do` is the sentence of the last update, while its date lies ahead; None when nothing was put off.
    """

    reference: str
    promised_on: date | None
    contact: Contact
    left_to_do: str | None = None


@dataclass(frozen=True)
class CorrectionCard:
    """One incident in the person's list: either still waiting or published."""

    reference: str
    url: str
    waiting: WaitingPage | None = None
    page: CorrectionPage | None = None


@dataclass(frozen=True)
class ReceiptPage:
    """Proof for the reader that they opened these figures. `record_mark` is None until a checkpoint covers it.

    `key` is the log's verifier key, to be kept with the receipt.
    """

    number: str
    person_name: str
    reference: str
    version: int
    read_at: datetime
    zone: str
    look_by: date
    contact: Contact
    sections: tuple[DealSection, ...]
    proof_url: str | None
    record_mark: str | None
    key: str | None = None
    by_phone: PhoneAnswer | None = None

    @property
    def looked_first(self) -> bool:
        """Whether it was read while whoever spoke up was answered before any money moved."""
        return self.read_at.date() <= self.look_by
