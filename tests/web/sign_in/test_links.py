from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app import identity, notices
from app.audit.models import AuditEvent
from app.core import clock
from app.core.db import Base, database_now, session, transaction
from app.identity import LoginSession, RequestCount, SignInLink
from app.notices import Message
from tests.identity.builders import a_notice_link, an_investor
from tests.notices.contents import FIRST
from tests.web.browsing import Browser
from tests.web.sign_in.visiting import ask, code_of, path_of, signed_in
from tests.web.words import words_of

PAGE = "/corrections/INC-2026-003"


@pytest.fixture
def link(app: Flask) -> SignInLink:
    """Amara's link of a notice."""
    with transaction():
        return a_notice_link(person=an_investor(email="amara@example.com"), opens=PAGE)


def _rows() -> dict[str, int]:
    session.rollback()
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def _used_at(link: SignInLink) -> object:
    session.rollback()
    return session.scalar(select(SignInLink.used_at).where(SignInLink.id == link.id))


def test_the_page_shows_the_masked_address_and_one_field(app: Flask, link: SignInLink) -> None:
    page = Browser(app).get(path_of(link))

    assert page.status_code == 200
    assert "We emailed this link to a•••@example.com. Type the 6-digit code from that email." in words_of(page.text)
    assert "New York time" in page.text
    assert 'autocomplete="one-time-code"' in page.text
    assert "amara@example.com" not in page.text
    assert code_of(link) not in page.text


def test_the_code_from_the_email_opens_the_page_it_names(app: Flask, link: SignInLink) -> None:
    browser = Browser(app)
    code = code_of(link)
    answer = browser.post(path_of(link), code=f" {code[:3]} {code[3:]}")

    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert browser.get("/sessions").status_code == 200


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(app: Flask, link: SignInLink) -> None:
    answer = Browser(app).post(path_of(link), code=code_of(link))

    [cookie] = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("makewhole_session=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=86400" in cookie


def test_over_tls_the_cookie_is_bound_to_the_host(app: Flask, link: SignInLink) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True
    browser = Browser(app)
    page = browser.get(path_of(link), base_url="https://localhost")
    token = page.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    answer = browser.open(
        path_of(link),
        method="POST",
        base_url="https://localhost",
        headers={"Referer": "https://localhost/"},
        data={"csrf_token": token, "code": code_of(link)},
    )

    [cookie] = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("__Host-makewhole_session=")]
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_a_link_changes_nothing_however_often(app: Flask, link: SignInLink, method: str) -> None:
    before = _rows()
    for _ in range(5):
        answer = Browser(app).open(path_of(link), method=method)
        assert answer.status_code == 200

    assert _rows() == before
    assert _used_at(link) is None


@pytest.mark.parametrize("code", ["", "12345", "abcdef"])
def test_a_scanner_that_submits_the_form_gets_nothing(app: Flask, link: SignInLink, code: str) -> None:
    before = _rows()
    scanner = Browser(app)
    answer = scanner.post(path_of(link), code=code)

    assert "Type the 6 digits from the email." in answer.text
    assert "makewhole_session" not in scanner.cookies()
    assert _rows() == before
    assert _used_at(link) is None


def test_a_wrong_code_says_so_and_how_many_are_left(app: Flask, link: SignInLink) -> None:
    wrong = f"{(int(code_of(link)) + 1) % 1_000_000:06d}"
    browser = Browser(app)
    said = [browser.post(path_of(link), code=wrong).text for _ in range(5)]

    assert "That is not the code from this email. You can try 4 more times." in words_of(said[0])
    assert "rests for 15 minutes" in said[4]
    assert "makewhole_session" not in browser.cookies()


def test_the_right_code_still_opens_a_link_after_a_wrong_one(app: Flask, link: SignInLink) -> None:
    browser = Browser(app)
    browser.post(path_of(link), code=f"{(int(code_of(link)) + 1) % 1_000_000:06d}")

    assert browser.post(path_of(link), code=code_of(link)).status_code == 303


def test_the_browser_that_asked_needs_one_button_and_no_code(app: Flask) -> None:
    with transaction():
        amara = an_investor()
    browser, link = ask(app, amara)
    page = browser.get(path_of(link))
    answer = browser.post(path_of(link))

    assert "Continue" in page.text
    assert 'name="code"' not in page.text
    assert answer.status_code == 303


def test_anywhere_else_the_same_link_asks_for_the_code(app: Flask) -> None:
    with transaction():
        amara = an_investor()
    _, link = ask(app, amara)
    other = Browser(app)

    assert 'name="code"' in other.get(path_of(link)).text
    assert other.post(path_of(link)).status_code == 200
    assert other.post(path_of(link), code=code_of(link)).status_code == 303


@pytest.mark.parametrize("ending", [".", ")", ",", ">", "%3E", "'"])
def test_a_link_works_as_mail_programs_leave_it(app: Flask, link: SignInLink, ending: str) -> None:
    shouted = "/s/" + path_of(link).removeprefix("/s/").upper() + ending

    assert "Type the 6-digit code" in Browser(app).get(shouted).text


def test_a_link_in_capitals_works(app: Flask, link: SignInLink) -> None:
    assert "Type the 6-digit code" in Browser(app).get(path_of(link).upper()).text


def test_a_used_link_says_that_nothing_is_lost(app: Flask, link: SignInLink) -> None:
    signed_in(app, link)
    page = Browser(app).get(path_of(link))

    assert page.status_code == 200
    assert "This link has ended. Nothing is lost." in page.text
    assert "We can email a new one to a•••@example.com." in words_of(page.text)


