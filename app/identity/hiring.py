"""Adding members of staff. Callers own the transaction; see `app.core.db`."""

from collections.abc import Iterable
from datetime import datetime

from app import audit
from app.core.db import session
from app.identity.changing import grant_role
from app.identity.models import APPROVERS, Person, Role, StaffPassword
from app.identity.operations import add_person, given_as, hold, refuse_conflict
from app.tlog.encoding import JSON


def create_staff(
    *,
    full_name: str,
    email: str,
    roles: Iterable[Role],
    time_zone: str,
    by: Person | str,
    at: datetime,
    as_email: str | None = None,
) -> Person:
    """Add a member of staff, who gets in with an enrolment code. `by` is a person or `shell:USER`.

    An approver's role waits for its confirmation, as in `grant_role`. `as_email` is whom a command was given for; it is
    recorded, never believed. Raises CannotAddPerson, and CannotChangeRoles for no role or for roles that one person may
    not hold together.
    """
    wanted = frozenset(roles)
    refuse_conflict(wanted)
    person = add_person(full_name=full_name, email=email, time_zone=time_zone)
    session.add(StaffPassword(person_id=person.id, password_hash=None, changed_at=at))
    hold(person=person, roles=wanted - APPROVERS, by=by, at=at)
    parts: dict[str, JSON] = {"email": person.email, "full_name": full_name, "roles": sorted(wanted)}
    audit.record(action="staff.created", actor=by, subject=person, at=at, **parts, **given_as(as_email))
    for role in sorted(wanted & APPROVERS):
        grant_role(person=person, role=role, reason="Hired.", by=by, at=at, as_email=as_email)
    return person
