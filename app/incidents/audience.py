"""Who is concerned by an incident: the people who act for an account with a request in one of its deals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import selectinload

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
    query = _authorities(incident, on).where(Authority.person_id > after)
    if at_most is not None:
        people = query.with_only_columns(Authority.person_id).order_by(None).distinct()
        page = session.scalars(people.order_by(Authority.person_id).limit(at_most)).all()
        query = query.where(Authority.person_id.in_(page))
    by_person: dict[int, list[Authority]] = {}
    for authority in session.scalars(query.options(selectinload(Authority.person))).unique():
        by_person.setdefault(authority.person_id, []).append(authority)
    return [_concerned(authorities) for authorities in by_person.values()]


def count_concerned(incident: Incident, on: date) -> int:
    """How many people the incident concerns."""
    people = _authorities(incident, on).with_only_columns(Authority.person_id).order_by(None).distinct()
    return session.scalar(select(func.count()).select_from(people.subquery())) or 0


def find_concerned(incident: Incident, person: Person, on: date) -> Concerned | None:
    """How the incident concerns this person, if it does."""
    theirs = _authorities(incident, on).where(Authority.person_id == person.id)
    authorities = session.scalars(theirs).unique().all()
    return _concerned(authorities) if authorities else None


def _authorities(incident: Incident, on: date) -> Select[Authority]:
    return (
        select(Authority)
        .join(Request, Request.account_id == Authority.account_id)
        .join(Case, Case.deal_id == Request.deal_id)
        .where(Case.incident_id == incident.id, or_(Authority.ends_on.is_(None), Authority.ends_on >= on))
        .order_by(Authority.person_id, Authority.id)
    )


def _concerned(authorities: Sequence[Authority]) -> Concerned:
    return Concerned(
        person=authorities[0].person,
        account_ids=frozenset(each.account_id for each in authorities),
        is_copy=all(each.scope is Scope.SEES for each in authorities),
    )
