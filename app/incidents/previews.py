"""Every variant of a notice that somebody will get, with one reader each, for those who approve the words."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache, partial

from app.identity import Person
from app.incidents.audience import Concerned, list_concerned
from app.incidents.batches import list_corrections
from app.incidents.facts import first_notice_facts
from app.incidents.leaving import facts_for
from app.incidents.models import FirstNotice, Incident, Update
from app.incidents.proposal_models import Proposal
from app.notices import Notice

PAGE = 500
"""How many people a page reads at most; the paper for legal reads everybody, as many at a time."""


@dataclass(frozen=True)
class Variant:
    """Notices of the same shape: the sentences are the same, names and figures differ."""

    content: Notice
    reader: Person
    people: int


Composed = tuple[Concerned, Notice]
Count = Callable[[int], None]
"""Told after every PAGE how many people were read so far."""


def list_first_notice_variants(incident: Incident, *, promised_on: date, on: date) -> Sequence[Variant]:
    """The shapes that a first notice would have among the first PAGE people concerned."""

    def compose(page: Sequence[Concerned]) -> Sequence[Composed]:
        return [(to, first_notice_facts(incident, to, promised_on=promised_on)) for to in page]

    return _variants(incident, on, compose, at_most=PAGE)


def list_variants(
    about: Proposal | FirstNotice | Update, *, on: date, at_most: int | None = PAGE, count: Count | None = None
) -> Sequence[Variant]:
    """The shapes of what is signed, among the first `at_most` people concerned; among everybody with None."""
    return _variants(about.incident, on, partial(_compose, about), at_most=at_most, count=count)


def _compose(about: Proposal | FirstNotice | Update, page: Sequence[Concerned]) -> Sequence[Composed]:
    """What each is sent; of a proposal only those to whom something is new that the threshold does not waive."""
    if isinstance(about, Proposal):
        return list_corrections(about, page)
    return [(to, facts_for(about, to)) for to in page]


def _variants(
    incident: Incident,
    on: date,
    compose: Callable[[Sequence[Concerned]], Sequence[Composed]],
    *,
    at_most: int | None,
    count: Count | None = None,
) -> list[Variant]:
    """One reader of each shape and how many are like them; nobody else's notice is kept."""
    first: dict[Hashable, tuple[Notice, Person]] = {}
    alike: dict[Hashable, int] = {}
    cursor, read = 0, 0
    while page := list_concerned(incident, on, after=cursor, at_most=PAGE):
        for concerned, content in compose(page):
            shape = shape_of(content)
            first.setdefault(shape, (content, concerned.person))
            alike[shape] = alike.get(shape, 0) + 1
        cursor, read = page[-1].person.id, read + len(page)
        if count is not None:
            count(read)
        if len(page) < PAGE or (at_most is not None and read >= at_most):
            break
    return [Variant(*first[shape], people=people) for shape, people in alike.items()]


def shape_of(content: Notice) -> Hashable:
    """What decides which sentences a notice has: whatever its templates can ask, without amounts, days and names."""
    return content.kind, _skeleton(content)


def _skeleton(value: object) -> Hashable:
    """Choices as they are, amounts by their sign, texts and days by being there."""
    match value:
        case None | bool() | StrEnum():
            return value
        case int():
            return (value > 0) - (value < 0)
        case tuple():
            return tuple(_skeleton(each) for each in value)
        case _ if is_dataclass(value):
            kind: type = type(value)
            return (kind, *(_fact(value, name) for name in _facts(kind)))
        case _:
            return bool(value)


def _fact(value: object, name: str) -> Hashable:
    """A typed reason is what legal reads, so each is shown for itself."""
    fact = getattr(value, name)
    return fact if name == "reason" else _skeleton(fact)


@cache
def _facts(kind: type) -> tuple[str, ...]:
    """The names of the fields and properties of a kind of fact."""
    asked = [name for each in kind.__mro__ for name, made in vars(each).items() if isinstance(made, property)]
    return (*(each.name for each in fields(kind)), *asked)
