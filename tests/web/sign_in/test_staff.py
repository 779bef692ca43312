import logging
from datetime import datetime, timedelta

import pytest
from flask import Flask
from itsdangerous import TimestampSigner
from sqlalchemy import func, select, update

from app import identity
from app.core import clock
from app.core.db import database_now, session, transaction
from app.identity import LoginSession, Person, Role, SessionKind
from app.web.access import PUBLIC
from app.web.sign_in.login import SIGNED_FOR, digest_of
from tests.identity.builders import PASSWORD, a_member_of_staff, a_notice_link, an_investor, code_of_app
from tests.web.browsing import Browser
from tests.web.sign_in.visiting import sign_in_staff, signed_in, staff_signed_in

SEEN, SESSION = "makewhole_seen", "makewhole_session"


@pytest.fixture
def sam(app: Flask) -> Person:
    """A member of support."""
    with transaction():
        return a_member_of_staff(email="sam@example.com")


def test_staff_sign_in_and_reach_their_first_page(app: Flask, sam: Person) -> None:
    browser = Browser(app)
    asked = browser.post("/staff/sign-in", email="Sam@example.com", password=PASSWORD)
    answer = browser.post("/staff/factor", code=code_of_app(sam))

    assert (asked.status_code, asked.headers["Location"]) == (303, "/staff/factor?next=/staff/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/")
    assert browser.get("/staff/").headers["Location"] == "/support/"
    assert browser.get("/staff/sessions").status_code == 200


def test_an_admins_first_page_is_the_incidents(app: Flask) -> None:
    with transaction():
        ada = a_member_of_staff(roles=[Role.ADMIN])

    assert staff_signed_in(app, ada).get("/staff/").headers["Location"] == "/admin/"


