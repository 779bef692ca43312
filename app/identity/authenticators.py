"""Authenticator apps: setting one up, and accepting each of its codes once. Callers own the transaction.

Codes are compared in the database's time, which every process shares.
"""

import base64
from datetime import datetime

from cryptography.exceptions import InvalidTag
from sqlalchemy import update

from app import audit
from app.core.db import database_now, session
from app.core.errors import DomainError
from app.identity.access_models import LoginSession
from app.identity.codes import DRIFT_STEPS, digits_of, find_step, setup_address, step_of
from app.identity.factor_models import Authenticator, FactorKind
from app.identity.links import read_code
from app.identity.models import Person
from app.identity.sealing import derived, is_newest, seal, unseal
from app.identity.signing_in import NotSignedIn

WRONG = NotSignedIn("That code is not right. Use the one your app shows now.")
USED = NotSignedIn("That code was used before, or a newer one was. Wait for the next; it comes within 30 seconds.")


class CannotSetUp(DomainError):
    """The factor cannot be set up or removed like this."""


def setup_secret(login: LoginSession) -> str:
    """The secret that this session may set up: the same for each of its pages, gone when the session's own changes."""
    return base64.b32encode(derived("authenticator setup", login.token_hash)[:20]).decode()


def setup_link(login: LoginSession, *, issuer: str) -> str:
    """What the QR code says to the app."""
    return setup_address(setup_secret(login), account=login.person.email, issuer=issuer)


def next_code(person: Person, secret: str) -> str | None:
    """What the app shows, in the earliest step whose code would still be accepted; None until the next step begins."""
    now, app = step_of(database_now()), session.get(Authenticator, person.id)
    step = max(now, app.last_step + 1) if app else now
    return digits_of(secret, step) if step <= now + DRIFT_STEPS else None


def code_before(secret: str) -> str:
    """What the app showed in the step before this one, which is still accepted and leaves this one's unused."""
    return digits_of(secret, step_of(database_now()) - DRIFT_STEPS)


def add_authenticator(*, person: Person, secret: str, code: str, at: datetime) -> None:
    """Set an app up, once it shows that it has the secret; it replaces the one before. Raises CannotSetUp."""
    now, digits = database_now(), read_code(code)
    step = find_step(secret, digits, now) if digits else None
    if step is None:
        raise CannotSetUp("That code is not right. Type the 6 digits that the app shows now for this account.")
    key_id, sealed = seal(secret, whose=person.pseudonym)
    session.merge(
        Authenticator(
            person_id=person.id, key_id=key_id, sealed=sealed, last_step=step, added_at=now, last_used_at=None
        )
    )
    session.flush()
    audit.record(action="factor.added", actor=person, subject=person, at=at, factor=FactorKind.AUTHENTICATOR.value)


def use_code(*, person: Person, digits: str) -> NotSignedIn | None:
    """Accept the six digits once; None is yes. A code is no good once it or a newer one was used."""
    app = session.get(Authenticator, person.id)
    now = database_now()
    step = find_step(_secret_of(app, person), digits, now) if app else None
    if app is None or step is None:
        return WRONG
    key_id, sealed = app.key_id, app.sealed
    if not is_newest(key_id):
        key_id, sealed = seal(_secret_of(app, person), whose=person.pseudonym)
    accepted = session.execute(
        update(Authenticator)
        .where(Authenticator.person_id == person.id, Authenticator.last_step < step)
        .values(last_step=step, last_used_at=now, key_id=key_id, sealed=sealed)
        .returning(Authenticator.person_id)
    )
    return None if accepted.scalar_one_or_none() is not None else USED


def _secret_of(app: Authenticator, person: Person) -> str:
    """Raises CannotSetUp when its key is gone, which resetting the person's factors mends."""
    try:
        return unseal(app.key_id, app.sealed, whose=person.pseudonym)
    except (KeyError, InvalidTag) as gone:
        raise CannotSetUp(
            "Your authenticator app was set up under a key that is gone. Ask an admin for help."
        ) from gone
