"""Reading people, what they act for, their links and their sessions."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from app.core.db import UTCDateTime, session
from app.identity.access_models import LISTED_SESSIONS, LoginSession, SessionKind, SignInLink
from app.identity.keyring import keys_in_use
from app.identity.links import Secrets, derive, hash_token, read_token
from app.identity.models import Account, Authority, Person, Role, StaffPassword, StaffRole

LINK_PURPOSE = "sign-in"
LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s<>(),;:\"\\\[\]]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def is_email(text: str) -> bool:
    """Whether this is one address, as files and forms may bring it."""
    return len(text) <= LONGEST_EMAIL and text.isprintable() and _EMAIL.fullmatch(text) is not None


def normal_email(text: str) -> str:
    """An address as it is compared: outer blanks off, lower case, NFC."""
    return unicodedata.normalize("NFC", text.strip()).lower()


def find_person_by_email(email: str) -> Person | None:
    """The person with this address, however it was typed."""
    return session.scalar(select(Person).where(Person.email == normal_email(email)))


def get_person(pseudonym: str) -> Person:
    """The person with this pseudonym."""
    return session.scalars(select(Person).where(Person.pseudonym == pseudonym)).one()


def list_people(pseudonyms: Collection[str]) -> list[Person]:
    """The people with these pseudonyms, in no order; unknown ones are missing."""
    return list(session.scalars(select(Person).where(Person.pseudonym.in_(pseudonyms))))


def list_staff() -> list[Person]:
    """Everybody who holds a staff role now, by name."""
    held = select(StaffRole.person_id).where(StaffRole.ended_at.is_(None))
    return list(session.scalars(select(Person).where(Person.id.in_(held)).order_by(Person.full_name, Person.id)))


def list_people_with_role(role: Role) -> list[Person]:
    """Everybody who holds this role now, by name."""
    held = select(StaffRole.person_id).where(StaffRole.ended_at.is_(None), StaffRole.role == role)
    return list(session.scalars(select(Person).where(Person.id.in_(held)).order_by(Person.full_name, Person.id)))


def in_force(on: date) -> ColumnElement[bool]:
    """That an authority counts on that day, its last one included."""
    return or_(Authority.ends_on.is_(None), Authority.ends_on >= on)


def list_authorities(*, person: Person, on: date) -> list[Authority]:
    """What a person may act for or see on that day, in the order of the accounts' own numbers."""
    return list(
        session.scalars(
            select(Authority)
            .join(Authority.account)
            .where(Authority.person_id == person.id, in_force(on))
            .options(joinedload(Authority.account))
            .order_by(Account.external_id)
        )
    )


def list_readers(*, account: Account, on: date) -> list[Person]:
    """Everybody who may read about this account on that day, whatever their scope."""
    theirs = select(Person).join(Authority, Authority.person_id == Person.id)
    return list(session.scalars(theirs.where(Authority.account_id == account.id, in_force(on)).order_by(Person.id)))


def find_link(text: str) -> SignInLink | None:
    """The link whose token this is, as mail programs may have left it."""
    token = read_token(text)
    if token is None:
        return None
    return session.scalar(
        select(SignInLink).where(SignInLink.token_hash == hash_token(token)).options(joinedload(SignInLink.person))
    )


def secrets_of(link: SignInLink) -> Secrets:
    """Token and code of a link, derived anew. Raises KeyError when its key is no longer among the secrets."""
    return derive(keys_in_use().by_id[link.key_id], LINK_PURPOSE, link.pseudonym)


def has_key(link: SignInLink) -> bool:
    """Whether the key that the link was made with is still among the secrets."""
    return link.key_id in keys_in_use().by_id


def session_of(token: str, at: datetime) -> LoginSession | None:
    """The session that this cookie opens, with its person, unless it ended or expired."""
    return session.scalar(
        select(LoginSession)
        .where(
            LoginSession.token_hash == hash_token(token),
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > at,
        )
        .options(joinedload(LoginSession.person))
    )


def list_sessions(*, person: Person, at: datetime) -> list[LoginSession]:
    """Where a person is signed in, newest first."""
    return list(
        session.scalars(
            select(LoginSession)
            .where(
                LoginSession.person_id == person.id,
                LoginSession.kind.in_(LISTED_SESSIONS),
                LoginSession.ended_at.is_(None),
                LoginSession.expires_at > at,
            )
            .order_by(LoginSession.started_at.desc(), LoginSession.id.desc())
        )
    )


def last_sign_ins() -> dict[int, datetime]:
    """When each member of staff last signed in, by the person's id; who never did is missing."""
    newest = select(LoginSession.person_id, func.max(LoginSession.started_at, type_=UTCDateTime).label("at"))
    of_staff = newest.where(LoginSession.kind == SessionKind.STAFF).group_by(LoginSession.person_id)
    return {each.person_id: each.at for each in session.execute(of_staff)}


def list_staff_ever() -> list[Person]:
    """Everybody who has or had staff access, by name."""
    had = select(StaffPassword.person_id)
    return list(session.scalars(select(Person).where(Person.id.in_(had)).order_by(Person.full_name, Person.id)))


def get_member(pseudonym: str) -> Person:
    """The member of staff with this pseudonym, closed ones too. Raises NoResultFound for anybody else."""
    had = select(StaffPassword.person_id)
    return session.scalars(select(Person).where(Person.pseudonym == pseudonym, Person.id.in_(had))).one()
