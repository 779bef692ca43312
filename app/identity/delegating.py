"""An approver who will be away names a deputy; an approver of the other kind confirms. Callers own the transaction."""

from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity.delegation_models import Delegation
from app.identity.models import APPROVERS, Person, Role, StaffRole


class CannotDelegate(DomainError):
    """This absence cannot be delegated, confirmed or ended like this."""


def delegate(
    *, approver: Person, role: Role, deputy: Person, from_on: date, to_on: date, reason: str, at: datetime
) -> Delegation:
    """Name one deputy for one's own absence, both days included; it counts once confirmed. Raises CannotDelegate."""
    if role not in APPROVERS or role not in approver.roles:
        raise CannotDelegate("Only an approver names a deputy, and only for their own role.")
    _check_deputy(approver, deputy)
    if to_on < from_on or to_on < at.date():
        raise CannotDelegate("The last day comes after the first, and is not over yet.")
    if not reason.strip():
        raise CannotDelegate("Write why you will be away; whoever confirms reads it.")
    asked = Delegation(
        approver=approver, deputy=deputy, role=role, from_on=from_on, to_on=to_on, reason=reason, asked_at=at
    )
    session.add(asked)
    session.flush()
    audit.record(
        action="delegation.asked",
        actor=approver,
        subject=asked,
        at=at,
        role=role.value,
        deputy=deputy.audit_name,
        from_on=from_on.isoformat(),
        to_on=to_on.isoformat(),
        reason=reason,
    )
    return asked


def _check_deputy(approver: Person, deputy: Person) -> None:
    if deputy.id == approver.id:
        raise CannotDelegate("Name somebody else than yourself.")
    if not deputy.roles:
        raise CannotDelegate(f"{deputy.full_name} is no member of staff.")
    if unfit := deputy.roles & {Role.ADMIN, Role.AUDITOR, *APPROVERS}:
        labels = " and ".join(sorted(role.label for role in unfit))
        raise CannotDelegate(f"{deputy.full_name} is {labels}, and so cannot sign for somebody else.")


def confirm_delegation(*, delegation: Delegation, by: Person, at: datetime) -> None:
    """An approver of the other kind confirms, and so puts it in force. Raises CannotDelegate."""
    session.refresh(delegation, with_for_update=True)
    if delegation.confirmed_at is not None or delegation.ended_at is not None:
        raise CannotDelegate("This was confirmed or ended already.")
    if not by.roles & (APPROVERS - {delegation.role}) or by.id in (delegation.approver_id, delegation.deputy_id):
        raise CannotDelegate("An approver of the other kind has to confirm it.")
    _check_deputy(delegation.approver, delegation.deputy)
    delegation.confirmed_by_id, delegation.confirmed_at = by.id, at
    session.flush()
    audit.record(action="delegation.confirmed", actor=by, subject=delegation, at=at)


def end_delegation(*, delegation: Delegation, by: Person, at: datetime) -> None:
    """The approver is back, or any approver withdraws it. Raises CannotDelegate."""
    session.refresh(delegation, with_for_update=True)
    if delegation.ended_at is not None:
        raise CannotDelegate("This was ended already.")
    if not by.roles & APPROVERS:
        raise CannotDelegate("Only an approver ends it.")
    delegation.ended_at = at
    session.flush()
    audit.record(action="delegation.ended", actor=by, subject=delegation, at=at)


def get_delegation(pseudonym: str) -> Delegation:
    """The delegation of that pseudonym. Raises NoResultFound."""
    return session.scalars(select(Delegation).where(Delegation.pseudonym == pseudonym)).one()


def list_delegations(*, on: date) -> list[Delegation]:
    """Every delegation that is not ended or over on that day, asked and confirmed ones alike, oldest first."""
    people = (Delegation.approver, Delegation.deputy, Delegation.confirmed_by)
    return list(
        session.scalars(
            select(Delegation)
            .where(Delegation.ended_at.is_(None), Delegation.to_on >= on)
            .order_by(Delegation.id)
            .options(*(joinedload(each) for each in people))
        )
    )


def list_deputised(*, deputy: Person, on: date) -> list[Delegation]:
    """What this person signs for others on that day: confirmed, in force, and the role is still the absent one's."""
    held = select(StaffRole.id).where(
        StaffRole.person_id == Delegation.approver_id, StaffRole.role == Delegation.role, StaffRole.ended_at.is_(None)
    )
    in_force = select(Delegation).where(
        Delegation.deputy_id == deputy.id,
        Delegation.confirmed_at.is_not(None),
        Delegation.ended_at.is_(None),
        Delegation.from_on <= on,
        Delegation.to_on >= on,
        held.exists(),
    )
    return list(session.scalars(in_force.order_by(Delegation.id).options(joinedload(Delegation.approver))))


def list_possible_deputies() -> list[Person]:
    """Staff who may be named: no admin, no auditor and no approver, by name."""
    unfit = select(StaffRole.person_id).where(
        StaffRole.ended_at.is_(None), or_(StaffRole.role.in_([Role.ADMIN, Role.AUDITOR]), StaffRole.role.in_(APPROVERS))
    )
    held = select(StaffRole.person_id).where(StaffRole.ended_at.is_(None))
    fit = select(Person).where(Person.id.in_(held), Person.id.not_in(unfit))
    return list(session.scalars(fit.order_by(Person.full_name, Person.id)))


def role_since(person: Person, role: Role) -> datetime | None:
    """Since when the person holds the role without a break; None where they do not hold it now."""
    held = (each for each in person.staff_roles if each.role is role and each.ended_at is None)
    return next((each.granted_at for each in held), None)


def signs_since(person: Person, role: Role, *, deputy: Person | None = None) -> datetime | None:
    """Since when signatures in the role count: it was given, and the factors of who signs were not reset since."""
    given = role_since(person, role)
    signer = deputy or person
    reset = signer.staff_password.reset_at if signer.staff_password else None
    return max(given, reset) if given and reset else given