def test_a_used_link_opens_its_page_in_a_browser_still_signed_in(app: Flask, link: SignInLink) -> None:
    answer = signed_in(app, link).get(path_of(link))

    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)


def test_a_second_press_leads_to_the_page_that_the_first_one_opened(app: Flask, link: SignInLink) -> None:
    browser = signed_in(app, link)
    answer = browser.post(path_of(link), on="/sign-in", code=code_of(link))

    assert (answer.status_code, answer.headers["Location"]) == (303, path_of(link))
    assert browser.get(path_of(link)).headers["Location"] == PAGE
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 1


def test_an_expired_link_says_so_and_signs_nobody_in(app: Flask, link: SignInLink) -> None:
    path, code = path_of(link), code_of(link)
    with transaction():
        session.execute(update(SignInLink).values(expires_at=database_now()))
    browser = Browser(app)
    answer = browser.post(path, on="/sign-in", code=code)

    assert answer.status_code == 303
    assert "This link has ended" in browser.get(path).text
    assert "makewhole_session" not in browser.cookies()


def test_a_forged_token_has_its_own_page(app: Flask) -> None:
    for token in ("a" * 52, "cut-off", "a" * 2000):
        page = Browser(app).get(f"/s/{token}")
        assert page.status_code == 404
        assert "We do not know this link" in page.text


def test_a_new_link_goes_to_the_address_on_file_and_opens_the_same_page(app: Flask, link: SignInLink) -> None:
    signed_in(app, link)
    browser = Browser(app)
    answer = browser.post(path_of(link) + "/new", on=path_of(link), email="mallory@example.com")

    [message] = session.scalars(select(Message)).all()
    assert answer.status_code == 303
    assert "We have sent a new email to a•••@example.com." in words_of(browser.get("/sign-in/sent").text)
    assert message.address == "amara@example.com"
    assert message.link is not None
    assert message.link.opens == PAGE
    assert browser.post(path_of(message.link)).headers["Location"] == PAGE


def test_new_links_are_limited(app: Flask, link: SignInLink) -> None:
    browser = Browser(app)
    for _ in range(6):
        answer = browser.post(path_of(link) + "/new", on=path_of(link))

    assert answer.status_code == 429
    assert "Please try again in" in answer.text
    assert 'name="code"' in answer.text
    assert (session.scalar(select(func.count()).select_from(Message)) or 0) < 6


def test_somebody_signed_in_as_another_person_is_asked_which(app: Flask, link: SignInLink) -> None:
    with transaction():
        other = a_notice_link(person=an_investor(email="bruno@example.com"))
    browser = signed_in(app, other)
    page = browser.get(path_of(link))
    browser.post(path_of(link), code=code_of(link))

    amara, bruno = link.person, other.person
    assert "You are signed in as b•••@example.com" in page.text
    assert "Stay signed in as b•••@example.com" in page.text
    assert identity.list_sessions(person=bruno, at=database_now()) == []
    assert len(identity.list_sessions(person=amara, at=database_now())) == 1


def test_signing_in_gives_a_new_id_and_ends_the_old_one(app: Flask, link: SignInLink) -> None:
    with transaction():
        again = a_notice_link(person=link.person)
    browser = signed_in(app, link)
    before = browser.cookies()["makewhole_session"]
    browser.post(path_of(again), code=code_of(again))

    assert browser.cookies()["makewhole_session"] != before
    assert identity.session_of(before, database_now()) is None


def test_a_rehearsals_link_says_what_it_would_open(app: Flask) -> None:
    with transaction():
        link = identity.open_rehearsal_link(
            person=an_investor(),
            message_pseudonym="00000000-0000-4000-8000-000000000000",
            opens=PAGE,
            expires_at=database_now() + timedelta(days=30),
            at=clock.now(),
        )
    browser = Browser(app)
    page = browser.get(path_of(link))
    browser.post(path_of(link), on="/sign-in", code=code_of(link))
    browser.post(path_of(link) + "/new", on="/sign-in")

    assert "signs nobody in" in page.text
    assert PAGE in page.text
    assert "makewhole_session" not in browser.cookies()
    assert session.scalars(select(Message)).all() == []


def test_no_table_holds_a_token_a_code_or_the_secret_of_a_session(app: Flask) -> None:
    with transaction():
        amara = an_investor()
    browser, link = ask(app, amara)
    token, code = identity.secrets_of(link).token, code_of(link)
    browser.post(path_of(link))
    cookie, nonce = browser.cookies()["makewhole_session"], browser.cookies()["makewhole_asked"]
    counted = session.scalar(select(func.count()).select_from(RequestCount))

    dump = "\n".join(repr(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table)).all())
    assert counted
    assert [secret for secret in (token, cookie, nonce) if secret in dump] == []
    assert f"'{code}'" not in dump


def test_using_a_notices_link_is_the_evidence_that_it_was_opened(app: Flask) -> None:
    with transaction():
        amara = an_investor(email="amara@example.com")
        link = a_notice_link(person=amara)
        notices.queue(content=FIRST, person=amara, subject_key="case", version=1, at=clock.now(), link=link)
    signed_in(app, link)

    session.rollback()
    leaves = session.scalars(select(AuditEvent.leaf)).all()
    [opened] = [leaf for leaf in leaves if b'"notice.opened"' in leaf]
    assert f'"subject":"message:{link.message_pseudonym}"'.encode() in opened
    assert amara.audit_name.encode() in opened
