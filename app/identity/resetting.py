"""Taking away the second factors of somebody who lost them. Callers own the transaction."""

from datetime import datetime

from app import audit
from app.core.db import session
from app.identity.access_models import STAFF_SESSIONS
from app.identity.enrolling import issue_enrolment
from app.identity.models import Person, StaffPassword
from app.identity.operations import CannotChangeRoles
from app.identity.second_factors import forget_factors
from app.identity.staff_access import end_staff_sessions
from app.tlog.encoding import JSON


def reset_factors(*, person: Person, reason: str, by: Person | str, at: datetime, as_email: str | None = None) -> str:
    """Forget password and factors, end every session, and give the code to enrol with again, told this once.

    Raises CannotChangeRoles for somebody without staff access.
    """
    access = session.get(StaffPassword, person.id)
    if access is None or access.disabled_at is not None:
        raise CannotChangeRoles(f"{person.full_name} has no staff access.")
    forget_factors(person)
    end_staff_sessions(person, *STAFF_SESSIONS)
    access.password_hash, access.reset_at = None, at
    session.flush()
    given: dict[str, JSON] = {"as_email": as_email} if as_email else {}
    audit.record(action="factor.reset", actor=by, subject=person, at=at, reason=reason, **given)
    return issue_enrolment(person=person, by=by, at=at, as_email=as_email)
