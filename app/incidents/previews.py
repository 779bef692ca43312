"""Every variant of a notice that somebody will get, with one reader each, for those who approve the words."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date

from app.identity import Person
from app.incidents.audience import Concerned, list_concerned
from app.incidents.facts import correction_facts, first_notice_facts
from app.incidents.models import Incident
from app.incidents.proposal_models import Proposal
from app.notices import AllClear, Correction, FirstNotice, Notice

MOST_READ = 500
"""How many people are composed for at most: beyond that every shape has long been seen."""


@dataclass(frozen=True)
class Variant:
    """Notices of the same shape: the sentences are the same, names and figures differ."""

    content: Notice
    reader: Person
    people: int


def list_first_notice_variants(incident: Incident, *, promised_on: date, on: date) -> Sequence[Variant]:
    """The shapes of the first notice among the first MOST_READ people concerned."""
    return _variants(incident, on, lambda to: first_notice_facts(incident, to, promised_on=promised_on))


def list_correction_variants(proposal: Proposal, *, on: date) -> Sequence[Variant]:
    """The shapes of a proposal's notices among the first MOST_READ people concerned."""
    return _variants(proposal.incident, on, lambda to: correction_facts(proposal, to))


def _variants(incident: Incident, on: date, compose: Callable[[Concerned], Notice]) -> list[Variant]:
    found: dict[Hashable, list[tuple[Notice, Person]]] = {}
    for concerned in list_concerned(incident, on, at_most=MOST_READ):
        content = compose(concerned)
        found.setdefault(_shape(content), []).append((content, concerned.person))
    return [Variant(*alike[0], people=len(alike)) for alike in found.values()]


def _shape(content: Notice) -> Hashable:
    """What decides which sentences a notice has."""
    shape: tuple[Hashable, ...] = ()
    match content:
        case FirstNotice():
            shape = (len(content.deals), len(content.deal_names), any(deal.account_name for deal in content.deals))
        case Correction():
            refunds = tuple(
                (each.account_name is None, each.is_above_request, each.has_mark) for each in content.refunds
            )
            offers = tuple((each.account_name is None, each.obliged_by) for each in content.offers)
            shape = (refunds, offers, len(content.unchanged), content.has_interest, content.years_to_find)
        case AllClear():
            shape = (tuple(each.account_name is None for each in content.unchanged),)
    return content.kind, content.is_copy, shape
