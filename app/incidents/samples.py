"""Samples of a correction: one person of each thing that can come of it, to look at and to send to oneself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app import audit
from app.identity import Person
from app.incidents.previews import Variant, list_variants
from app.incidents.proposal_models import Proposal
from app.incidents.publishing import CannotPublish
from app.incidents.sending import queue_test
from app.notices import Correction, Notice


class SampleKind(StrEnum):
    """What comes of it for a reader, by what they read first."""

    REFUND = "refund"
    OFFER = "offer"
    BOTH = "both"
    KNOCK_ON = "knock-on"
    NOTHING_MOVES = "nothing-moves"
    NO_CHANGE = "no-change"

    @property
    def label(self) -> str:
        """In words for staff."""
        return {
            SampleKind.REFUND: "We pay",
            SampleKind.OFFER: "They may pay",
            SampleKind.BOTH: "Both",
            SampleKind.KNOCK_ON: "Changed by new averages",
            SampleKind.NOTHING_MOVES: "Corrected, and no money moves",
            SampleKind.NO_CHANGE: "No change",
        }[self]


@dataclass(frozen=True)
class Sample:
    """One reader of that kind, with what they would be sent."""

    kind: SampleKind
    variant: Variant


def list_samples(proposal: Proposal, *, on: date) -> Sequence[Sample]:
    """One person of each kind that there is among the variants, in the order of the kinds."""
    found: dict[SampleKind, Variant] = {}
    for variant in sorted(list_variants(proposal, on=on), key=_is_without_refund):
        found.setdefault(_kind_of(variant.content), variant)
    return [Sample(kind, found[kind]) for kind in SampleKind if kind in found]


def _is_without_refund(variant: Variant) -> bool:
    """Those who get money back are the hardest to write to, so they stand for their kind."""
    return not (isinstance(variant.content, Correction) and variant.content.pays_back)


def _kind_of(content: Notice) -> SampleKind:
    if not isinstance(content, Correction):
        return SampleKind.NO_CHANGE
    if content.has_knock_on:
        return SampleKind.KNOCK_ON
    if content.pays and content.asks:
        return SampleKind.BOTH
    if content.pays:
        return SampleKind.REFUND
    return SampleKind.OFFER if content.asks else SampleKind.NOTHING_MOVES


def send_samples(*, proposal: Proposal, to: Person, at: datetime) -> int:
    """Send every sample to a member of staff, at their own address; answers how many. Raises CannotPublish."""
    samples = list_samples(proposal, on=at.date())
    if not samples:
        raise CannotPublish("This proposal writes to nobody, so there is no sample to send.")
    for sample in samples:
        queue_test(about=proposal, content=sample.variant.content, reader=sample.variant.reader, to=to, at=at)
    audit.record(action="test.sent", actor=to, subject=proposal, at=at, messages=len(samples))
    return len(samples)
