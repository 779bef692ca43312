"""Staff signing in: the password, then a second factor. Callers own the transaction.

The slow check of a password runs outside a transaction, and is only then acted on.
"""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update

from app import audit
from app.core.db import database_now, session
from app.core.errors import DomainError
from app.identity.access_models import LoginSession, SessionKind
from app.identity.factor_models import FactorKind
from app.identity.limits import CLIENT_LIMITS, PASSWORD_LIMITS, count
from app.identity.links import hash_token
from app.identity.models import Person, StaffPassword
from app.identity.passwords import matches
from app.identity.queries import find_person_by_email, normal_email
from app.identity.second_factors import Answer, show_factor
from app.identity.signing_in import NotSignedIn, SignedIn, start_session

log = logging.getLogger(__name__)
LASTS = timedelta(hours=8)
ENTERS_WITHIN = timedelta(minutes=10)
GONE = NotSignedIn("That took too long. Please sign in again.")


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
    kept = person.staff_password.password_hash if person and person.staff_password else None
    if not matches(password, kept) or person is None or kept is None:
        log.warning("a password was refused for %s", person.audit_name if person else "an unknown address")
        raise WrongPassword("The address or the password is wrong.")
    return PasswordProof(person_id=person.id, password_hash=kept)


def choose_password(*, person: Person, password_hash: str, at: datetime) -> None:
    """Keep the hash that `hash_password` made. Whoever was about to sign in has to begin again.

    Raises WrongPassword when the access is closed.
    """
    access = session.get_one(StaffPassword, person.id)
    if access.disabled_at is not None:
        raise WrongPassword("This access is closed.")
    access.password_hash, access.changed_at = password_hash, at
    end_staff_sessions(person, SessionKind.ENTERING, SessionKind.ENROLLING)
    session.flush()
    audit.record(action="password.chosen", actor=person, subject=person, at=at)


def change_password(*, login: LoginSession, password_hash: str, at: datetime) -> None:
    """Keep another password for somebody who is signed in; their staff sessions elsewhere end."""
    choose_password(person=login.person, password_hash=password_hash, at=at)
    session.execute(
        update(LoginSession)
        .where(
            LoginSession.person_id == login.person_id,
            LoginSession.kind == SessionKind.STAFF,
            LoginSession.id != login.id,
            LoginSession.ended_at.is_(None),
        )
        .values(ended_at=database_now())
    )


def begin_sign_in(*, proof: PasswordProof, device: str, at: datetime) -> SignedIn:
    """After the password: a session of ten minutes that opens nothing but the page of the second factor.

    Raises WrongPassword when the access was changed or closed meanwhile.
    """
    access = session.get_one(StaffPassword, proof.person_id)
    if access.disabled_at is not None or access.password_hash != proof.password_hash:
        raise WrongPassword("The address or the password is wrong.")
    person = session.get_one(Person, proof.person_id)
    return start_session(person=person, kind=SessionKind.ENTERING, lasts=ENTERS_WITHIN, device=device)


def sign_in_staff(*, login: LoginSession, answer: Answer, client: str, at: datetime) -> SignedIn | NotSignedIn:
    """After the second factor: a staff session of 8 hours. Raises TooManyRequests."""
    _lock(login)  # of simultaneous answers one comes first
    if login.kind is not SessionKind.ENTERING or login.ended_at is not None:
        return GONE
    shown = show_factor(login=login, answer=answer, client=client, at=at)
    return shown if isinstance(shown, NotSignedIn) else enter(login=login, factor=shown, at=at)


def enter(*, login: LoginSession, factor: FactorKind, at: datetime) -> SignedIn:
    """Turn a session that was on its way in into one of staff, as fresh as its password."""
    person, now = login.person, database_now()
    login.ended_at = now
    entered = start_session(
        person=person, kind=SessionKind.STAFF, lasts=LASTS, device=login.device, proved_at=login.proved_at
    )
    audit.record(
        action="staff.signed_in", actor=person, subject=person, at=at, roles=sorted(person.roles), factor=factor.value
    )
    return entered


def reauthenticate(
    *, login: LoginSession, proof: PasswordProof, answer: Answer, client: str, at: datetime
) -> SignedIn | NotSignedIn:
    """Note that the person behind a staff session showed password and second factor again; the cookie's secret is new.

    Raises WrongPassword when the proof is somebody else's, and TooManyRequests.
    """
    _lock(login)
    if login.person_id != proof.person_id or login.kind is not SessionKind.STAFF:
        raise WrongPassword("The password is wrong.")
    shown = show_factor(login=login, answer=answer, client=client, at=at)
    if isinstance(shown, NotSignedIn):
        return shown
    renewed = renew_secret(login)
    login.proved_at = database_now()
    session.flush()
    audit.record(action="staff.reauthenticated", actor=login.person, subject=login.person, at=at, factor=shown.value)
    return renewed


def renew_secret(login: LoginSession) -> SignedIn:
    """Give a session another secret; the one before opens nothing any more."""
    token = secrets.token_hex(32)
    login.token_hash = hash_token(token)
    session.flush()
    return SignedIn(token=token, login=login)


def end_staff_sessions(person: Person, *kinds: SessionKind) -> None:
    """End the person's sessions of these kinds at once."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.person_id == person.id, LoginSession.kind.in_(kinds), LoginSession.ended_at.is_(None))
        .values(ended_at=database_now())
    )


def _lock(login: LoginSession) -> None:
    """Read its own columns under a lock; PostgreSQL locks no row of the outer joins that came with its person."""
    session.refresh(login, attribute_names=["kind", "ended_at", "person_id"], with_for_update=True)
