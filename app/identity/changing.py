"""Giving roles and resetting factors; an approver's take effect when an approver of the other kind confirms.

Callers own the transaction. The very first approvers are made at the shell, where nobody can confirm yet.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import audit
from app.core.db import session
from app.identity.delegation_models import Delegation
from app.identity.models import APPROVERS, ChangeKind, Person, Role, StaffChange
from app.identity.operations import CannotChangeRoles, give_role, given_as, refuse_conflict, staff_access_of
from app.identity.queries import list_people_with_role
from app.identity.resetting import reset_now
from app.tlog.encoding import JSON


def grant_role(
    *, person: Person, role: Role, reason: str, by: Person | str, at: datetime, as_email: str | None = None
) -> StaffChange | None:
    """Give a member of staff one more role, at once (None) or once it is confirmed. Raises CannotChangeRoles."""
    staff_access_of(person)
    if role in person.roles:
        raise CannotChangeRoles(f"{person.full_name} already is {role.label}.")
    asked = _open_changes(person)
    if any(each.role is role for each in asked):
        raise CannotChangeRoles(f"That {person.full_name} becomes {role.label} waits for its confirmation already.")
    refuse_conflict(person.roles | {role} | {each.role for each in asked if each.role})
    if role in APPROVERS and _must_wait(frozenset({role}), by):
        return _ask(
            StaffChange(person=person, kind=ChangeKind.ROLE, role=role, reason=reason, asked_at=at), by, as_email
        )
    give_role(person=person, role=role, by=by, at=at)
    return None


def reset_factors(
    *, person: Person, reason: str, by: Person | str, at: datetime, as_email: str | None = None
) -> str | None:
    """Take password and factors from somebody who lost them: the code to enrol with again, told this once.

    None for an approver, or the deputy of one: it waits for its confirmation. Raises CannotChangeRoles.
    """
    staff_access_of(person)
    if isinstance(by, Person) and by.id == person.id:
        raise CannotChangeRoles("Another admin resets your access. What you still have, you change yourself.")
    signs_as = _signs_as(person, at)
    if signs_as and _must_wait(signs_as, by):
        if any(each.kind is ChangeKind.RESET for each in _open_changes(person)):
            raise CannotChangeRoles(f"Resetting the access of {person.full_name} waits for its confirmation already.")
        _ask(StaffChange(person=person, kind=ChangeKind.RESET, role=None, reason=reason, asked_at=at), by, as_email)
        return None
    return reset_now(person=person, reason=reason, by=by, at=at, as_email=as_email)


def confirm_change(*, change: StaffChange, by: Person, at: datetime) -> str | None:
    """An approver of the other kind puts it in force; the enrolment code where factors were reset.

    Raises CannotChangeRoles.
    """
    _decide(change, by, at)
    change.is_confirmed = True
    session.flush()
    audit.record(action="change.confirmed", actor=by, subject=change, at=at)
    if change.kind is ChangeKind.RESET:
        return reset_now(person=change.person, reason=change.reason, by=by, at=at)
    assert change.role is not None  # noqa: S101 - a constraint says so
    refuse_conflict(change.person.roles | {change.role})
    give_role(person=change.person, role=change.role, by=change.asked_by or by, at=at)
    return None


def refuse_change(*, change: StaffChange, by: Person, at: datetime) -> None:
    """An approver of the other kind says no. Raises CannotChangeRoles."""
    _decide(change, by, at)
    session.flush()
    audit.record(action="change.refused", actor=by, subject=change, at=at)


def may_decide_change(change: StaffChange, by: Person, at: datetime) -> bool:
    """Whether this person is the one to confirm or refuse it."""
    concerned = frozenset({change.role}) if change.role else _signs_as(change.person, at)
    return bool(by.roles & _others(concerned)) and by.id not in (change.person_id, change.asked_by_id)


def get_change(pseudonym: str) -> StaffChange:
    """The change of that pseudonym. Raises NoResultFound."""
    return session.scalars(select(StaffChange).where(StaffChange.pseudonym == pseudonym)).one()


def list_open_changes() -> list[StaffChange]:
    """What waits, oldest first."""
    waiting = select(StaffChange).where(StaffChange.decided_at.is_(None)).order_by(StaffChange.id)
    return list(session.scalars(waiting.options(selectinload(StaffChange.person), selectinload(StaffChange.asked_by))))


def list_changes(person: Person) -> list[StaffChange]:
    """Everything that ever waited about somebody, newest first."""
    about = select(StaffChange).where(StaffChange.person_id == person.id).order_by(StaffChange.id.desc())
    return list(
        session.scalars(about.options(selectinload(StaffChange.asked_by), selectinload(StaffChange.decided_by)))
    )


def _decide(change: StaffChange, by: Person, at: datetime) -> None:
    session.refresh(change, with_for_update=True)
    if change.decided_at is not None:
        raise CannotChangeRoles("This was decided already.")
    if not may_decide_change(change, by, at):
        raise CannotChangeRoles("An approver of the other kind decides it, who neither asked for it nor is concerned.")
    staff_access_of(change.person)
    change.decided_by_id, change.decided_at = by.id, at


def _open_changes(person: Person) -> list[StaffChange]:
    return [each for each in list_changes(person) if each.decided_at is None]


def _signs_as(person: Person, at: datetime) -> frozenset[Role]:
    """The approvers' roles in which somebody signs, their own and as a deputy, now or later."""
    deputised = select(Delegation.role).where(
        Delegation.deputy_id == person.id, Delegation.ended_at.is_(None), Delegation.to_on >= at.date()
    )
    return (person.roles & APPROVERS) | frozenset(session.scalars(deputised))


def _others(roles: frozenset[Role]) -> frozenset[Role]:
    """Who confirms: the other kind; for somebody of both kinds, either."""
    return (APPROVERS - roles) or APPROVERS


def _must_wait(roles: frozenset[Role], by: Person | str) -> bool:
    """False at the shell as long as nobody could confirm. Raises CannotChangeRoles for that on a page."""
    if any(list_people_with_role(role) for role in _others(roles)):
        return True
    if isinstance(by, Person):
        who = " or ".join(sorted(role.label for role in _others(roles)))
        raise CannotChangeRoles(
            f"Nobody could confirm it: there is no {who}. The first are made at the server’s shell."
        )
    return False


def _ask(change: StaffChange, by: Person | str, as_email: str | None) -> StaffChange:
    change.asked_by = by if isinstance(by, Person) else None
    session.add(change)
    session.flush()
    parts: dict[str, JSON] = {"kind": change.kind.value, "person": change.person.audit_name, "reason": change.reason}
    parts |= {"role": change.role.value} if change.role else {}
    audit.record(action="change.asked", actor=by, subject=change, at=change.asked_at, **parts, **given_as(as_email))
    return change
