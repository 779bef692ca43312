"""Passkeys (WebAuthn), user verification required. Callers own the transaction.

A challenge is a random number, a time and an HMAC over both and the session's own secret: nothing has to be stored
before it is used, and since every success gives the session a new secret, no challenge is answered twice.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import parse_authentication_credential_json, parse_client_data_json
from webauthn.helpers import parse_registration_credential_json as parse_registration
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from app import audit
from app.core.db import database_now, session
from app.identity.access_models import LoginSession
from app.identity.authenticators import CannotSetUp
from app.identity.factor_models import FactorKind, Passkey
from app.identity.models import Person
from app.identity.sealing import derived
from app.identity.signing_in import NotSignedIn

LIVES = timedelta(minutes=10)
NUMBER_BYTES, TIME_BYTES = 16, 8
MOST = 10
REFUSED = NotSignedIn("That passkey did not confirm that it is you. Try again, or type a code instead.")


@dataclass(frozen=True)
class Site:
    """Whom a passkey is for: the portal's host, its origin as browsers name it, and its name for people."""

    host: str
    origin: str
    name: str


def registration_options(login: LoginSession, site: Site) -> str:
    """What the browser needs to make a passkey, as JSON."""
    person = login.person
    return options_to_json(
        generate_registration_options(
            rp_id=site.host,
            rp_name=site.name,
            user_id=person.pseudonym.encode(),
            user_name=person.email,
            user_display_name=person.full_name,
            challenge=_challenge(login),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=each.credential_id) for each in list_passkeys(person)
            ],
        )
    )


def authentication_options(login: LoginSession, site: Site) -> str | None:
    """What the browser needs to use one of the person's passkeys, as JSON; None where there is none."""
    known = list_passkeys(login.person)
    if not known:
        return None
    return options_to_json(
        generate_authentication_options(
            rp_id=site.host,
            challenge=_challenge(login),
            allow_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def add_passkey(*, login: LoginSession, response: str, site: Site, name: str, at: datetime) -> Passkey:
    """Keep the public half of the passkey that a browser made for this session. Raises CannotSetUp."""
    if len(list_passkeys(login.person)) >= MOST:
        raise CannotSetUp(f"{MOST} passkeys are the most. Remove one first.")
    verified = _registered(response, login, site)
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == verified.credential_id)) is not None:
        raise CannotSetUp("This passkey is set up already.")
    passkey = Passkey(
        person_id=login.person_id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name.strip()[:80] or "Passkey",
        added_at=database_now(),
        last_used_at=None,
    )
    session.add(passkey)
    session.flush()
    audit.record(
        action="factor.added", actor=login.person, subject=login.person, at=at, factor=FactorKind.PASSKEY.value
    )
    return passkey


def use_passkey(*, login: LoginSession, response: str, site: Site) -> NotSignedIn | None:
    """Check a browser's answer against this session's challenge; None is yes. A count that went back is refused."""
    try:
        credential = parse_authentication_credential_json(response)
        passkey = session.scalars(
            select(Passkey)
            .where(Passkey.credential_id == credential.raw_id, Passkey.person_id == login.person_id)
            .with_for_update()
        ).one_or_none()
        if passkey is None:
            return REFUSED
        verified = _verify(credential, passkey, login, site)
    except (WebAuthnException, ValueError):
        return REFUSED
    passkey.sign_count, passkey.last_used_at = verified.new_sign_count, database_now()
    session.flush()
    return None


def list_passkeys(person: Person) -> list[Passkey]:
    """Somebody's passkeys, oldest first."""
    return list(session.scalars(select(Passkey).where(Passkey.person_id == person.id).order_by(Passkey.id)))


def remove_passkey(*, person: Person, pseudonym: str, at: datetime) -> None:
    """Forget one of the person's own passkeys. Raises NoResultFound for anybody else's."""
    mine = select(Passkey).where(Passkey.pseudonym == pseudonym, Passkey.person_id == person.id)
    passkey = session.scalars(mine).one()
    session.execute(delete(Passkey).where(Passkey.id == passkey.id))
    audit.record(action="factor.removed", actor=person, subject=person, at=at, factor=FactorKind.PASSKEY.value)


def _registered(response: str, login: LoginSession, site: Site) -> VerifiedRegistration:
    try:
        credential = parse_registration(response)
        return verify_registration_response(
            credential=credential,
            expected_challenge=_challenge_in(credential, login),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as refused:
        raise CannotSetUp("The browser’s answer could not be checked. Reload the page and try again.") from refused


def _verify(
    credential: AuthenticationCredential, passkey: Passkey, login: LoginSession, site: Site
) -> VerifiedAuthentication:
    return verify_authentication_response(
        credential=credential,
        expected_challenge=_challenge_in(credential, login),
        expected_rp_id=site.host,
        expected_origin=site.origin,
        credential_public_key=passkey.public_key,
        credential_current_sign_count=passkey.sign_count,
        require_user_verification=True,
    )


def _challenge(login: LoginSession) -> bytes:
    number = secrets.token_bytes(NUMBER_BYTES)
    made = int(database_now().timestamp()).to_bytes(TIME_BYTES)
    return number + made + _seal_of(number + made, login)


def _challenge_in(credential: AuthenticationCredential | RegistrationCredential, login: LoginSession) -> bytes:
    """The challenge that was answered, if this session was given it in the last minutes. Raises ValueError."""
    answered = parse_client_data_json(credential.response.client_data_json).challenge
    asked, seal = answered[: NUMBER_BYTES + TIME_BYTES], answered[NUMBER_BYTES + TIME_BYTES :]
    if not hmac.compare_digest(seal, _seal_of(asked, login)):
        raise ValueError("not this session's challenge")
    age = int(database_now().timestamp()) - int.from_bytes(asked[NUMBER_BYTES:])
    if not 0 <= age <= LIVES.total_seconds():
        raise ValueError("an old challenge")
    return answered


def _seal_of(asked: bytes, login: LoginSession) -> bytes:
    return derived("passkey challenge", login.token_hash, asked)
