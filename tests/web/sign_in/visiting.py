"""People at their browsers, for the tests of signing in."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import identity, notices
from app.core import clock
from app.core.db import session, transaction
from app.identity import Person, SignInLink
from tests.identity.builders import PASSWORD, code_of_app
from tests.web.browsing import Browser


def ask(app: Flask, person: Person) -> tuple[Browser, SignInLink]:
    """Somebody asks for a link in their browser and the worker answers."""
    browser, email = Browser(app), person.email
    browser.post("/sign-in", email=email)
    return browser, answered()[-1]


def answered() -> list[SignInLink]:
    """What the worker makes of the requests: links, each with its message in the outbox."""
    with transaction():
        notices.answer_sign_in_requests(lives=timedelta(minutes=10), at=clock.now())
    return list(session.scalars(select(SignInLink).order_by(SignInLink.id)))


def path_of(link: SignInLink) -> str:
    """Where the link leads."""
    return f"/s/{identity.secrets_of(link).token}"


def code_of(link: SignInLink) -> str:
    """The digits beside it."""
    return identity.secrets_of(link).code


def signed_in(app: Flask, link: SignInLink) -> Browser:
    """A browser in which the link was used."""
    browser = Browser(app)
    browser.post(path_of(link), code=code_of(link))
    return browser


def staff_signed_in(app: Flask, person: Person) -> Browser:
    """A browser in which a member of staff signed in, with password and second factor."""
    browser = Browser(app)
    sign_in_staff(browser, person)
    return browser


def sign_in_staff(browser: Browser, person: Person, *, wants: str = "/staff/") -> TestResponse:
    """Password, then the next code of the person's app; `wants` is the page on the way to which they are."""
    asked = browser.post("/staff/sign-in", email=person.email, password=PASSWORD, next=wants)
    return browser.post("/staff/factor", on=asked.headers["Location"], code=code_of_app(person), next=wants)
