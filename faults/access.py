"""`access`: every route as every kind of reader, with ids that are theirs, somebody else's and nobody's.

What must hold: a reader whom the view's mark does not name gets a sign-in page or a refusal; what is somebody else's is
not found; no page shows an investor or a stranger anybody else's name; no post without its token, and none by somebody
unfit, writes anything. Routes and marks are read from the application, so a new view is covered by being one.
"""

import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import identity
from app.audit import AuditEvent
from app.core import clock, schema
from app.core.db import db, session, transaction
from app.core.queue import create_queue
from app.factory import create_app
from app.identity import LoginSession, Person, Role, SessionKind
from app.settings import read_settings
from app.web.access import Access
from faults.outcome import Tally
from faults.serving import settings_for
from tests.identity.builders import a_member_of_staff, an_investor
from tests.incidents.builders import Staff, an_incident, the_staff
from tests.scheduling.builders import a_call, an_agent
from tests.web.browsers import a_browser
from tests.web.browsing import TOKEN, Browser

PART = re.compile(r"<(?:(?P<converter>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
NOBODYS = "00000000-0000-4000-8000-000000000000"
REFUSALS = frozenset({302, 303, 307, 403})


@dataclass(frozen=True)
class Reader:
    """Somebody at a browser; `roles` are those that count for a mark, of an absent approver too."""

    name: str
    browser: Browser
    person: Person | None = None
    kind: SessionKind | None = None
    roles: frozenset[Role] = frozenset()
    deputises: frozenset[Role] = frozenset()

    def may(self, access: Access) -> bool:
        """Whether the mark names this reader."""
        if access.session is None:
            return True
        counts = self.roles | (self.deputises if access.deputies else frozenset())
        return self.kind is access.session and (not access.roles or bool(access.roles & counts))


@dataclass(frozen=True)
class World:
    """A published incident, everybody who may look at it, and the ids of what belongs to Grace."""

    app: Flask
    readers: tuple[Reader, ...]
    hers: Mapping[str, str]
    names: Sequence[str]

    def routes(self, method: str) -> Iterator[tuple[Rule, Access]]:
        """Every route that takes the method, with its mark."""
        for rule in sorted(self.app.url_map.iter_rules(), key=str):
            access = getattr(self.app.view_functions[rule.endpoint], "access", None)
            if access is not None and method in (rule.methods or ()):
                yield rule, access


def campaign(*, readers: Collection[str] | None = None) -> Iterator[Tally]:
    """Reading, posting without a token, and posting with one as somebody unfit; by everybody, or only by `readers`."""
    with a_world() as everybody:
        chosen = tuple(each for each in everybody.readers if readers is None or each.name in readers)
        world = replace(everybody, readers=chosen)
        yield _read_everything(world)
        yield _post_without_token(world)
        yield _post_as_somebody_unfit(world)


def _read_everything(world: World) -> Tally:
    tally = Tally("every page as every reader, ids of somebody else and of nobody")
    for rule, access in world.routes("GET"):
        for reader in world.readers:
            for path in _paths(rule, world.hers):
                answer = reader.browser.get(path)
                tally.rounds += 1
                tally.seen[str(answer.status_code)] += 1
                if problem := _wrong_answer(reader, access, rule, answer) or _leak(world, reader, answer):
                    tally.slipped += 1
                    tally.seen[f"{reader.name} {path}: {problem}"] += 1
    return tally


def _wrong_answer(reader: Reader, access: Access, rule: Rule, answer: TestResponse) -> str:
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if not reader.may(access):
        return "" if answer.status_code in REFUSALS else "opened by somebody unfit"
    if access.session is SessionKind.INVESTOR and rule.arguments and answer.status_code != 404:
        return "somebody else's was found"
    if access.session is not None and "no-store" not in answer.headers.get("Cache-Control", ""):
        return "may be kept by a cache"
    return ""


def _leak(world: World, reader: Reader, answer: TestResponse) -> str:
    """Names of investors on a page of somebody who is no staff, and anybody's on a page that was refused."""
    is_staff_page = reader.kind is SessionKind.STAFF and answer.status_code < 400
    if is_staff_page or not (answer.mimetype or "").startswith("text/"):
        return ""
    own = reader.person.full_name if reader.person else ""
    page = answer.get_data(as_text=True)
    return next((f"shows {name}" for name in world.names if name != own and name in page), "")


def _post_without_token(world: World) -> Tally:
    tally = Tally("every post without its token, as every reader")
    for rule, _ in world.routes("POST"):
        for reader in world.readers:
            for path in _paths(rule, world.hers):
                before = _written()
                answer = reader.browser.open(path, method="POST", data={"submit": "1"})
                is_refused = answer.status_code in (400, 404) and _written() == before
                _count(tally, f"{reader.name} {path}", answer, is_refused=is_refused)
    return tally


def _post_as_somebody_unfit(world: World) -> Tally:
    tally = Tally("every post with a token, as everybody whom its mark does not name")
    for rule, access in world.routes("POST"):
        for reader in (each for each in world.readers if not each.may(access)):
            for path in _paths(rule, world.hers):
                before, token = _written(), TOKEN.search(reader.browser.get("/sign-in").text)
                data = {"csrf_token": token[1] if token else "", "submit": "1"}
                answer = reader.browser.open(path, method="POST", data=data)
                is_refused = answer.status_code in {*REFUSALS, 404} and _written() == before
                _count(tally, f"{reader.name} {path}", answer, is_refused=is_refused)
    return tally


def _count(tally: Tally, what: str, answer: TestResponse, *, is_refused: bool) -> None:
    tally.rounds += 1
    tally.seen[str(answer.status_code)] += 1
    if not is_refused:
        tally.slipped += 1
        tally.seen[f"{what}: accepted"] += 1


def _written() -> tuple[int, int]:
    """What any accepted act leaves: entries of the log, and sessions begun."""
    session.rollback()
    events = session.scalar(select(func.count()).select_from(AuditEvent)) or 0
    begun = session.scalar(select(func.count()).select_from(LoginSession)) or 0
    session.rollback()
    return events, begun


def _paths(rule: Rule, hers: Mapping[str, str]) -> Iterable[str]:
    """The route with the ids of what is Grace's, and with ids of nothing."""
    of_nothing = PART.sub(lambda part: "987654321" if part["converter"] == "int" else NOBODYS, rule.rule)
    return dict.fromkeys([PART.sub(lambda part: hers.get(part["name"], "1"), rule.rule), of_nothing])


@contextmanager
def a_world() -> Iterator[World]:
    """Everything published, Grace with a call, a receipt and a session, and one reader of each kind."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = settings_for(folder, f"sqlite:///{folder}/portal.db", 80, 25) | {"PUBLIC_BASE_URL": "http://localhost"}
        schema.upgrade(given["DATABASE_URL"])
        create_queue(given["QUEUE_URL"])
        app = create_app(read_settings(given, Path("/nonexistent")))
        with app.app_context():
            yield _populate(app)
            session.remove()
            db.engine.dispose()


def _populate(app: Flask) -> World:
    at = clock.now()
    with transaction():
        staff = the_staff()
        an_incident(staff, at=at, stage="published")
        grace = session.scalars(select(Person).where(Person.email == "grace@example.com")).one()
        names = [each.full_name for each in session.scalars(select(Person)) if not each.roles]
        outsider = an_investor(full_name="Odile Outsider")
        an_agent(name="Sam Support", days=tuple(range(7)))
        call = a_call(grace, starts_at=_tomorrow(at), at=at, incident="INC-2026-001")
        deputies = {role: _deputy_of(role, staff, at) for role in (Role.MANAGEMENT, Role.LEGAL)}
        support = a_member_of_staff(roles=[Role.SUPPORT], full_name="Sol Support")
        call_id = str(call.id)
    her_browser = a_browser(app, grace, SessionKind.INVESTOR)
    receipt = her_browser.post("/corrections/INC-2026-001/read", on="/corrections/INC-2026-001")
    hers = {
        "reference": "INC-2026-001",
        "call_id": call_id,
        "session_id": str(session.scalars(select(LoginSession.id)).one()),
        "number": receipt.headers["Location"].rsplit("/", 1)[1],
        "kind": "obliged",
        "deal": "orbit",
        "filename": "app.css",
    }
    people = {"admin": staff.admin, "management": staff.management, "legal": staff.legal, "auditor": staff.auditor}
    hired = [_staff(app, name, person) for name, person in (people | {"support": support}).items()]
    stood_in = [_staff(app, f"deputy of {role}", person, role) for role, person in deputies.items()]
    investor = Reader("an investor", a_browser(app, outsider, SessionKind.INVESTOR), outsider, SessionKind.INVESTOR)
    return World(app, (Reader("nobody", Browser(app)), investor, *hired, *stood_in), hers, names)


def _staff(app: Flask, name: str, person: Person, *deputises: Role) -> Reader:
    browser = a_browser(app, person, SessionKind.STAFF)
    return Reader(name, browser, person, SessionKind.STAFF, frozenset(person.roles), frozenset(deputises))


def _deputy_of(role: Role, staff: Staff, at: datetime) -> Person:
    absent, other = (staff.management, staff.legal) if role is Role.MANAGEMENT else (staff.legal, staff.management)
    deputy = a_member_of_staff(roles=[Role.SUPPORT], full_name=f"Dana {role.value.capitalize()}")
    asked = identity.delegate(
        approver=absent, role=role, deputy=deputy, from_on=at.date(), to_on=at.date(), reason="On leave.", at=at
    )
    identity.confirm_delegation(delegation=asked, by=other, at=at)
    return deputy


def _tomorrow(at: datetime) -> datetime:
    """A time of the next days at which an agent in New York works."""
    return datetime.combine(at.date() + timedelta(days=2), time(15), UTC)
