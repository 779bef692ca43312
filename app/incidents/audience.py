"""Who is concerned by an incident: the people who act for an account with a request in one of its deals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true

from app.core.bulk import is_among
from app.core.db import session
from app.deals import Request
from app.identity import Authority, Person, Scope
from app.incidents.models import Case, Incident


@dataclass(frozen=True)
class Concerned:
    """One person and the accounts (ids) of theirs that the incident touches; a copy where they only see all of them."""

    person: Person
    account_ids: frozenset[int]
    is_copy: bool


def list_concerned(incident: Incident, on: date, *, after: int = 0, at_most: int | None = None) -> Sequence[Concerned]:
    """Everybody concerned within the dates of their authority, by id; a page of `at_most` people `after` an id."""
    return list_concerned_where(incident, on, true(), after=after, at_most=at_most)


def list_concerned_where(
    incident: Incident, on: date, condition: ColumnElement[bool], *, after: int, at_most: int | None
) -> Sequence[Concerned]:
    """As `list_concerned`, of those whose row in `people` meets the condition."""
    theirs = is_concerned(incident, on)
    page = select(Person).where(Person.id > after, theirs, condition).order_by(Person.id).limit(at_most)
    people = {person.id: person for person in session.scalars(page)}
    by_person: dict[int, list[Authority]] = {person_id: [] for person_id in people}
    query = _authorities(incident, on)
    if at_most is not None:  # everybody would be more than a statement may name
        query = query.where(is_among(Authority.person_id, people))
    for authority in session.scalars(query):
        by_person[authority.person_id].append(authority)
    return [_concerned(people[person_id], authorities) for person_id, authorities in by_person.items()]


def is_concerned(incident: Incident, on: date) -> ColumnElement[bool]:
    """Whether the incident concerns the person of a row of `people`."""
    theirs = _authorities(incident, on).with_only_columns(Authority.id).order_by(None)
    return theirs.where(Authority.person_id == Person.id).correlate(Person).exists()


def asks_in(deal_ids: Collection[int], on: date) -> ColumnElement[bool]:
    """Whether somebody, a row in `people`, acts for or sees an account with a request in one of these deals."""
    return exists().where(
        Authority.person_id == Person.id,
        or_(Authority.ends_on.is_(None), Authority.ends_on >= on),
        Request.account_id == Authority.account_id,
        Request.deal_id.in_(deal_ids),
    )


def count_concerned(incident: Incident, on: date) -> int:
    """How many people the incident concerns."""
    people = _authorities(incident, on).with_only_columns(Authority.person_id).order_by(None).distinct()
    return session.scalar(select(func.count()).select_from(people.subquery())) or 0


def list_account_ids(incident: Incident, on: date) -> Sequence[frozenset[int]]:
    """For each person concerned the accounts (ids) of theirs that the incident touches; no person is loaded."""
    by_person: dict[int, set[int]] = {}
    pairs = _authorities(incident, on).with_only_columns(Authority.person_id, Authority.account_id)
    for person_id, account_id in session.execute(pairs.order_by(None)):
        by_person.setdefault(person_id, set()).add(account_id)
    return [frozenset(accounts) for accounts in by_person.values()]


def find_concerned(incident: Incident, person: Person, on: date) -> Concerned | None:
    """How the incident concerns this person, if it does."""
    theirs = _authorities(incident, on).where(Authority.person_id == person.id)
    authorities = session.scalars(theirs).all()
    return _concerned(person, authorities) if authorities else None


def _authorities(incident: Incident, on: date) -> Select[Authority]:
    """Each once, whatever the number of deals: the accounts' requests are asked about one by one."""
    asked = exists().where(
        Request.account_id == Authority.account_id, Case.deal_id == Request.deal_id, Case.incident_id == incident.id
    )
    in_force = or_(Authority.ends_on.is_(None), Authority.ends_on >= on)
    return select(Authority).where(asked, in_force).order_by(Authority.person_id, Authority.id)


def _concerned(person: Person, authorities: Sequence[Authority]) -> Concerned:
    return Concerned(
        person=person,
        account_ids=frozenset(each.account_id for each in authorities),
        is_copy=all(each.scope is Scope.SEES for each in authorities),
    )
