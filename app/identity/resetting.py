"""Taking away the second factors of somebody who lost them. Callers own the transaction."""

from datetime import datetime

from app import audit
from app.core.db import session
from app.identity.access_models import STAFF_SESSIONS
from app.identity.enrolling import issue_enrolment
from app.identity.models import Person
from app.identity.operations import given_as, staff_access_of
from app.identity.second_factors import forget_factors
from app.identity.staff_access import end_staff_sessions


def reset_now(*, person: Person, reason: str, by: Person | str, at: datetime, as_email: str | None = None) -> str:
    """Forget password and factors, end every session, and give the code to enrol with again, told this once.

    `app.identity.changing` says when that may be. Raises CannotChangeRoles for somebody without staff access.
    """
    access = staff_access_of(person)
    forget_factors(person)
    end_staff_sessions(person, *STAFF_SESSIONS)
    access.password_hash, access.reset_at = None, at
    session.flush()
    audit.record(action="factor.reset", actor=by, subject=person, at=at, reason=reason, **given_as(as_email))
    return issue_enrolment(person=person, by=by, at=at, as_email=as_email)
