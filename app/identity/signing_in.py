"""Signing in from an e-mailed link, and ending sessions. Callers own the transaction; see `app.core.db`."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, false, or_, select, update

from app import audit
from app.core.db import database_now, session
from app.core.text import plural
from app.identity.access_models import SIGN_IN_KINDS, LinkKind, LoginSession, SessionKind, SignInLink
from app.identity.asking import end_notice_links
from app.identity.links import hash_code, hash_nonce, hash_token, read_code, read_token
from app.identity.models import Person

RESTS_AFTER = 5
VOID_AFTER = 10
RESTS_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class SignedIn:
    """A new session and the cookie's secret, which is told once."""

    token: str
    login: LoginSession


@dataclass(frozen=True)
class SignedInByLink(SignedIn):
    """A session that an e-mailed link began."""

    link: SignInLink


@dataclass(frozen=True)
class NotSignedIn:
    """Why a link did not sign anybody in, for the reader. A value, so that the wrong code it counted is committed."""

    says: str

    def __str__(self) -> str:
        return self.says


ENDED = NotSignedIn("This link has ended.")
NO_CODE = NotSignedIn("Type the 6 digits from the email.")
RESTING = NotSignedIn("This link rests for 15 minutes after five wrong codes. Please try again later.")


def sign_in_with_link(
    *, token: str, code: str, nonce: str | None, lasts: timedelta, device: str, at: datetime
) -> SignedInByLink | NotSignedIn:
    """Use a link once, with its code or from the browser that asked for it, and start a session.

    What is not six digits counts for nothing. Five wrong codes rest the link for 15 minutes, ten end it.
    """
    found = read_token(token)
    link = _lock(found) if found else None
    if found is None or link is None or not link.is_open(database_now()):
        return ENDED
    typed = read_code(code)
    rests = link.rests_until is not None and database_now() < link.rests_until
    if _consume(link, _proofs(found, None if rests else typed, nonce)):
        return _start_from(link, lasts=lasts, device=device, at=at)
    if typed is None:
        return NO_CODE
    return RESTING if rests else _count_wrong_code(link, at)


def start_session(
    *,
    person: Person,
    kind: SessionKind,
    lasts: timedelta,
    device: str,
    link: SignInLink | None = None,
    proved_at: datetime | None = None,
) -> SignedIn:
    """Start a session with a new 256-bit secret, of which only the hash is kept. `proved_at` is now unless given."""
    token = secrets.token_hex(32)
    now = database_now()
    login = LoginSession(
        person=person,
        kind=kind,
        token_hash=hash_token(token),
        link_id=link.id if link else None,
        device=device[:80],
        started_at=now,
        proved_at=proved_at or now,
        expires_at=now + lasts,
        ended_at=None,
        confirmed_at=None,
    )
    session.add(login)
    session.flush()
    return SignedIn(token=token, login=login)


def sign_out(*, login: LoginSession, at: datetime) -> None:
    """End a session; its cookie opens nothing any more. A session that has ended stays as it was."""
    _end(login, "signed out", at)


def end_session(*, person: Person, session_id: int, at: datetime) -> None:
    """End one of the person's own sessions. Raises NoResultFound for anybody else's."""
    mine = select(LoginSession).where(LoginSession.id == session_id, LoginSession.person_id == person.id)
    _end(session.scalars(mine).one(), "ended from the list", at)


def _end(login: LoginSession, reason: str, at: datetime) -> None:
    if login.ended_at is None:
        login.ended_at = database_now()
        session.flush()
        audit.record(action="session.ended", actor=login.person, subject=login.person, at=at, reason=reason)


def _lock(token: str) -> SignInLink | None:
    """The link, held so that simultaneous guesses are counted one after the other."""
    return session.scalar(
        select(SignInLink)
        .where(SignInLink.token_hash == hash_token(token))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _proofs(token: str, code: str | None, nonce: str | None) -> ColumnElement[bool]:
    """What may open the link: the nonce of the browser that asked for it, or the code."""
    by_nonce = SignInLink.nonce_hash == hash_nonce(nonce) if nonce else false()
    by_code = SignInLink.code_hash == hash_code(token, code) if code else false()
    return or_(by_nonce, by_code)


def _consume(link: SignInLink, proof: ColumnElement[bool]) -> bool:
    """The one conditional UPDATE: of any number of simultaneous uses, one finds the row unused."""
    now = database_now()
    used = session.execute(
        update(SignInLink)
        .where(
            SignInLink.id == link.id,
            SignInLink.kind.in_(SIGN_IN_KINDS),
            SignInLink.used_at.is_(None),
            SignInLink.voided_at.is_(None),
            SignInLink.expires_at > now,
            proof,
        )
        .values(used_at=now)
        .returning(SignInLink.id)
    )
    return used.scalar_one_or_none() is not None


def _count_wrong_code(link: SignInLink, at: datetime) -> NotSignedIn:
    link.wrong_codes += 1
    if link.wrong_codes >= VOID_AFTER:
        link.voided_at = database_now()
        session.flush()
        if link.message_pseudonym is not None:
            end_notice_links(message_pseudonym=link.message_pseudonym)
        audit.record(action="signin.link_voided", actor=link.person, subject=link, at=at, reason="wrong codes")
        return ENDED
    if link.wrong_codes == RESTS_AFTER:
        link.rests_until = database_now() + RESTS_FOR
    session.flush()
    left = (RESTS_AFTER if link.wrong_codes < RESTS_AFTER else VOID_AFTER) - link.wrong_codes
    return RESTING if link.wrong_codes == RESTS_AFTER else _wrong(left)


def _wrong(left: int) -> NotSignedIn:
    return NotSignedIn(f"That is not the code from this email. You can try {plural(left, 'more time', 'more times')}.")


def _start_from(link: SignInLink, *, lasts: timedelta, device: str, at: datetime) -> SignedInByLink:
    if link.kind is LinkKind.ASKED:
        _void_older(link)
    begun = start_session(person=link.person, kind=SessionKind.INVESTOR, lasts=lasts, device=device, link=link)
    audit.record(action="signin.signed_in", actor=link.person, subject=link, at=at, link_purpose=link.kind)
    return SignedInByLink(token=begun.token, login=begun.login, link=link)


def _void_older(link: SignInLink) -> None:
    """A link that was asked for ends the older ones that were; a notice's own link stays."""
    session.execute(
        update(SignInLink)
        .where(
            SignInLink.person_id == link.person_id,
            SignInLink.kind == LinkKind.ASKED,
            SignInLink.id < link.id,
            SignInLink.used_at.is_(None),
            SignInLink.voided_at.is_(None),
        )
        .values(voided_at=database_now())
    )
