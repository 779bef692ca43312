"""Who sees and does what for an account, by scope and end date, over every view marked for investors."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import identity, incidents
from app.core import clock
from app.core.db import session, transaction
from app.identity import Account, LoginSession, Person, Scope, SessionKind
from app.incidents import Proposal
from tests.identity.builders import a_person
from tests.scheduling.builders import a_call, an_agent
from tests.web.admin.office import an_office
from tests.web.browsers import a_browser
from tests.web.browsing import Browser

CASE = "/corrections/INC-2026-001"
IN_FORCE = ("owner", "acts", "sees", "until today")
SHUT_OUT = ("ended", "stranger")
NOT_FOUND = 404


@dataclass(frozen=True)
class Family:
    """Grace's account and a browser for everybody who may, might or may not look at it."""

    account: Account
    browsers: Mapping[str, Browser]
    values: Mapping[str, object]


@pytest.fixture
def family(app: Flask) -> Family:
    """Published figures, and Grace's receipt and call."""
    an_office(app, stage="published")
    with transaction():
        grace = session.scalars(select(Person).where(Person.full_name == "Grace Lindqvist")).one()
        account = session.scalars(select(Account).where(Account.name == "Grace Lindqvist")).one()
        people = {"owner": grace, **_others(account)}
        receipt = incidents.acknowledge(proposal=session.scalars(select(Proposal)).one(), person=grace, at=clock.now())
        an_agent(days=tuple(range(7)))
        soon = (clock.now() + timedelta(days=3)).replace(hour=15, minute=0, second=0, microsecond=0)
        call = a_call(grace, starts_at=soon, at=clock.now())
        values = {
            "reference": "INC-2026-001",
            "number": receipt.number,
            "code": "ZZZZ-ZZZZ",  # nobody chose anything; whose receipt of a choice is whose, test_elections asks
            "call_id": call.id,
            "pseudonym": account.pseudonym,
            "person": grace.pseudonym,
            "session_id": 0,
            "service": "google",
        }
    browsers = {name: a_browser(app, person, SessionKind.INVESTOR) for name, person in people.items()}
    with transaction():
        mine = session.scalars(select(LoginSession).where(LoginSession.person_id == people["owner"].id)).first()
        assert mine is not None
        session.execute(update(LoginSession).values(confirmed_at=clock.now()))
        values["session_id"] = mine.id
    return Family(account, browsers, values)


def _others(account: Account) -> dict[str, Person]:
    today = clock.now().date()
    given = {
        "acts": (Scope.ACTS, None),
        "sees": (Scope.SEES, None),
        "until today": (Scope.OWNER, today),
        "ended": (Scope.OWNER, today - timedelta(days=1)),
    }
    people = {name: a_person(full_name=f"Person {name}") for name in (*given, "stranger")}
    for name, (scope, ends_on) in given.items():
        identity.authorise(person=people[name], account=account, scope=scope, ends_on=ends_on)
    return people


def _investor_requests(app: Flask, values: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, path) of each, with what is Grace's in place of every part of the path."""
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        if access is None or access.session is not SessionKind.INVESTOR:
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(values[part[1]]), rule.rule)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule.endpoint, method, path


def _answer(browser: Browser, method: str, path: str) -> int:
    answer = browser.get(path) if method == "GET" else browser.post(path, on="/sessions")
    return answer.status_code


@pytest.mark.parametrize("who", SHUT_OUT)
def test_whose_authority_ended_finds_no_more_than_a_stranger_in_any_view(app: Flask, family: Family, who: str) -> None:
    browser, asked = family.browsers[who], list(_investor_requests(app, family.values))

    found = [
        (endpoint, method)
        for endpoint, method, path in asked
        if "<" in _rule_of(app, endpoint) and _answer(browser, method, path) != NOT_FOUND
    ]

    assert len(asked) >= 20
    assert found == []
    pages = [browser.get(path).text for _, method, path in asked if method == "GET"]
    assert [page for page in pages if "Grace Lindqvist" in page or "Orbit Robotics" in page] == []


def _rule_of(app: Flask, endpoint: str) -> str:
    return next(rule.rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)


@pytest.mark.parametrize("who", IN_FORCE)
def test_every_scope_in_force_reads_and_acknowledges_the_figures_to_its_last_day(family: Family, who: str) -> None:
    browser = family.browsers[who]

    assert "Orbit Robotics" in browser.get("/corrections").text
    assert "$33,585.28" in browser.get(CASE).text
    assert browser.post(f"{CASE}/read", on=CASE).status_code == 302


@pytest.mark.parametrize(("who", "may"), [("owner", True), ("until today", True), ("acts", False), ("sees", False)])
def test_only_an_owner_names_or_ends_people(family: Family, who: str, may: bool) -> None:
    browser, path = family.browsers[who], f"/accounts/{family.account.pseudonym}/people"

    assert browser.get(f"{path}/new").status_code == (200 if may else NOT_FOUND)
    assert _answer(browser, "POST", path) == (422 if may else NOT_FOUND)


@pytest.mark.parametrize("who", ["acts", "sees", *SHUT_OUT])
def test_a_call_a_receipt_and_a_session_are_their_persons_alone(app: Flask, family: Family, who: str) -> None:
    own = ("calls.", "call_changes.", "call_copies.", "corrections.receipt", "corrections.proof", "sessions.end")
    asked = [
        each
        for each in _investor_requests(app, family.values)
        if each[0].startswith(own) and "<" in _rule_of(app, each[0])
    ]

    assert len(asked) >= 10
    assert [each for each in asked if _answer(family.browsers[who], each[1], each[2]) != NOT_FOUND] == []
