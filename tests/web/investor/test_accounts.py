"""Naming a second person for an account, behind a code that was mailed for it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import identity
from app.core import clock
from app.core.db import session, transaction
from app.identity import Account, LinkKind, Person, SessionKind, SignInLink
from app.notices import Kind, Message
from tests.identity.builders import a_person, an_account
from tests.web.browsers import a_browser, hidden_fields_in
from tests.web.browsing import Browser

THROUGH = (clock.now() + timedelta(days=30)).date().isoformat()
IRIS = {"full_name": "Iris Lund", "email": "iris@example.com", "scope": "sees", "ends_on": THROUGH}


@pytest.fixture
def grace(app: Flask) -> Person:
    """Somebody who owns an account."""
    with transaction():
        grace = a_person(full_name="Grace Lindqvist", email="grace@example.com")
        an_account(of=grace)
    return grace


@pytest.fixture
def browser(app: Flask, grace: Person) -> Browser:
    """Hers."""
    return a_browser(app, grace, SessionKind.INVESTOR)


def _account() -> Account:
    return session.scalars(select(Account)).one()


def _newest_code() -> str:
    confirming = select(SignInLink).where(SignInLink.kind == LinkKind.CONFIRMING).order_by(SignInLink.id.desc())
    return identity.secrets_of(session.scalars(confirming).first() or pytest.fail("no code was mailed")).code


def _name(browser: Browser) -> str:
    """Fill in the form; where it leads."""
    path = f"/accounts/{_account().pseudonym}/people"
    return browser.post(path, on=f"{path}/new", **IRIS).headers["Location"]


def test_naming_asks_for_a_mailed_code_first_and_loses_no_word(browser: Browser) -> None:
    path = f"/accounts/{_account().pseudonym}/people"
    asked = browser.post(path, on=f"{path}/new", **IRIS)
    arrived = browser.open(asked.headers["Location"], method="POST", data=IRIS | _token(browser))
    typed = hidden_fields_in(arrived.text) | {"press": "confirm", "code": _newest_code()}
    passed = browser.open("/confirm", method="POST", data=typed)
    done = browser.open(passed.headers["Location"], method="POST", data=IRIS | _token(browser))

    assert (asked.status_code, asked.headers["Location"].partition("?")[0]) == (307, "/confirm")
    assert "we have sent a code to g•••@" in arrived.text
    assert hidden_fields_in(arrived.text).items() >= IRIS.items()
    assert (passed.status_code, passed.headers["Location"]) == (307, path)
    assert (done.status_code, done.headers["Location"]) == (303, "/accounts")
    assert "Iris Lund" in browser.get("/accounts").text
    assert [each.person.email for each in session.scalars(select(Message).where(Message.kind == Kind.NAMED))] == [
        "iris@example.com"
    ]


def test_without_the_code_nobody_is_named_or_ended(app: Flask, browser: Browser, grace: Person) -> None:
    assert _name(browser).startswith("/confirm?next=")
    refused = browser.post("/confirm", press="confirm", code="123456")

    assert refused.status_code == 401
    assert identity.find_person_by_email("iris@example.com") is None
    ending = f"/accounts/{_account().pseudonym}/people/{grace.pseudonym}/end"
    assert browser.post(ending, on="/accounts").headers["Location"].startswith("/confirm?next=")


def test_once_confirmed_somebody_is_named_and_ended(browser: Browser) -> None:
    _confirm(browser)

    assert _name(browser) == "/accounts"
    iris = identity.find_person_by_email("iris@example.com")
    assert iris is not None
    browser.post(f"/accounts/{_account().pseudonym}/people/{iris.pseudonym}/end", on="/accounts")
    assert "no longer sees this account" in browser.get("/accounts").text
    assert identity.list_authorities(person=iris, on=clock.now().date()) == []


def test_what_is_wrong_is_said_and_kept(browser: Browser) -> None:
    _confirm(browser)
    path = f"/accounts/{_account().pseudonym}/people"
    answer = browser.post(path, on=f"{path}/new", **IRIS | {"ends_on": "2020-01-01"})

    assert answer.status_code == 422
    assert "is over" in answer.text
    assert 'value="iris@example.com"' in answer.text


def test_somebody_elses_account_is_not_found(app: Flask, browser: Browser) -> None:
    with transaction():
        account = an_account(of=a_person(full_name="Hugo Martins"))
    _confirm(browser)

    assert account.name not in browser.get("/accounts").text
    assert browser.get(f"/accounts/{account.pseudonym}/people/new").status_code == 404
    for path in ("people", f"people/{account.authorities[0].person.pseudonym}/end"):
        assert browser.post(f"/accounts/{account.pseudonym}/{path}", on="/accounts", **IRIS).status_code == 404


def test_a_code_is_mailed_once_however_often_the_same_is_posted(browser: Browser) -> None:
    path = f"/accounts/{_account().pseudonym}/people"
    for _ in range(3):
        asked = browser.post(path, on=f"{path}/new", **IRIS)
        arrived = browser.open(asked.headers["Location"], method="POST", data=IRIS | _token(browser))

    assert arrived.status_code == 200
    assert session.scalar(select(func.count()).where(SignInLink.kind == LinkKind.CONFIRMING)) == 1


def test_looking_at_the_page_mails_nothing(browser: Browser) -> None:
    page = browser.get("/confirm").text

    assert "Email a code to g•••@" in page
    assert "6-digit code" not in page
    assert session.scalar(select(func.count()).where(SignInLink.kind == LinkKind.CONFIRMING)) == 0


def test_codes_asked_for_too_often_must_wait(browser: Browser) -> None:
    tries = [browser.post("/confirm", press="send") for _ in range(3)]

    assert tries[0].status_code == 200
    assert 429 in {each.status_code for each in tries[1:]}


def _confirm(browser: Browser) -> None:
    browser.post("/confirm", press="send")
    browser.post("/confirm", press="confirm", code=_newest_code())


def _token(browser: Browser) -> dict[str, str]:
    return {"csrf_token": hidden_fields_in(browser.get("/confirm").text)["csrf_token"]}
