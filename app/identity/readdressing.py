"""Changing somebody's address by two people. Callers own the transaction; see `app.core.db`."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from app import audit
from app.core.bulk import is_among
from app.core.db import database_now, session
from app.core.errors import DomainError
from app.identity.access_models import LoginSession, SignInLink
from app.identity.address_models import AddressChange, AskedBy, ChangeState
from app.identity.models import Authority, Person, Scope
from app.identity.queries import find_person_by_email, is_email, list_authorities, normal_email

ANSWERING = (Scope.OWNER, Scope.ACTS)


class CannotReaddress(DomainError):
    """This address cannot be changed like this."""


def enter_address(
    *, person: Person, new_email: str, asked_by: AskedBy, asked_in: str, reason: str, by: Person, at: datetime
) -> AddressChange:
    """Note another address for a person; nothing changes before a second person releases it. Raises CannotReaddress."""
    new = normal_email(new_email)
    _check_address(person, new)
    if not reason.strip():
        raise CannotReaddress("Write how you made sure that it was the person who asked; the second person reads it.")
    if find_open_change(person) is not None:
        raise CannotReaddress("Another address waits for its release already. Decide on that one first.")
    facts = {"new_email": new, "asked_by": asked_by, "asked_in": asked_in, "reason": reason.strip()}
    change = AddressChange(person=person, old_email=person.email, entered_by=by, entered_at=at, **facts)
    session.add(change)
    session.flush()
    audit.record(action="address.entered", actor=by, subject=change, at=at, person=person.audit_name, **facts)
    return change


def _check_address(person: Person, new: str) -> None:
    if not is_email(new):
        raise CannotReaddress(f"{new!r} is no email address. Write one address such as name@example.com.")
    if new == person.email:
        raise CannotReaddress("This is the address that we write to already.")
    if find_person_by_email(new) is not None:
        raise CannotReaddress("Somebody else has this address. One address is one person.")


def release_address(*, change: AddressChange, by: Person, at: datetime) -> None:
    """A second person releases it: the address changes, open links and sessions end. Raises CannotReaddress."""
    check_decider(change=change, by=by)
    _check_address(change.person, change.new_email)
    if change.person.email != change.old_email:
        raise CannotReaddress("The address was changed otherwise meanwhile. Refuse this one, and enter it anew.")
    change.person.email = change.new_email
    _end_ways_in(change.person)
    _decide(change, ChangeState.RELEASED, "", by, at)
    audit.record(action="address.changed", actor=by, subject=change, at=at, person=change.person.audit_name)


def refuse_address(*, change: AddressChange, reason: str, by: Person, at: datetime) -> None:
    """A second person refuses it with a reason. Raises CannotReaddress."""
    check_decider(change=change, by=by)
    if not reason.strip():
        raise CannotReaddress("Write why it is refused.")
    _decide(change, ChangeState.REFUSED, reason.strip(), by, at)
    audit.record(action="address.refused", actor=by, subject=change, at=at, reason=change.decision)


def hand_out_letter(*, change: AddressChange, to: Person, at: datetime) -> None:
    """Record that somebody took the scan of the letter that asked for it."""
    audit.record(action="letter.taken", actor=to, subject=change, at=at, sha256=change.letter_sha256)


def check_decider(*, change: AddressChange, by: Person) -> None:
    """Hold the change, which waits for somebody other than who entered it. Raises CannotReaddress."""
    session.refresh(change, attribute_names=["state"], with_for_update=True)
    if change.state is not ChangeState.ENTERED:
        raise CannotReaddress(f"This change was {change.state} already.")
    if by.id == change.entered_by_id:
        raise CannotReaddress("You entered this address, so somebody else must decide.")


def _decide(change: AddressChange, state: ChangeState, decision: str, by: Person, at: datetime) -> None:
    change.state, change.decision, change.decided_by_id, change.decided_at = state, decision, by.id, at
    session.flush()


def _end_ways_in(person: Person) -> None:
    """Whoever reads the old mailbox signs in no more."""
    now = database_now()
    session.execute(
        update(SignInLink)
        .where(SignInLink.person_id == person.id, SignInLink.used_at.is_(None), SignInLink.voided_at.is_(None))
        .values(voided_at=now)
    )
    session.execute(
        update(LoginSession)
        .where(LoginSession.person_id == person.id, LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def find_open_change(person: Person) -> AddressChange | None:
    """The change that waits for its release."""
    waiting = select(AddressChange).where(
        AddressChange.person_id == person.id, AddressChange.state == ChangeState.ENTERED
    )
    return session.scalar(waiting)


def get_address_change(pseudonym: str, *, person: Person) -> AddressChange:
    """The change of that pseudonym. Raises NoResultFound, also for somebody else's."""
    theirs = select(AddressChange).where(AddressChange.pseudonym == pseudonym, AddressChange.person_id == person.id)
    return session.scalars(theirs).one()


def list_address_changes(person: Person) -> list[AddressChange]:
    """Every change of a person's address that was entered, newest first."""
    theirs = select(AddressChange).where(AddressChange.person_id == person.id).order_by(AddressChange.id.desc())
    return list(
        session.scalars(theirs.options(joinedload(AddressChange.entered_by), joinedload(AddressChange.decided_by)))
    )


def newest_changes(account_ids: Collection[int], *, since: datetime) -> dict[int, datetime]:
    """When the address of somebody who answers for each account was last changed; accounts without are missing."""
    rows = session.execute(
        select(Authority.account_id, func.max(AddressChange.decided_at))
        .join(AddressChange, AddressChange.person_id == Authority.person_id)
        .where(
            AddressChange.state == ChangeState.RELEASED,
            AddressChange.decided_at > since,
            Authority.scope.in_(ANSWERING),
            is_among(Authority.account_id, account_ids),
        )
        .group_by(Authority.account_id)
    )
    return {account_id: changed_at for account_id, changed_at in rows if changed_at is not None}


def list_answered_for(*, person: Person, on: date) -> list[int]:
    """The ids of the accounts that the person answers for on that day."""
    return [each.account_id for each in list_authorities(person=person, on=on) if each.scope in ANSWERING]
