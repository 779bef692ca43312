"""The owner of an account names a person who may act for it or see it, and ends that. Callers own the transaction."""

from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity.models import Account, Authority, Person, Scope
from app.identity.operations import add_person, authorise
from app.identity.queries import find_person_by_email, in_force

NAMEABLE = (Scope.SEES, Scope.ACTS)


class CannotName(DomainError):
    """This person cannot be named for the account, or ended, like this."""


def get_owned_account(*, owner: Person, pseudonym: str, on: date) -> Account:
    """The account, if this person owns it on that day. Raises NoResultFound for anybody else's."""
    owned = select(Authority.id).where(
        Authority.account_id == Account.id,
        Authority.person_id == owner.id,
        Authority.scope == Scope.OWNER,
        in_force(on),
    )
    return session.scalars(select(Account).where(Account.pseudonym == pseudonym, owned.exists())).one()


def list_named(*, owner: Person, on: date) -> list[Account]:
    """The accounts that somebody owns on that day, each with its people, by the accounts' own numbers."""
    with_people = selectinload(Account.authorities).selectinload(Authority.person)
    return list(session.scalars(_owned(owner, on).order_by(Account.external_id).options(with_people)))


def name_person(
    *, owner: Person, account: Account, full_name: str, email: str, scope: Scope, ends_on: date, at: datetime
) -> Authority:
    """Let somebody act for an account, or see it, through `ends_on`. Raises CannotName, and CannotAddPerson.

    Somebody who is known by the address keeps the name they have. Whoever calls tells them by mail.
    """
    today = at.date()
    get_owned_account(owner=owner, pseudonym=account.pseudonym, on=today)
    if scope not in NAMEABLE:
        raise CannotName("Choose whether the person may only see the account, or act for it too.")
    if ends_on < today:
        raise CannotName(f"The last day, {ends_on.isoformat()}, is over. Give one from today on.")
    person = find_person_by_email(email) or _add(owner, full_name, email, at)
    authority = _authority_of(person, account)
    if authority is not None and authority.is_in_force(today):
        raise CannotName("This person is named for the account already. End that first.")
    if authority is None:
        authority = authorise(person=person, account=account, scope=scope, ends_on=ends_on)
    authority.scope, authority.ends_on = scope, ends_on
    session.flush()
    parts = {"account": account.audit_name, "scope": scope.value, "ends_on": ends_on.isoformat()}
    audit.record(action="authority.given", actor=owner, subject=person, at=at, **parts)
    return authority


def end_naming(*, owner: Person, account: Account, pseudonym: str, at: datetime) -> Person:
    """From now on the person neither sees the account nor acts for it. Raises CannotName, and NoResultFound."""
    today = at.date()
    get_owned_account(owner=owner, pseudonym=account.pseudonym, on=today)
    person = session.scalars(select(Person).where(Person.pseudonym == pseudonym)).one()
    authority = _authority_of(person, account)
    if authority is None or not authority.is_in_force(today) or authority.scope is Scope.OWNER:
        raise CannotName("Only somebody who was named, and is still, can be ended here. Call us about an owner.")
    authority.ends_on = today - timedelta(days=1)
    session.flush()
    audit.record(action="authority.ended", actor=owner, subject=person, at=at, account=account.audit_name)
    return person


def _owned(owner: Person, on: date) -> Select[Account]:
    owned = select(Authority.account_id).where(
        Authority.person_id == owner.id, Authority.scope == Scope.OWNER, in_force(on)
    )
    return select(Account).where(Account.id.in_(owned))


def _add(owner: Person, full_name: str, email: str, at: datetime) -> Person:
    person = add_person(full_name=full_name, email=email, time_zone=owner.time_zone)
    audit.record(
        action="person.added", actor=owner, subject=person, at=at, email=person.email, full_name=person.full_name
    )
    return person


def _authority_of(person: Person, account: Account) -> Authority | None:
    return session.scalar(
        select(Authority)
        .where(Authority.person_id == person.id, Authority.account_id == account.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
