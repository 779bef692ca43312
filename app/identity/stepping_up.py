"""A code mailed at most ten minutes ago, before what counts. Callers own the transaction; see `app.core.db`.

Only a code that was asked for here counts, never that of a notice or of a sign-in link. It opens no session.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from app import audit
from app.core.db import database_now, session
from app.identity.access_models import LinkKind, LoginSession, SessionKind, SignInLink
from app.identity.asking import open_confirming_link
from app.identity.limits import ADDRESS_LIMITS, CLIENT_LIMITS, count
from app.identity.links import hash_code, read_code
from app.identity.queries import secrets_of
from app.identity.signing_in import NotSignedIn

CODE_LIVES = timedelta(minutes=10)
MOST_WRONG = 5
NO_CODE = NotSignedIn("Type the 6 digits from the newest email.")
NO_LONGER = NotSignedIn("That code has ended. Ask for a new one.")
WRONG = NotSignedIn("That is not the code from the newest email.")


def ask_for_confirmation(*, login: LoginSession, client: str, at: datetime) -> SignInLink:
    """Make a code for the person who is signed in; earlier ones end. Raises TooManyRequests.

    Whoever calls queues the message.
    """
    count(purpose="confirm-client", subject=client, limits=CLIENT_LIMITS, at=at)
    count(purpose="confirm-person", subject=login.person.pseudonym, limits=ADDRESS_LIMITS, at=at)
    session.execute(update(SignInLink).where(*_open_ones(login.person_id)).values(voided_at=database_now()))
    link = open_confirming_link(person=login.person, lives=CODE_LIVES)
    audit.record(action="confirmation.asked", actor=login.person, subject=link, at=at)
    return link


def is_code_out(*, login: LoginSession) -> bool:
    """Whether a code was mailed to whoever is signed in, and still works."""
    out = select(SignInLink.id).where(*_open_ones(login.person_id), SignInLink.expires_at > database_now())
    return session.scalar(out) is not None


def confirm_with_code(*, login: LoginSession, code: str, at: datetime) -> NotSignedIn | None:
    """Use the newest code once; None is yes, and the session is confirmed for ten minutes. Five wrong ones end it."""
    typed = read_code(code)
    link = session.scalar(
        select(SignInLink)
        .where(*_open_ones(login.person_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if typed is None:
        return NO_CODE
    if link is None or login.kind is not SessionKind.INVESTOR or database_now() >= link.expires_at:
        return NO_LONGER
    if hash_code(secrets_of(link).token, typed) != link.code_hash:
        return _count_wrong(link)
    link.used_at = login.confirmed_at = database_now()
    session.flush()
    audit.record(action="confirmation.given", actor=login.person, subject=link, at=at)
    return None


def _open_ones(person_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        SignInLink.person_id == person_id,
        SignInLink.kind == LinkKind.CONFIRMING,
        SignInLink.used_at.is_(None),
        SignInLink.voided_at.is_(None),
    )


def _count_wrong(link: SignInLink) -> NotSignedIn:
    link.wrong_codes += 1
    if link.wrong_codes >= MOST_WRONG:
        link.voided_at = database_now()
    session.flush()
    return NO_LONGER if link.voided_at else WRONG
