"""Browsers that are signed in, and the forms they send."""

import re
from datetime import timedelta

from flask import Flask, Response
from werkzeug.test import TestResponse

from app.core.db import transaction
from app.identity import Person, SessionKind
from app.identity.signing_in import start_session
from app.web.sign_in import login
from tests.web.browsing import Browser


def a_browser(app: Flask, person: Person, kind: SessionKind) -> Browser:
    """A browser in which this person is signed in."""
    with transaction():
        signed_in = start_session(person=person, kind=kind, lasts=timedelta(hours=8), device="a test")
    browser = Browser(app)
    with app.test_request_context():
        cookies = login.start(Response(), signed_in).headers.getlist("Set-Cookie")
    for cookie in cookies:
        name, value = cookie.split(";")[0].split("=", 1)
        browser.client.set_cookie(name, value)
    return browser


def send(browser: Browser, path: str, fields: dict[str, str]) -> TestResponse:
    """Send a form with exactly these fields, and go where the answer leads."""
    answer = browser.open(path, method="POST", data=fields)
    return browser.get(answer.headers["Location"]) if answer.status_code == 302 else answer


def hidden_fields_in(page: str) -> dict[str, str]:
    """Names and values of the hidden fields on a page, the CSRF token among them."""
    fields = re.findall(r'<input[^>]*type="hidden"[^>]*>', page)
    named = [(re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)) for field in fields]
    return {name[1]: value[1] if value else "" for name, value in named if name}
