"""Adding people and accounts, and giving and ending staff roles. Callers own the transaction; see `app.core.db`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import insert

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.core.text import zone_names
from app.identity.access_models import STAFF_SESSIONS
from app.identity.models import (
    APPROVERS,
    Account,
    AccountType,
    Authority,
    Person,
    Role,
    Scope,
    StaffPassword,
    StaffRole,
)
from app.identity.queries import find_person_by_email, list_people_with_role, normal_email
from app.identity.search import index_accounts, index_people
from app.identity.staff_access import end_staff_sessions
from app.tlog.encoding import JSON


class CannotAddPerson(DomainError):
    """The person cannot be added as described."""


class CannotChangeRoles(DomainError):
    """The roles cannot be given or taken."""


def add_person(
    *,
    full_name: str,
    email: str,
    time_zone: str,
    greeting: str = "",
    phone: str | None = None,
    postal_address: str | None = None,
) -> Person:
    """Add somebody who can sign in. Raises CannotAddPerson for an address in use or an unknown time zone."""
    email = normal_email(email)
    if find_person_by_email(email) is not None:
        raise CannotAddPerson(f"Somebody with the address {email} is already here.")
    if time_zone not in zone_names():
        raise CannotAddPerson(f"{time_zone!r} is not a time zone. Use a name such as America/New_York.")
    person = Person(
        full_name=full_name,
        email=email,
        time_zone=time_zone,
        greeting=greeting,
        phone=phone,
        postal_address=postal_address,
    )
    session.add(person)
    session.flush()
    return person


def add_account(*, external_id: str, name: str, type_: AccountType, payment_last4: str | None = None) -> Account:
    """Add an investor account."""
    account = Account(external_id=external_id, name=name, type=type_, payment_last4=payment_last4)
    session.add(account)
    session.flush()
    return account


def authorise(*, person: Person, account: Account, scope: Scope, ends_on: date | None = None) -> Authority:
    """Let a person act for an account, or see it, through `ends_on`."""
    authority = Authority(person=person, account=account, scope=scope, ends_on=ends_on)
    session.add(authority)
    session.flush()
    return authority


def add_checked(kind: type[Person] | type[Account] | type[Authority], rows: Sequence[Mapping[str, object]]) -> None:
    """Add the many rows of an import at once, by column. Their cells were checked; the constraints still speak."""
    if rows:
        session.execute(insert(kind), list(rows))
    if kind is Person:
        index_people([str(row["email"]) for row in rows])
    elif kind is Account:
        index_accounts([str(row["external_id"]) for row in rows])


def give_role(*, person: Person, role: Role, by: Person | str, at: datetime) -> None:
    """Note that somebody holds a role from now on; `app.identity.changing` says when that may be."""
    hold(person=person, roles=[role], by=by, at=at)
    audit.record(action="role.granted", actor=by, subject=person, at=at, role=role)


def withdraw_role(*, person: Person, role: Role, by: Person | str, at: datetime) -> None:
    """Take a role from a member of staff. Raises CannotChangeRoles when they do not hold it or are the last admin."""
    held = next((each for each in person.staff_roles if each.role is role and each.ended_at is None), None)
    if held is None:
        raise CannotChangeRoles(f"{person.full_name} is not {role.label}.")
    if role is Role.ADMIN:
        _refuse_last_admin(person, by)
    held.ended_at = at
    session.flush()
    audit.record(action="role.withdrawn", actor=by, subject=person, at=at, role=role)


def disable_staff(*, person: Person, reason: str, by: Person | str, at: datetime, as_email: str | None = None) -> None:
    """Close somebody's staff access: roles end, sessions end, the password no longer works.

    Raises CannotChangeRoles for somebody who is no staff or already closed.
    """
    access = staff_access_of(person)
    if Role.ADMIN in person.roles:
        _refuse_last_admin(person, by)
    access.disabled_at = at
    for held in person.staff_roles:
        held.ended_at = held.ended_at or at
    end_staff_sessions(person, *STAFF_SESSIONS)
    session.flush()
    audit.record(action="staff.disabled", actor=by, subject=person, at=at, reason=reason, **given_as(as_email))


def staff_access_of(person: Person) -> StaffPassword:
    """What somebody signs in with. Raises CannotChangeRoles for no staff and for a closed access."""
    access = session.get(StaffPassword, person.id)
    if access is None or access.disabled_at is not None:
        raise CannotChangeRoles(f"{person.full_name} has no staff access.")
    return access


def _refuse_last_admin(person: Person, by: Person | str) -> None:
    """On a page; whoever has the shell can make another."""
    if isinstance(by, Person) and [each.id for each in list_people_with_role(Role.ADMIN)] == [person.id]:
        raise CannotChangeRoles(f"{person.full_name} is the only admin. Make another one first.")


def given_as(as_email: str | None) -> dict[str, JSON]:
    """The part of an event that names for whom a command was given."""
    return {"as_email": as_email} if as_email else {}


def hold(*, person: Person, roles: Iterable[Role], by: Person | str, at: datetime) -> None:
    """Write down roles as held from now on; the caller records the event."""
    granted_by_id = by.id if isinstance(by, Person) else None
    for role in sorted(roles):
        person.staff_roles.append(StaffRole(role=role, granted_at=at, granted_by_id=granted_by_id))
    session.flush()


def refuse_conflict(roles: frozenset[Role]) -> None:
    """Raises CannotChangeRoles for no role, and for roles that one person may not hold together."""
    if not roles:
        raise CannotChangeRoles("A member of staff needs at least one role.")
    if Role.ADMIN in roles and roles & APPROVERS:
        raise CannotChangeRoles("An admin and an approver are never one person: whoever prepares does not sign.")
