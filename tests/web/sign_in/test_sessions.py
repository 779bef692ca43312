from flask import Flask
from sqlalchemy import select

from app.core.db import session, transaction
from app.identity import LoginSession, Person
from tests.identity.builders import a_member_of_staff, a_notice_link, an_investor
from tests.web.browsing import Browser
from tests.web.sign_in.visiting import code_of, path_of, signed_in, staff_signed_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def _browser_of(app: Flask, person: Person) -> Browser:
    with transaction():
        link = a_notice_link(person=person)
    return signed_in(app, link)


def _amara() -> Person:
    with transaction():
        return an_investor()


def test_signing_out_ends_the_session_for_its_old_cookie_too(app: Flask) -> None:
    browser = _browser_of(app, _amara())
    stolen = browser.cookies()["makewhole_session"]
    answer = browser.post("/sign-out", on="/sessions")

    thief = Browser(app)
    thief.client.set_cookie("makewhole_session", stolen)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "makewhole_session" not in browser.cookies()
    assert thief.get("/sessions").status_code == 302


def test_signing_out_takes_a_post_with_its_token(app: Flask) -> None:
    browser = _browser_of(app, _amara())

    assert browser.get("/sign-out").status_code == 405
    assert browser.open("/sign-out", method="POST").status_code == 400
    assert browser.get("/sessions").status_code == 200


def test_signing_out_twice_is_harmless(app: Flask) -> None:
    browser = Browser(app)

    assert browser.post("/sign-out", on="/sign-in").status_code == 303


def test_a_person_ends_a_session_elsewhere(app: Flask) -> None:
    amara = _amara()
    here, elsewhere = _browser_of(app, amara), _browser_of(app, amara)
    other = session.scalars(select(LoginSession.id).order_by(LoginSession.id.desc())).first()
    page = here.get("/sessions")
    here.post(f"/sessions/{other}/end", on="/sessions")

    assert page.text.count("This browser") == 1
    assert f'action="/sessions/{other}/end"' in page.text
    assert elsewhere.get("/sessions").status_code == 302
    assert here.get("/sessions").status_code == 200


def test_somebody_elses_session_is_not_found_and_goes_on(app: Flask) -> None:
    amara, bruno = _browser_of(app, _amara()), _browser_of(app, _amara())
    foreign = session.scalars(select(LoginSession.id).order_by(LoginSession.id.desc())).first()

    assert amara.post(f"/sessions/{foreign}/end", on="/sessions").status_code == 404
    assert bruno.get("/sessions").status_code == 200


def test_staff_see_and_end_their_own_sessions(app: Flask) -> None:
    with transaction():
        sam = a_member_of_staff()
    here, elsewhere = staff_signed_in(app, sam), staff_signed_in(app, sam)
    other = session.scalars(select(LoginSession.id).order_by(LoginSession.id.desc())).first()
    here.post(f"/staff/sessions/{other}/end", on="/staff/sessions")

    assert elsewhere.get("/staff/sessions").status_code == 302


def test_a_session_is_listed_by_what_the_browser_calls_itself(app: Flask) -> None:
    browser = Browser(app)
    browser.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    with transaction():
        link = a_notice_link(person=an_investor())
    browser.post(path_of(link), code=code_of(link))

    assert "Firefox on Windows" in browser.get("/sessions").text


def test_a_made_up_cookie_opens_nothing(app: Flask) -> None:
    browser = Browser(app)
    browser.client.set_cookie("makewhole_session", "0" * 64)

    assert browser.get("/sessions").status_code == 302
