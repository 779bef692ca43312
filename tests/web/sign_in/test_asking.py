import pytest
from flask import Flask
from sqlalchemy import func, select

from app import notices
from app.core.db import session, transaction
from app.identity import SignInLink, SignInRequest
from app.notices import Kind, Lane, Message
from tests.identity.builders import an_investor
from tests.web.browsing import Browser
from tests.web.sign_in.visiting import answered


def _asked(app: Flask, email: str) -> tuple[int, str, str]:
    browser = Browser(app)
    answer = browser.post("/sign-in", email=email)
    return answer.status_code, answer.headers["Location"], browser.get("/sign-in/sent").text


def test_a_known_and_an_unknown_address_get_the_same_bytes(app: Flask) -> None:
    with transaction():
        an_investor(email="amara@example.com")

    assert _asked(app, "amara@example.com") == _asked(app, "nobody@example.com")


def test_the_view_only_writes_a_row_and_the_worker_does_the_rest(app: Flask) -> None:
    with transaction():
        an_investor(email="amara@example.com")
    _asked(app, "amara@example.com")
    links_before = session.scalar(select(func.count()).select_from(SignInLink))
    [link] = answered()

    [message] = session.scalars(select(Message)).all()
    assert links_before == 0
    assert (message.kind, message.lane, message.link, message.person) == (Kind.SIGN_IN, Lane.SIGN_IN, link, link.person)
    assert session.scalar(select(func.count()).select_from(SignInRequest)) == 0


def test_the_worker_answers_each_request_once(app: Flask) -> None:
    with transaction():
        an_investor(email="amara@example.com")
    _asked(app, "amara@example.com")

    assert len(answered()) == 1
    assert len(answered()) == 1


def test_asking_again_too_soon_says_when_to_try_again_known_or_not(app: Flask) -> None:
    with transaction():
        an_investor(email="amara@example.com")
    said = []
    for email in ("amara@example.com", "nobody@example.com"):
        browser = Browser(app)
        for _ in range(6):
            answer = browser.post("/sign-in", email=email)
        said.append(answer)

    assert [answer.status_code for answer in said] == [429, 429]
    assert all("Please try again in" in answer.text for answer in said)


@pytest.mark.parametrize("email", ["", "amara", "a@b@c", "amara@example.com " * 20])
def test_what_is_no_address_is_refused_and_nothing_is_written(app: Flask, email: str) -> None:
    answer = Browser(app).post("/sign-in", email=email)

    assert "There is a problem" in answer.text
    assert session.scalar(select(func.count()).select_from(SignInRequest)) == 0


def test_a_post_without_the_forms_token_is_refused(app: Flask) -> None:
    answer = Browser(app).open("/sign-in", method="POST", data={"email": "amara@example.com"})

    assert answer.status_code == 400
    assert session.scalar(select(func.count()).select_from(SignInRequest)) == 0


def test_the_link_leads_back_to_where_somebody_was_going(app: Flask) -> None:
    with transaction():
        an_investor(email="amara@example.com")
    browser = Browser(app)
    browser.post("/sign-in", email="amara@example.com", next="/calls/new")

    assert answered()[0].opens == "/calls/new"


@pytest.mark.parametrize(
    "next_page",
    ["https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "javascript:alert(1)"],
)
def test_a_link_never_leads_to_another_site(app: Flask, next_page: str) -> None:
    with transaction():
        an_investor(email="amara@example.com")
    browser = Browser(app)
    browser.post("/sign-in", email="amara@example.com", next=next_page)

    assert answered()[0].opens == "/corrections"


def test_a_link_that_was_asked_for_is_no_evidence_about_a_notice(app: Flask) -> None:
    with transaction():
        an_investor(email="amara@example.com")
    _asked(app, "amara@example.com")
    [link] = answered()
    with transaction():
        before = session.info.get("audit_waiting", [])
        notices.record_opening(link=link, at=link.made_at)

        assert session.info.get("audit_waiting", []) == before
