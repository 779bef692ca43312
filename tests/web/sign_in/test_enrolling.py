"""The pages with which staff first get in, and those of their own factors."""

import re

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from app import identity
from app.core import clock
from app.core.db import session, transaction
from app.identity import LoginSession, Person, Role
from tests.identity.builders import PASSWORD, a_member_of_staff
from tests.web.browsing import Browser
from tests.web.sign_in.test_staff import grow_stale
from tests.web.sign_in.visiting import staff_signed_in

KEY = re.compile(r'<code class="factor-key">([A-Z2-7 ]+)</code>')
PRINTED = re.compile(r"<code>([A-Z2-9]{4}(?:-[A-Z2-9]{4}){3})</code>")


@pytest.fixture
def code(app: Flask) -> str:
    """What ida@example.com was handed."""
    with transaction():
        ida = identity.create_staff(
            full_name="Ida Holm",
            email="ida@example.com",
            roles=[Role.SUPPORT],
            time_zone="UTC",
            by="shell:tester",
            at=clock.now(),
        )
        return identity.issue_enrolment(person=ida, by="shell:tester", at=clock.now())


def shown_by_the_app(page: str) -> str:
    """What an app shows that was given the key on the page."""
    found = KEY.search(page)
    assert found is not None
    return pyotp.TOTP(found.group(1).replace(" ", "")).at(clock.now())


def test_a_newcomer_gets_in_by_the_pages_alone_and_sees_the_recovery_codes_once(app: Flask, code: str) -> None:
    browser = Browser(app)
    begun = browser.post("/staff/enrol", email="ida@example.com", enrolment=code, password=PASSWORD)
    setting_up = browser.get("/staff/enrol/factor")
    qr = browser.get("/staff/enrol/qr.svg")
    done = browser.post("/staff/enrol/app", on="/staff/enrol/factor", code=shown_by_the_app(setting_up.text))

    assert (begun.status_code, begun.headers["Location"]) == (303, "/staff/enrol/factor")
    assert (qr.mimetype, qr.headers["Cache-Control"]) == ("image/svg+xml", "no-store")
    assert len(set(PRINTED.findall(done.text))) == 10
    assert browser.get("/staff/").headers["Location"] == "/support/"
    assert browser.get("/staff/enrol/factor").status_code == 302
    assert PRINTED.findall(browser.get("/staff/factors").text) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"enrolment": "AAAA-AAAA-AAAA-AAAA-AAAA"}, "do not belong together"),
        ({"password": "short"}, "12 to 256 characters"),
        ({"email": "sam@example.com"}, "do not belong together"),
    ],
)
def test_what_is_wrong_is_said_and_opens_nothing(app: Flask, code: str, given: dict[str, str], says: str) -> None:
    browser = Browser(app)
    typed = {"email": "ida@example.com", "enrolment": code, "password": PASSWORD} | given
    answer = browser.post("/staff/enrol", **typed)

    assert answer.status_code == 401
    assert says in answer.text
    assert browser.get("/staff/enrol/factor").headers["Location"].startswith("/staff/enrol?next=")


def test_a_password_without_a_factor_leads_to_the_enrolment_code_and_no_further(app: Flask, code: str) -> None:
    Browser(app).post("/staff/enrol", email="ida@example.com", enrolment=code, password=PASSWORD)
    browser = Browser(app)
    browser.post("/staff/sign-in", email="ida@example.com", password=PASSWORD)

    assert "You have no second factor yet" in browser.get("/staff/factor").text
    assert browser.get("/staff/enrol/factor").status_code == 302
    assert browser.get("/support/").status_code == 302


@pytest.fixture
def sam(app: Flask) -> Person:
    """A member of support with an app."""
    with transaction():
        return a_member_of_staff(email="sam@example.com")


def test_an_app_is_replaced_by_another_and_never_removed_as_the_last_factor(app: Flask, sam: Person) -> None:
    browser = staff_signed_in(app, sam)
    code = shown_by_the_app(browser.get("/staff/factors").text)
    before = identity.factors_of(sam).authenticator
    sealed = before.sealed if before else b""

    replaced = browser.post("/staff/factors/app", on="/staff/factors", code=code)
    refused = browser.post("/staff/factors/app/remove", on="/staff/factors")

    after = identity.factors_of(sam).authenticator
    assert replaced.status_code == 303
    assert after is not None
    assert after.sealed != sealed
    assert (refused.status_code, "your only second factor" in refused.text) == (422, True)


def test_another_password_ends_the_sessions_elsewhere(app: Flask, sam: Person) -> None:
    here, elsewhere = staff_signed_in(app, sam), staff_signed_in(app, sam)
    short = here.post("/staff/factors/password", on="/staff/factors", password="short")
    changed = here.post("/staff/factors/password", on="/staff/factors", password="seven quiet boats at dawn")

    assert (short.status_code, changed.status_code) == (422, 303)
    assert here.get("/staff/factors").status_code == 200
    assert elsewhere.get("/staff/factors").status_code == 302
    with pytest.raises(identity.WrongPassword):
        identity.check_password(email=sam.email, password=PASSWORD)


@pytest.mark.parametrize("path", ["app", "passkey", "app/remove", "recovery-codes", "password", "passkeys/x/remove"])
def test_nothing_of_ones_own_changes_without_showing_both_factors_again(app: Flask, sam: Person, path: str) -> None:
    browser = staff_signed_in(app, sam)
    grow_stale()
    answer = browser.post(f"/staff/factors/{path}", on="/staff/factors", code="x", password="y")

    assert answer.headers["Location"].startswith("/staff/confirm?next=")
    assert browser.get("/staff/factors/qr.svg").status_code == 302
    assert KEY.search(browser.get("/staff/factors").text) is None


def test_recovery_codes_are_shown_in_one_answer(app: Flask, sam: Person) -> None:
    browser = staff_signed_in(app, sam)
    made = browser.post("/staff/factors/recovery-codes", on="/staff/factors")

    assert len(set(PRINTED.findall(made.text))) == 10
    assert "10 codes left" in browser.get("/staff/factors").text
    assert session.scalars(select(LoginSession).where(LoginSession.ended_at.is_(None))).one().person_id == sam.id
