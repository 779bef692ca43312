"""Investors' browsers that are signed in and book calls over HTTP, all at the same moment where that is wanted."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Response

from app import scheduling
from app.core import clock
from app.core.db import session, transaction
from app.identity import Person, SessionKind
from app.identity.signing_in import start_session
from app.scheduling import Window
from app.web.sign_in import login
from faults.serving import Answer, Client, Served, address_of
from tests.scheduling.builders import an_agent, an_investor

Found = TypeVar("Found")
PATIENCE_SECONDS = 300
PHONE = "+12125550199"
HIDDEN = re.compile(r'<input(?=[^>]*type="hidden")(?=[^>]*name="([^"]*)")[^>]*value="([^"]*)"[^>]*>')


@dataclass(frozen=True)
class Caller:
    """An investor's browser that is signed in."""

    client: Client
    cookies: dict[str, str]

    def open(self, path: str) -> dict[str, str]:
        """The hidden fields of the page; the cookie that its token belongs to is kept."""
        answer = self.client.send("GET", path, cookies=self.cookies)
        self.cookies.update(answer.cookies)
        return dict(HIDDEN.findall(answer.body.decode()))

    def send(self, path: str, form: dict[str, str]) -> Answer:
        """Post a form."""
        return self.client.send("POST", path, cookies=self.cookies, form=form)

    def pick(self, form: dict[str, str], start: datetime) -> Answer:
        """Hold the slot that starts there, on the page of this form."""
        return self.send("/calls/new", form | {"start": value_of(start)})

    def confirm(self, picked: Answer) -> Answer:
        """Make the slot that was held a call."""
        page = urlsplit(picked.header("Location")).path
        return self.send(page, self.open(page) | {"phone": PHONE})


def value_of(start: datetime) -> str:
    """A start as forms carry it."""
    return start.isoformat().replace("+00:00", "Z")


def sign_in(served: Served, count: int) -> list[Caller]:
    """So many investors, each at an address of their own."""
    with transaction():
        people = [an_investor() for _ in range(count)]
        for person in people:
            person.phone = PHONE
    return sign_in_people(served, people)


def sign_in_people(served: Served, people: Sequence[Person]) -> list[Caller]:
    """These investors, each at an address of their own."""
    lasts = timedelta(hours=8)
    with transaction():
        rows = [
            start_session(person=person, kind=SessionKind.INVESTOR, lasts=lasts, device="a race") for person in people
        ]
        with served.app.test_request_context(base_url=served.url):
            headers = [login.start(Response(), row).headers.getlist("Set-Cookie") for row in rows]
    cookies = [dict(each.split(";")[0].split("=", 1) for each in given) for given in headers]
    return [Caller(Client(served.port, address=address_of(n)), each) for n, each in enumerate(cookies)]


def open_day_and_night() -> None:
    """An agent who never sleeps."""
    with transaction():
        an_agent(days=tuple(range(7)), windows=(Window(0, 1440),))


def free_starts(*, days: int) -> list[datetime]:
    """Every third start of the next days that somebody without a call is offered: no two of them touch."""
    now, call_type = clock.now(), scheduling.get_call_type()
    last = (now + timedelta(days=days)).date()
    slots = scheduling.free_slots(
        person=None, call_type=call_type, zone="UTC", from_on=now.date(), to_on=last, at=now + timedelta(hours=3)
    )
    session.rollback()
    return [slot.start for slot in slots][::3]


def together(acts: Sequence[Callable[[], Found]]) -> list[Found]:
    """Do all of it, beginning at the same moment."""
    ready = Barrier(len(acts))

    def act(each: Callable[[], Found]) -> Found:
        ready.wait(PATIENCE_SECONDS)
        return each()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, acts))
