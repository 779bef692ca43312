"""Offices, senders and people for tests of the outbox."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from flask import Flask

from app.core.db import session
from app.identity import LinkKind, Person, SignInLink
from app.identity.keyring import keys_in_use
from app.identity.links import hash_token
from app.notices import NotSent, Office, Outgoing, Sender, WayIn
from app.settings import MailTo

WAY_IN = WayIn("https://portal.example/s/" + "abcdefghijklmnopqrstuvwxyz" * 2, "482 913", "N7K4-2QWD")


@dataclass(frozen=True)
class ABrand:
    """The platform of the tests."""

    name: str = "Northgate"
    site: str = "portal.example"
    address: str = "1 Example Square, Springfield"


@dataclass
class Recorder:
    """A sender whose server says what it is told to, then accepts everything."""

    says: list[NotSent | None] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    closed: int = 0

    def send(self, mail: Outgoing) -> None:
        answer = self.says.pop(0) if self.says else None
        if answer is not None:
            raise answer
        self.sent.append(mail)

    def close(self) -> None:
        self.closed += 1


def an_office(app: Flask, sender: Sender, *, mail_to: MailTo = MailTo.EVERYONE, rate: int = 1000) -> Office:
    """An office that renders the product's own templates; its jitter is always the longest wait."""
    return Office(
        sender=sender,
        render=lambda name, facts: app.jinja_env.get_template(name).render(facts),
        build_url=lambda path: f"https://portal.example{path}",
        brand=ABrand(),
        mail_from="Northgate Support <support@portal.example>",
        mail_to=mail_to,
        rate=rate,
        jitter=lambda below: below - 1,
    )


def a_reader(name: str = "Hugo Martins", email: str = "hugo@example.com") -> Person:
    """Somebody who gets mail."""
    person = Person(full_name=name, email=email, time_zone="America/Sao_Paulo")
    session.add(person)
    session.flush()
    return person


def a_link(
    person: Person, at: datetime, *, kind: LinkKind = LinkKind.NOTICE, minutes: int = 60 * 24 * 30
) -> SignInLink:
    """A sign-in link whose secrets can be derived."""
    name = str(uuid4())
    link = SignInLink(
        pseudonym=name,
        person_id=person.id,
        kind=kind,
        opens="/corrections",
        key_id=keys_in_use().newest_id,
        token_hash=hash_token(name),
        code_hash=hash_token(name),
        made_at=at,
        expires_at=at + timedelta(minutes=minutes),
    )
    session.add(link)
    session.flush()
    return link
