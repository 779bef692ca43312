"""Wherever somebody signed in is, the button that signs them out is on the page."""

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import select

from app.core.db import session, transaction
from app.identity import Person, Role, SessionKind
from app.web.access import PUBLIC, Access
from tests.identity.builders import a_member_of_staff
from tests.web.admin.office import an_office
from tests.web.browsers import a_browser
from tests.web.browsing import Browser

BUTTON = 'action="/sign-out"'
REFERENCE = "INC-2026-001"
OF_OURS = 'class="site-header"'
"""In every page, and in no part of one that is read again by itself, nor in a mail that is shown."""


def test_every_page_of_somebody_signed_in_has_the_sign_out_button(app: Flask) -> None:
    office = an_office(app, stage="published")
    with transaction():
        support = a_member_of_staff(roles=[Role.SUPPORT], email="sol@platform.example")
        grace = session.scalars(select(Person).where(Person.email == "grace@example.com")).one()
    readers = {
        SessionKind.STAFF: (office.admin, office.legal, a_browser(app, support, SessionKind.STAFF)),
        SessionKind.INVESTOR: (a_browser(app, grace, SessionKind.INVESTOR),),
    }

    for kind, browsers in readers.items():
        seen = [page for browser in browsers for page in _pages(app, browser, kind)]
        assert len(seen) > {SessionKind.STAFF: 60, SessionKind.INVESTOR: 8}[kind]
        assert [path for path, text in seen if BUTTON not in text] == []


def test_what_goes_wrong_leaves_the_sign_out_button(app: Flask) -> None:
    office = an_office(app)
    missing, refused = office.auditor.get("/nowhere"), office.auditor.get("/admin/incidents/new")

    assert (missing.status_code, refused.status_code) == (404, 403)
    assert BUTTON in missing.text
    assert BUTTON in refused.text
    assert BUTTON not in Browser(app).get("/nowhere").text
    assert BUTTON not in Browser(app).get("/").text


def _pages(app: Flask, browser: Browser, kind: SessionKind) -> Iterator[tuple[str, str]]:
    """Path and text of each page that this reader may open, public ones too."""
    for rule in app.url_map.iter_rules():
        access: Access = app.view_functions[rule.endpoint].__dict__.get("access", PUBLIC)
        if "GET" in (rule.methods or ()) and access.session in (None, kind) and rule.arguments <= {"reference"}:
            path = str(rule).replace("<reference>", REFERENCE)
            answer = browser.get(path)
            if answer.status_code == 200 and answer.mimetype == "text/html" and OF_OURS in answer.text:
                yield path, answer.text
