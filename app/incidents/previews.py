"""Every variant of a notice that somebody will get, with one reader each, for those who approve the words."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date

from app.identity import Person
from app.incidents.audience import Concerned, list_concerned
from app.incidents.facts import correction_facts, first_notice_facts
from app.incidents.leaving import facts_for
from app.incidents.models import FirstNotice, Incident, Update
from app.incidents.proposal_models import Proposal
from app.notices import AllClear, Correction, Notice, Refund
from app.notices import FirstNotice as FirstContent

PAGE = 500
"""How many people a page reads at most; the paper for legal reads everybody, as many at a time."""


@dataclass(frozen=True)
class Variant:
    """Notices of the same shape: the sentences are the same, names and figures differ."""

    content: Notice
    reader: Person
    people: int


Count = Callable[[int], None]
"""Told after every PAGE how many people were read so far."""


def list_first_notice_variants(incident: Incident, *, promised_on: date, on: date) -> Sequence[Variant]:
    """The shapes that a first notice would have among the first PAGE people concerned."""
    return _variants(incident, on, lambda to: first_notice_facts(incident, to, promised_on=promised_on), at_most=PAGE)


def list_variants(
    about: Proposal | FirstNotice | Update, *, on: date, at_most: int | None = PAGE, count: Count | None = None
) -> Sequence[Variant]:
    """The shapes of what is signed, among the first `at_most` people concerned; among everybody with None."""
    return _variants(about.incident, on, lambda to: _compose(about, to), at_most=at_most, count=count)


def _compose(about: Proposal | FirstNotice | Update, to: Concerned) -> Notice:
    return correction_facts(about, to) if isinstance(about, Proposal) else facts_for(about, to)


def _variants(
    incident: Incident,
    on: date,
    compose: Callable[[Concerned], Notice],
    *,
    at_most: int | None,
    count: Count | None = None,
) -> list[Variant]:
    """One reader of each shape and how many are like them; nobody else's notice is kept."""
    first: dict[Hashable, tuple[Notice, Person]] = {}
    alike: dict[Hashable, int] = {}
    cursor, read = 0, 0
    while page := list_concerned(incident, on, after=cursor, at_most=PAGE):
        for concerned in page:
            content = compose(concerned)
            shape = _shape(content)
            first.setdefault(shape, (content, concerned.person))
            alike[shape] = alike.get(shape, 0) + 1
        cursor, read = page[-1].person.id, read + len(page)
        if count is not None:
            count(read)
        if len(page) < PAGE or (at_most is not None and read >= at_most):
            break
    return [Variant(*first[shape], people=people) for shape, people in alike.items()]


def _shape(content: Notice) -> Hashable:
    """What decides which sentences a notice has."""
    shape: tuple[Hashable, ...] = ()
    match content:
        case FirstContent():
            shape = (len(content.deals), len(content.deal_names), any(deal.account_name for deal in content.deals))
        case Correction():
            refunds = tuple(_refund_shape(each) for each in content.refunds)
            offers = tuple((each.account_name is None, each.obliged_by) for each in content.offers)
            shape = (refunds, offers, len(content.unchanged), content.has_interest, content.years_to_find)
        case AllClear():
            shape = (tuple(each.account_name is None for each in content.unchanged),)
    return content.kind, content.is_copy, shape


def _refund_shape(refund: Refund) -> Hashable:
    return (
        refund.account_name is None,
        refund.is_above_request,
        refund.has_mark,
        refund.principal_cents > 0,
        refund.less_to_pay_cents > 0,
        refund.interest_cents > 0,
        refund.interest_days is None,
    )
