"""People with links as mail carries them, how they use them, and what a campaign asks of the database afterwards."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, or_, select

from app import identity
from app.core.db import database_now, session, transaction
from app.identity import LoginSession, Person, SignInLink
from app.identity.asking import ask_for_link, open_asked_links
from faults.serving import Answer, Client
from tests.identity.builders import a_notice_link, an_investor

LIVES = timedelta(days=1)
A_NONCE = "ab" * 32
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Sent:
    """What one mail holds: the link's path, the code, and the number of the row behind both."""

    link_id: int
    person_id: int
    path: str
    code: str


def send_links(count: int) -> list[Sent]:
    """A link each for that many people: every other one came with a notice, the rest were asked for at `/sign-in`."""
    with transaction():
        links = [_asked_for(number) if number % 2 else a_notice_link(person=an_investor()) for number in range(count)]
        return [_sent(link) for link in links]


def send_link(*, lives: timedelta) -> Sent:
    """The link of one notice to somebody new, good for so long by the database's clock."""
    with transaction():
        return _sent(a_notice_link(person=an_investor(), lives=lives))


def send_notice_link() -> Sent:
    """The link of one notice to somebody new."""
    return send_link(lives=timedelta(days=30))


def newest_link_of(person_id: int) -> Sent:
    """What the newest mail to this person holds."""
    newest = select(SignInLink).where(SignInLink.person_id == person_id).order_by(SignInLink.id.desc()).limit(1)
    sent = _sent(session.scalars(newest).one())
    session.rollback()
    return sent


@dataclass(frozen=True)
class Opened:
    """A link's page as it was answered: its form, filled in, and the cookies to send with it."""

    path: str
    page: Answer
    cookies: Mapping[str, str]
    form: Mapping[str, str]

    def send(self, client: Client) -> Answer:
        """Send the form."""
        return client.send("POST", self.path, cookies=self.cookies, form=self.form)


def open_link(client: Client, sent: Sent, kept: Mapping[str, str]) -> Opened:
    """Open it in a browser with these cookies; one that did not ask for the link needs the code."""
    page = client.send("GET", sent.path, cookies=kept)
    found = TOKEN.search(page.body.decode())
    form = {"csrf_token": found[1] if found else "", "code": "" if kept else sent.code}
    return Opened(sent.path, page, {**kept, **page.cookies}, form)


def count_touched() -> int:
    """Links that were used or ended."""
    touched = or_(SignInLink.used_at.is_not(None), SignInLink.voided_at.is_not(None))
    return _count(select(func.count()).select_from(SignInLink).where(touched))


def count_sessions(person_id: int | None = None) -> int:
    """Sessions that were begun, by one person or by anybody."""
    begun = select(func.count()).select_from(LoginSession)
    return _count(begun if person_id is None else begun.where(LoginSession.person_id == person_id))


def _count(asked: Select[int]) -> int:
    session.rollback()
    found = session.scalar(asked) or 0
    session.rollback()
    return found


def _asked_for(number: int) -> SignInLink:
    person: Person = an_investor()
    ask_for_link(email=person.email, nonce=A_NONCE, client=f"asker {number}", at=database_now())
    (link,) = open_asked_links(lives=LIVES, at=database_now())
    return link


def _sent(link: SignInLink) -> Sent:
    secrets = identity.secrets_of(link)
    return Sent(link.id, link.person_id, f"/s/{secrets.token}", secrets.code)