@pytest.mark.parametrize(("email", "password"), [("sam@example.com", "wrong password"), ("x@example.com", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_read_the_same(
    app: Flask, sam: Person, email: str, password: str, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser(app)
    with caplog.at_level(logging.WARNING):
        answer = browser.post("/staff/sign-in", email=email, password=password)

    assert answer.status_code == 401
    assert "The address or the password is wrong." in answer.text
    assert SESSION not in browser.cookies()
    assert email not in caplog.text
    assert password not in answer.text


def test_the_sixth_try_must_wait(app: Flask, sam: Person) -> None:
    browser = Browser(app)
    tries = [browser.post("/staff/sign-in", email=sam.email, password="wrong password") for _ in range(12)]

    assert tries[-1].status_code == 429
    assert "Please try again in" in tries[-1].text
    assert browser.post("/staff/sign-in", email="sam@example.com", password=PASSWORD).status_code == 429


def test_an_investor_has_no_staff_pages_and_staff_no_investors(app: Flask, sam: Person) -> None:
    with transaction():
        link = a_notice_link(person=an_investor())

    assert signed_in(app, link).get("/staff/sessions").headers["Location"].startswith("/staff/sign-in")
    assert staff_signed_in(app, sam).get("/sessions").headers["Location"].startswith("/sign-in")


def test_a_stranger_is_sent_to_sign_in_and_back(app: Flask, sam: Person) -> None:
    browser = Browser(app)
    where = browser.get("/staff/sessions").headers["Location"]
    answer = sign_in_staff(browser, sam, wants="/staff/sessions")
    browser.post("/sign-out", on="/staff/sessions")

    assert where == "/staff/sign-in?next=%2Fstaff%2Fsessions"
    assert 'value="/staff/sessions"' in browser.get(where).text
    assert answer.headers["Location"] == "/staff/sessions"


def test_signing_in_never_leads_to_another_site(app: Flask, sam: Person) -> None:
    assert sign_in_staff(Browser(app), sam, wants="//evil.example").headers["Location"] == "/staff/"


def test_confirming_makes_the_session_fresh_and_goes_on(app: Flask, sam: Person) -> None:
    browser = staff_signed_in(app, sam)
    grow_stale()
    before = browser.cookies()[SESSION]
    answer = browser.post("/staff/confirm", password=PASSWORD, code=code_of_app(sam), next="/staff/sessions")

    login = _session()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/sessions")
    assert login.is_fresh(clock.now())
    assert browser.cookies()[SESSION] != before
    assert browser.get("/staff/sessions").status_code == 200


@pytest.mark.parametrize(
    ("password", "code", "says"),
    [
        ("not the password", None, "The address or the password is wrong."),
        (PASSWORD, "000000", "That code is not right."),
        (PASSWORD, "", "That recovery code is not right"),
    ],
)
def test_password_and_code_confirm_only_together(
    app: Flask, sam: Person, password: str, code: str | None, says: str
) -> None:
    browser = staff_signed_in(app, sam)
    grow_stale()
    typed = code_of_app(sam) if code is None else code
    answer = browser.post("/staff/confirm", password=password, code=typed, reason="as I wrote it")

    assert answer.status_code == 401
    assert says in answer.text
    assert '<input type="hidden" name="reason" value="as I wrote it">' in answer.text
    assert typed == "" or f'value="{typed}"' not in hidden_part_of(answer.text)
    assert not _session().is_fresh(clock.now())


def test_no_staff_page_opens_before_the_second_factor(app: Flask, sam: Person) -> None:
    browser = Browser(app)
    browser.post("/staff/sign-in", email=sam.email, password=PASSWORD)
    staff_pages = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if app.view_functions[rule.endpoint].__dict__.get("access", PUBLIC).session is SessionKind.STAFF
        and "GET" in (rule.methods or ())
        and not rule.arguments
    ]

    assert len(staff_pages) > 15
    for path in staff_pages:
        assert browser.get(path).headers["Location"].startswith("/staff/sign-in?next="), path


def test_a_wrong_code_opens_nothing_and_the_sixth_must_wait(app: Flask, sam: Person) -> None:
    browser = Browser(app)
    browser.post("/staff/sign-in", email=sam.email, password=PASSWORD)
    tries = [browser.post("/staff/factor", code="000000") for _ in range(12)]

    assert tries[0].status_code == 401
    assert "That code is not right." in tries[0].text
    assert tries[-1].status_code == 429
    assert browser.post("/staff/factor", code=code_of_app(sam)).status_code == 429
    assert browser.get("/staff/sessions").status_code == 302


def test_a_recovery_code_opens_the_door_once(app: Flask, sam: Person) -> None:
    with transaction():
        [code, *_] = identity.make_recovery_codes(person=sam, at=clock.now())
    answers = []
    for browser in (Browser(app), Browser(app)):
        browser.post("/staff/sign-in", email=sam.email, password=PASSWORD)
        answers.append(browser.post("/staff/factor", code=code).status_code)

    assert answers == [303, 401]


def grow_stale() -> None:
    """Both factors were shown more than five minutes ago."""
    with transaction():
        session.execute(update(LoginSession).values(proved_at=database_now() - timedelta(minutes=6)))


def _session() -> LoginSession:
    """The one session that is open."""
    return session.scalars(select(LoginSession).where(LoginSession.ended_at.is_(None))).one()


def hidden_part_of(page: str) -> str:
    """What a page sends on without showing it."""
    return " ".join(line for line in page.splitlines() if 'type="hidden"' in line)


def _seen(app: Flask, token: str, at: datetime) -> str:
    class Then(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(at.timestamp())

    return Then(app.config["SECRET_KEY"], **SIGNED_FOR).sign(digest_of(token)).decode()


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 302)])
def test_a_staff_session_ends_after_thirty_minutes_without_a_request(
    app: Flask, sam: Person, minutes: int, status: int
) -> None:
    browser = staff_signed_in(app, sam)
    then = clock.now() - timedelta(minutes=minutes)
    browser.client.set_cookie(SEEN, _seen(app, browser.cookies()[SESSION], then))

    assert browser.get("/staff/sessions").status_code == status


def test_every_request_keeps_a_staff_session_awake_and_commits_nothing(app: Flask, sam: Person) -> None:
    browser = staff_signed_in(app, sam)
    early = _seen(app, browser.cookies()[SESSION], clock.now() - timedelta(minutes=20))
    browser.client.set_cookie(SEEN, early)
    browser.get("/staff/sessions")

    assert browser.cookies()[SEEN] != early


def test_an_idle_session_is_not_woken_by_the_cookie_of_another(app: Flask, sam: Person) -> None:
    idle, awake = staff_signed_in(app, sam), staff_signed_in(app, sam)
    idle.client.set_cookie(SEEN, awake.cookies()[SEEN])

    assert idle.get("/staff/sessions").status_code == 302


@pytest.mark.parametrize("seen", ["", "forged", "a.b.c"])
def test_a_staff_session_without_a_signed_time_opens_nothing(app: Flask, sam: Person, seen: str) -> None:
    browser = staff_signed_in(app, sam)
    browser.client.set_cookie(SEEN, seen)

    assert browser.get("/staff/sessions").status_code == 302


def test_an_investors_session_has_no_idle_limit(app: Flask) -> None:
    with transaction():
        link = a_notice_link(person=an_investor())
    browser = signed_in(app, link)

    assert SEEN not in browser.cookies()
    assert browser.get("/sessions").status_code == 200


def test_staff_signing_in_twice_in_one_browser_have_one_session(app: Flask, sam: Person) -> None:
    browser = staff_signed_in(app, sam)
    sign_in_staff(browser, sam)

    live = select(func.count()).select_from(LoginSession).where(LoginSession.ended_at.is_(None))
    assert session.scalar(live) == 1
