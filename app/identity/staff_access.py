"""Staff signing in with a password. The slow check runs outside a transaction, and is only then acted on."""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from app import audit
from app.core.db import database_now, session
from app.core.errors import DomainError
from app.identity.access_models import LoginSession, SessionKind
from app.identity.limits import CLIENT_LIMITS, PASSWORD_LIMITS, count
from app.identity.links import hash_token
from app.identity.models import Person, StaffPassword
from app.identity.passwords import matches
from app.identity.queries import find_person_by_email, normal_email
from app.identity.signing_in import SignedIn, start_session

log = logging.getLogger(__name__)
LASTS = timedelta(hours=8)


class WrongPassword(DomainError):
    """Address or password is wrong, or the access is closed; which of them is not said."""


@dataclass(frozen=True)
class PasswordProof:
    """Somebody typed the password behind this hash."""

    person_id: int
    password_hash: str


def count_password_attempt(*, email: str, client: str, at: datetime) -> None:
    """Count a try before the password is looked at. Raises TooManyRequests, known address or not."""
    count(purpose="password-client", subject=client, limits=CLIENT_LIMITS, at=at)
    count(purpose="password", subject=normal_email(email), limits=PASSWORD_LIMITS, at=at)


def check_password(*, email: str, password: str) -> PasswordProof:
    """Compare a password, slowly, for a known and an unknown address alike. Raises WrongPassword."""
    person = find_person_by_email(email)
    access = person.staff_password if person else None
    if not matches(password, access.password_hash if access else None) or person is None or access is None:
        log.warning("a password was refused for %s", person.audit_name if person else "an unknown address")
        raise WrongPassword("The address or the password is wrong.")
    return PasswordProof(person_id=person.id, password_hash=access.password_hash)


def sign_in_staff(*, proof: PasswordProof, device: str, at: datetime) -> SignedIn:
    """Start a staff session of 8 hours. Raises WrongPassword when the access was changed or closed meanwhile."""
    access = session.get_one(StaffPassword, proof.person_id)
    if access.disabled_at is not None or access.password_hash != proof.password_hash:
        raise WrongPassword("The address or the password is wrong.")
    person = session.get_one(Person, proof.person_id)
    signed_in = start_session(person=person, kind=SessionKind.STAFF, lasts=LASTS, device=device)
    audit.record(action="staff.signed_in", actor=person, subject=person, at=at, roles=sorted(person.roles))
    return signed_in


def reauthenticate(*, login: LoginSession, proof: PasswordProof, at: datetime) -> SignedIn:
    """Note that the person behind a staff session typed the password again; the cookie gets a new secret.

    Raises WrongPassword when the proof is somebody else's.
    """
    if login.person_id != proof.person_id or login.kind is not SessionKind.STAFF:
        raise WrongPassword("The password is wrong.")
    token = secrets.token_hex(32)
    login.token_hash = hash_token(token)
    login.proved_at = database_now()
    session.flush()
    audit.record(action="staff.reauthenticated", actor=login.person, subject=login.person, at=at)
    return SignedIn(token=token, login=login)
