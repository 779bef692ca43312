"""Asking for sign-in links and making them. Callers own the transaction; see `app.core.db`.

At `/sign-in` only a row is written, the same for every address; the worker decides whether a link follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from app import audit
from app.core import signals
from app.core.bulk import insert_rows, take_ids
from app.core.db import database_now, ring, session, table_of
from app.identity.access_models import LinkKind, SignInLink, SignInRequest
from app.identity.keyring import keys_in_use
from app.identity.limits import ADDRESS_LIMITS, CLIENT_LIMITS, count
from app.identity.links import Keys, derive, hash_code, hash_nonce, hash_token
from app.identity.models import Person
from app.identity.queries import LINK_PURPOSE, find_person_by_email, list_authorities, normal_email

HOME = "/corrections"
CONFIRM = "/confirm"
SOMEBODY = "system:sign-in"
"""Who asked for a link is not known before it is used."""
AFTER_THE_LAST_DATE = timedelta(days=7)
SHORTEST_LIFE = timedelta(days=30)
_LINK = table_of(SignInLink)


def ask_for_link(*, email: str, nonce: str, client: str, at: datetime, opens: str = HOME) -> None:
    """Note that somebody typed an address at `/sign-in`; the worker looks whether it is known.

    `nonce` is what the asking browser keeps, `client` its network address, `opens` the path they were on their way to.
    Raises TooManyRequests, for a known and an unknown address alike.
    """
    count(purpose="link-client", subject=client, limits=CLIENT_LIMITS, at=at)
    count(purpose="link-address", subject=normal_email(email), limits=ADDRESS_LIMITS, at=at)
    email = normal_email(email)
    session.add(SignInRequest(email=email, opens=opens, nonce_hash=hash_nonce(nonce), asked_at=at))
    session.flush()
    ring(signals.outbox_filled)


def open_asked_links(*, lives: timedelta, at: datetime, at_most: int = 50) -> list[SignInLink]:
    """Make the links that people asked for, oldest request first, and forget the requests.

    An unknown address, and somebody who may see no account, gets none. Whoever calls queues the messages.
    """
    oldest = select(SignInRequest).order_by(SignInRequest.id).limit(at_most).with_for_update(skip_locked=True)
    links = []
    for request in session.scalars(oldest):
        person = find_person_by_email(request.email)
        if person is not None and list_authorities(person=person, on=at.date()):
            ends = database_now() + lives
            links.append(_open(LinkKind.ASKED, person, opens=request.opens, expires_at=ends, nonce=request.nonce_hash))
        session.delete(request)
    session.flush()
    for link in links:
        audit.record(action="signin.link_asked", actor=SOMEBODY, subject=link, at=at)
    return links


def renew_link(*, link: SignInLink, nonce: str, client: str, lives: timedelta, at: datetime) -> SignInLink:
    """Make a new link for the person and page of an ended one. Raises TooManyRequests; the quota is its own."""
    count(purpose="renew-client", subject=client, limits=CLIENT_LIMITS, at=at)
    count(purpose="renew-person", subject=link.person.pseudonym, limits=ADDRESS_LIMITS, at=at)
    new = _open(
        LinkKind.ASKED,
        link.person,
        opens=link.opens,
        expires_at=database_now() + lives,
        nonce=hash_nonce(nonce),
        message_pseudonym=link.message_pseudonym,
    )
    session.flush()
    audit.record(action="signin.link_asked", actor=SOMEBODY, subject=new, at=at)
    return new


def notice_link_expires_at(*, last_named_at: datetime, at: datetime) -> datetime:
    """When the links of a notice end: 7 days after the last moment it names, and at least 30 days from `at`."""
    return max(last_named_at + AFTER_THE_LAST_DATE, at + SHORTEST_LIFE)


def open_notice_link(
    *, person: Person, message_pseudonym: str, opens: str, expires_at: datetime, at: datetime
) -> SignInLink:
    """Make the link of a notice; `opens` is the path it leads to, `message_pseudonym` the notice's own."""
    link = _open(
        LinkKind.NOTICE, person, opens=opens, expires_at=expires_at, message_pseudonym=message_pseudonym, made_at=at
    )
    session.flush()
    return link


@dataclass(frozen=True)
class NoticeLink:
    """One notice's link to be made: for whom, of which notice, to which path, until when."""

    person_id: int
    message_pseudonym: str
    opens: str
    expires_at: datetime


def open_notice_links(wanted: Sequence[NoticeLink], *, at: datetime) -> dict[str, int]:
    """Make many links of notices at once; answers their ids by the notice's pseudonym."""
    if not wanted:
        return {}
    keys = keys_in_use()
    ids = take_ids(_LINK, len(wanted))
    insert_rows(_LINK, [_row(id_, each, keys, at) for id_, each in zip(ids, wanted, strict=True)])
    return {each.message_pseudonym: id_ for id_, each in zip(ids, wanted, strict=True)}


def _row(id_: int, link: NoticeLink, keys: Keys, at: datetime) -> dict[str, Any]:
    pseudonym = str(uuid4())
    secrets = derive(keys.by_id[keys.newest_id], LINK_PURPOSE, pseudonym)
    return {
        "id": id_,
        "pseudonym": pseudonym,
        "person_id": link.person_id,
        "kind": LinkKind.NOTICE,
        "message_pseudonym": link.message_pseudonym,
        "opens": link.opens,
        "key_id": keys.newest_id,
        "token_hash": hash_token(secrets.token),
        "code_hash": hash_code(secrets.token, secrets.code),
        "made_at": at,
        "expires_at": link.expires_at,
        "wrong_codes": 0,
    }


def open_rehearsal_link(
    *, person: Person, message_pseudonym: str, opens: str, expires_at: datetime, at: datetime
) -> SignInLink:
    """Make the dead link of a rehearsed notice: its page says what the real one would open, and signs nobody in."""
    link = _open(
        LinkKind.REHEARSAL, person, opens=opens, expires_at=expires_at, message_pseudonym=message_pseudonym, made_at=at
    )
    session.flush()
    return link


def open_confirming_link(*, person: Person, lives: timedelta) -> SignInLink:
    """Make what carries a code to confirm an act with; its token signs nobody in and is mailed to nobody."""
    link = _open(LinkKind.CONFIRMING, person, opens=CONFIRM, expires_at=database_now() + lives)
    session.flush()
    return link


def end_notice_links(*, message_pseudonym: str) -> None:
    """End every link of a notice, those that renewed it too."""
    session.execute(
        update(SignInLink)
        .where(
            SignInLink.message_pseudonym == message_pseudonym,
            SignInLink.used_at.is_(None),
            SignInLink.voided_at.is_(None),
        )
        .values(voided_at=database_now())
    )


def _open(
    kind: LinkKind,
    person: Person,
    *,
    opens: str,
    expires_at: datetime,
    nonce: bytes | None = None,
    message_pseudonym: str | None = None,
    made_at: datetime | None = None,
) -> SignInLink:
    keys = keys_in_use()
    pseudonym = str(uuid4())
    secrets = derive(keys.by_id[keys.newest_id], LINK_PURPOSE, pseudonym)
    link = SignInLink(
        pseudonym=pseudonym,
        person=person,
        kind=kind,
        message_pseudonym=message_pseudonym,
        opens=opens,
        key_id=keys.newest_id,
        token_hash=hash_token(secrets.token),
        code_hash=hash_code(secrets.token, secrets.code),
        nonce_hash=nonce,
        made_at=made_at or database_now(),
        expires_at=expires_at,
        used_at=None,  # named, so that a later UPDATE is seen on this object too
        voided_at=None,
    )
    session.add(link)
    return link
