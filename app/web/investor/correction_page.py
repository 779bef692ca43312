"""What the investor's pages show: facts only, gathered by the views; the templates choose the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.web.investor.deal_section import DealSection, Direction


class Answer(StrEnum):
    """What the page says first."""

    OVER = "over"
    UNDER = "under"
    BOTH = "both"
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
class CorrectionPage:
    """Everything that one person sees of one published correction."""

    reference: str
    version: int
    published_on: date
    zone: str
    contact: Contact
    sections: tuple[DealSection, ...]
    cause: str
    look_by: date
    moments: tuple[Moment, ...] = ()
    stopped_on: date | None = None
    fixed_on: date | None = None
    coverage: Coverage | None = None
    books_changed_on: date | None = None
    replaces_version_of: date | None = None
    papers: tuple[Paper, ...] = ()
    receipt_number: str | None = None
    read_at: datetime | None = None
    shows_accounts: bool = False
    needs_payment_details: bool = False
    is_copy: bool = False

    @property
    def answer(self) -> Answer:
        """What stands first: one direction, both, or no change."""
        directions = {section.direction for section in self.changed}
        if len(directions) == 2:
            return Answer.BOTH
        return Answer(directions.pop()) if directions else Answer.NONE

    @property
    def changed(self) -> tuple[DealSection, ...]:
        """The sections whose allocation changes."""
        return tuple(section for section in self.sections if section.direction is not Direction.NONE)

    @property
    def unchanged(self) -> tuple[DealSection, ...]:
        """The sections that were right."""
        return tuple(section for section in self.sections if section.direction is Direction.NONE)

    @property
    def pays(self) -> bool:
        """Whether any money goes back to the reader."""
        return any(section.total_cents for section in self.changed if section.direction is Direction.OVER)

    @property
    def is_obliged(self) -> bool:
        """Whether an agreement asks the reader to take a missing part."""
        return any(section.is_obliged for section in self.changed)

    @property
    def totals(self) -> Sequence[tuple[int, str]]:
        """(minor units, currency) of everything that changes, one per currency, in the order of the sections."""
        sums: dict[str, int] = {}
        for section in self.changed:
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
