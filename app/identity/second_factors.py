"""Showing a second factor beside the password, and what somebody has of them. Callers own the transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from app import audit
from app.core.db import session
from app.identity.access_models import LoginSession
from app.identity.authenticators import CannotSetUp, use_code
from app.identity.factor_models import Authenticator, FactorKind, Passkey, RecoveryCode
from app.identity.limits import CLIENT_LIMITS, FACTOR_LIMITS, count
from app.identity.links import read_code
from app.identity.models import Person
from app.identity.passkeys import Site, list_passkeys, remove_passkey, use_passkey
from app.identity.recovery import count_recovery_codes, use_recovery_code
from app.identity.signing_in import NotSignedIn


@dataclass(frozen=True)
class TypedCode:
    """What somebody typed: an authenticator's six digits, or a recovery code."""

    text: str


@dataclass(frozen=True)
class PasskeyAnswer:
    """What the browser answered for a passkey, as JSON."""

    response: str
    site: Site


Answer = TypedCode | PasskeyAnswer


@dataclass(frozen=True)
class Factors:
    """What somebody can show beside the password."""

    authenticator: Authenticator | None
    passkeys: list[Passkey]
    recovery_codes_left: int

    @property
    def is_set_up(self) -> bool:
        """Recovery codes alone are no factor: they stand in for one."""
        return self.authenticator is not None or bool(self.passkeys)


def factors_of(person: Person) -> Factors:
    """What somebody has set up."""
    return Factors(session.get(Authenticator, person.id), list_passkeys(person), count_recovery_codes(person))


def show_factor(*, login: LoginSession, answer: Answer, client: str, at: datetime) -> FactorKind | NotSignedIn:
    """Count the try, then check it. A refusal is a value, so that what it counted is committed.

    Raises TooManyRequests.
    """
    person = login.person
    count(purpose="factor-client", subject=client, limits=CLIENT_LIMITS, at=at)
    count(purpose="factor", subject=person.pseudonym, limits=FACTOR_LIMITS, at=at)
    kind, refused = _check(login, answer)
    if refused is None:
        return kind
    audit.record(action="staff.refused", actor=person, subject=person, at=at, reason=f"wrong {kind.value}")
    return refused


def _check(login: LoginSession, answer: Answer) -> tuple[FactorKind, NotSignedIn | None]:
    if isinstance(answer, PasskeyAnswer):
        return FactorKind.PASSKEY, use_passkey(login=login, response=answer.response, site=answer.site)
    digits = read_code(answer.text)
    if digits is not None:
        return FactorKind.AUTHENTICATOR, use_code(person=login.person, digits=digits)
    return FactorKind.RECOVERY, use_recovery_code(person=login.person, code=answer.text)


def remove_own_passkey(*, person: Person, pseudonym: str, at: datetime) -> None:
    """Remove one's own passkey, unless it is the last factor. Raises CannotSetUp, or NoResultFound for another's."""
    factors = factors_of(person)
    if factors.authenticator is None and len(factors.passkeys) == 1:
        raise CannotSetUp("This is your only second factor. Set up another one first.")
    remove_passkey(person=person, pseudonym=pseudonym, at=at)


def remove_authenticator(*, person: Person, at: datetime) -> None:
    """Remove one's own authenticator app, unless it is the last factor. Raises CannotSetUp."""
    factors = factors_of(person)
    if factors.authenticator is None:
        raise CannotSetUp("You have no authenticator app.")
    if not factors.passkeys:
        raise CannotSetUp("This is your only second factor. Set up a passkey first, or set up the app anew.")
    session.execute(delete(Authenticator).where(Authenticator.person_id == person.id))
    audit.record(action="factor.removed", actor=person, subject=person, at=at, factor=FactorKind.AUTHENTICATOR.value)


def forget_factors(person: Person) -> None:
    """Delete everything that somebody could show beside the password."""
    for kind in (Authenticator, Passkey, RecoveryCode):
        session.execute(delete(kind).where(kind.person_id == person.id))
