"""Staff at their desks: the pages that each role goes through again and again, and what they do now and then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Response
from sqlalchemy import select

from app.core.db import session, transaction
from app.identity import Person, Role, SessionKind, StaffRole
from app.identity.signing_in import start_session
from app.web.sign_in import login
from faults.serving import Served
from faults.visitors import Browser, hidden_in

EVERY = 20
"""In one round of so many a member of staff also acts."""


@dataclass(frozen=True)
class Desk:
    """Who sits there, the pages they look at in turn, and what they do now and then."""

    role: Role
    pages: Sequence[str]
    act: Callable[[Browser], None]

    def go_through(self, browser: Browser, turn: int) -> None:
        """Once through all of it."""
        for page in self.pages:
            browser.seen.add("staff pages" if browser.get(page).status == 200 else f"staff pages refused, {page}")
        if turn % EVERY == 0:
            self.act(browser)


def desks_of(reference: str) -> list[Desk]:
    """An admin, an auditor and an agent, who work on this incident."""
    incident = f"/admin/incidents/{reference}"
    pages = ("", "/affected", "/reached", "/money", "/publish", "/close")
    return [
        Desk(Role.ADMIN, ["/admin/", "/admin/data", "/admin/mail", *(incident + page for page in pages)], _verify),
        Desk(Role.AUDITOR, ["/admin/log", "/admin/log/0", "/admin/log/checks", f"{incident}/dossier"], _export),
        Desk(Role.SUPPORT, ["/support/", "/support/week", "/support/availability", "/support/disputes"], _search),
    ]


def sit_down(served: Served, role: Role) -> dict[str, str]:
    """The cookies of a session of somebody who has this role."""
    with transaction():
        holds = StaffRole.person_id == Person.id
        person = session.scalars(select(Person).join(StaffRole, holds).where(StaffRole.role == role).limit(1)).one()
        begun = start_session(person=person, kind=SessionKind.STAFF, lasts=timedelta(hours=8), device="a desk")
        with served.app.test_request_context(base_url=served.url):
            given = login.start(Response(), begun).headers.getlist("Set-Cookie")
    return dict(each.split(";")[0].split("=", 1) for each in given)


def _verify(browser: Browser) -> None:
    answer = browser.post("/admin/log/verify", hidden_in(browser.get("/admin/log/checks")))
    browser.seen.add("verifications asked for" if answer.status == 302 else "verifications refused")


def _export(browser: Browser) -> None:
    form = hidden_in(browser.get("/admin/log")) | {"action": "call.booked"}
    browser.seen.add("exports" if browser.post("/admin/log/export", form).status == 200 else "exports refused")


def _search(browser: Browser) -> None:
    found = browser.fill("/support/search", text="Reader 1")
    browser.seen.add("searches" if found.status == 200 else "searches refused")
