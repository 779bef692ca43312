"""How staff get in for the first time, or again after a reset: a code handed over once. Callers own the transaction.

Whoever has it chooses a password and sets up a first factor. A password alone never sets one up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from app import audit
from app.core.db import database_now, session
from app.core.errors import DomainError
from app.identity.access_models import LoginSession, SessionKind
from app.identity.authenticators import CannotSetUp, add_authenticator
from app.identity.codes import hash_typed, new_code
from app.identity.factor_models import Enrolment, FactorKind
from app.identity.limits import CLIENT_LIMITS, ENROLMENT_LIMITS, count
from app.identity.models import Person
from app.identity.operations import given_as
from app.identity.passkeys import Site, add_passkey
from app.identity.queries import normal_email
from app.identity.recovery import make_recovery_codes
from app.identity.signing_in import SignedIn, start_session
from app.identity.staff_access import choose_password, enter

GOOD_FOR = timedelta(hours=72)
ENROLS_WITHIN = timedelta(minutes=30)
GROUPS = 5
_PURPOSE = "enrolment"


class WrongEnrolment(DomainError):
    """Address and enrolment code do not belong together, or the code has ended."""


@dataclass(frozen=True)
class Enrolled:
    """The first staff session, and the recovery codes, which are shown this once."""

    signed_in: SignedIn
    recovery_codes: list[str]


def issue_enrolment(*, person: Person, by: Person | str, at: datetime, as_email: str | None = None) -> str:
    """A code for somebody to enrol with, good for 72 hours and told this once; earlier ones end."""
    now, code = database_now(), new_code(GROUPS)
    session.execute(
        update(Enrolment)
        .where(Enrolment.person_id == person.id, Enrolment.used_at.is_(None), Enrolment.voided_at.is_(None))
        .values(voided_at=now)
    )
    session.add(
        Enrolment(
            person_id=person.id,
            code_hash=hash_typed(_PURPOSE, code),
            issued_at=now,
            expires_at=now + GOOD_FOR,
            used_at=None,
            voided_at=None,
        )
    )
    session.flush()
    audit.record(action="enrolment.issued", actor=by, subject=person, at=at, **given_as(as_email))
    return code


def count_enrolment_attempt(*, email: str, client: str, at: datetime) -> None:
    """Count a try before the code is looked at. Raises TooManyRequests, known address or not."""
    count(purpose="enrolment-client", subject=client, limits=CLIENT_LIMITS, at=at)
    count(purpose="enrolment", subject=normal_email(email), limits=ENROLMENT_LIMITS, at=at)


def begin_enrolment(*, email: str, code: str, password_hash: str, device: str, at: datetime) -> SignedIn:
    """Choose the password; the session that begins opens only the pages of the first factor. Raises WrongEnrolment."""
    enrolment = session.scalar(
        select(Enrolment)
        .where(
            Enrolment.code_hash == hash_typed(_PURPOSE, code),
            Enrolment.used_at.is_(None),
            Enrolment.voided_at.is_(None),
            Enrolment.expires_at > database_now(),
        )
        .options(joinedload(Enrolment.person))
    )
    if enrolment is None or enrolment.person.email != normal_email(email):
        raise WrongEnrolment("Address and enrolment code do not belong together, or the code has ended.")
    choose_password(person=enrolment.person, password_hash=password_hash, at=at)
    begun = start_session(person=enrolment.person, kind=SessionKind.ENROLLING, lasts=ENROLS_WITHIN, device=device)
    begun.login.enrolment_id = enrolment.id
    session.flush()
    return begun


def enrol_authenticator(*, login: LoginSession, secret: str, code: str, at: datetime) -> Enrolled:
    """Set up an authenticator app as the first factor, and go in. Raises CannotSetUp."""
    _use_up(login)
    add_authenticator(person=login.person, secret=secret, code=code, at=at)
    return _go_in(login, FactorKind.AUTHENTICATOR, at)


def enrol_passkey(*, login: LoginSession, response: str, site: Site, name: str, at: datetime) -> Enrolled:
    """Set up a passkey as the first factor, and go in. Raises CannotSetUp."""
    _use_up(login)
    add_passkey(login=login, response=response, site=site, name=name, at=at)
    return _go_in(login, FactorKind.PASSKEY, at)


def _use_up(login: LoginSession) -> None:
    """The one conditional UPDATE: of any number of first factors one is set up."""
    used = session.execute(
        update(Enrolment)
        .where(Enrolment.id == login.enrolment_id, Enrolment.used_at.is_(None), Enrolment.voided_at.is_(None))
        .values(used_at=database_now())
        .returning(Enrolment.id)
    )
    if login.kind is not SessionKind.ENROLLING or used.scalar_one_or_none() is None:
        raise CannotSetUp("This enrolment has ended. Sign in, or ask an admin for a new code.")


def _go_in(login: LoginSession, factor: FactorKind, at: datetime) -> Enrolled:
    codes = make_recovery_codes(person=login.person, at=at)
    return Enrolled(enter(login=login, factor=factor, at=at), codes)
