"""Headers on every kind of answer, limits, proxies, and secrets that change while people are signed in."""

from dataclasses import replace

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from app.core.db import transaction
from app.factory import create_app
from app.identity import SessionKind
from app.settings import BadSettings, Settings, read_settings
from app.web.headers import HEADERS
from tests.identity.builders import a_member_of_staff, an_investor
from tests.web.browsers import a_browser
from tests.web.browsing import TOKEN, Browser

MULTIPART = "multipart/form-data"
NEW_KEY = "another-unguessable-key-for-the-tests-9876543210"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/corrections", 302), ("/no-such-page", 404), ("/static/app.css", 200), ("/static/none.css", 404)],
)
def test_every_kind_of_answer_carries_every_header(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path, buffered=True)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_a_failure_nobody_foresaw_carries_every_header_too(app: Flask, client: FlaskClient) -> None:
    def fail() -> str:
        raise RuntimeError("grace@example.com")

    fail.__dict__["access"] = app.view_functions["front.show"].__dict__["access"]
    app.add_url_rule("/fails", "fails", fail)
    app.testing = False

    answer = client.get("/fails")

    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "grace" not in answer.text


@pytest.mark.parametrize(
    "origin", ["null", "https://evil.example", "https://localhost", "http://localhost.evil.example"]
)
def test_only_our_own_origin_may_post(client: FlaskClient, origin: str) -> None:
    assert client.post("/sign-out", headers={"Origin": origin}).status_code == 400


def test_without_proxies_nobody_is_believed_about_an_address_or_a_host(app: Flask, client: FlaskClient) -> None:
    _show_remote(app)
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example"}

    assert client.get("/remote", headers=forwarded).text == "127.0.0.1 localhost"


def test_behind_one_proxy_only_what_the_nearest_one_added_is_believed(settings: Settings) -> None:
    app = create_app(replace(settings, proxy_hops=1))
    _show_remote(app)

    forwarded = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}

    assert app.test_client().get("/remote", headers=forwarded).text == "203.0.113.9 localhost"


def test_a_form_of_too_many_parts_is_refused_before_it_is_read(client: FlaskClient) -> None:
    many = {f"field{number}": "x" for number in range(2001)}

    assert client.post("/sign-in", data=many, content_type=MULTIPART).status_code == 413


def test_a_form_of_too_many_letters_is_refused_before_it_is_read(client: FlaskClient) -> None:
    assert client.post("/sign-in", data={"email": "x" * 600_000}).status_code == 413


def test_after_the_key_changed_sessions_go_on_and_open_forms_can_still_be_sent(settings: Settings, app: Flask) -> None:
    with transaction():
        investor, staff = an_investor(), a_member_of_staff()
    before = [a_browser(app, investor, SessionKind.INVESTOR), a_browser(app, staff, SessionKind.STAFF)]
    form = TOKEN.search(before[0].get("/sign-in").text)
    asking = _same_cookies(before[0], _rotated(settings))

    answer = asking.open("/sign-in", method="POST", data={"csrf_token": form[1] if form else "", "email": "a@b.org"})

    assert answer.status_code == 303
    assert _same_cookies(before[0], _rotated(settings)).get("/corrections").status_code == 200
    assert _same_cookies(before[1], _rotated(settings)).get("/support/").status_code == 200


def test_a_key_that_is_no_fallback_any_more_opens_no_form(settings: Settings, app: Flask) -> None:
    before = Browser(app)
    form = TOKEN.search(before.get("/sign-in").text)
    asking = _same_cookies(before, create_app(replace(settings, secret_key=NEW_KEY)))

    answer = asking.open("/sign-in", method="POST", data={"csrf_token": form[1] if form else "", "email": "a@b.org"})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "weak",
    [
        "short",
        "a" * 64,
        "change-me-change-me-change-me-change-me",
        "0123456789abcdef" * 4,
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "please-put-your-secret-key-here-ok-thanks",
    ],
)
@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRET_KEY_FALLBACKS"])
def test_a_weak_or_default_key_does_not_boot(weak: str, name: str) -> None:
    given = {"PUBLIC_BASE_URL": "https://portal.example", "MAIL_DEFAULT_SENDER": "a@portal.example"}

    with pytest.raises(BadSettings, match=rf"{name}: is too weak"):
        read_settings({**given, "SECRET_KEY": NEW_KEY, name: weak})


def _rotated(settings: Settings) -> Flask:
    return create_app(replace(settings, secret_key=NEW_KEY, secret_key_fallbacks=(settings.secret_key,)))


def _same_cookies(browser: Browser, app: Flask) -> Browser:
    other = Browser(app)
    for name, value in browser.cookies().items():
        other.client.set_cookie(name, value)
    return other


def _show_remote(app: Flask) -> None:
    def show() -> str:
        return f"{request.remote_addr} {request.host}"

    show.__dict__["access"] = app.view_functions["front.show"].__dict__["access"]
    app.add_url_rule("/remote", "remote", show)


def test_a_method_that_no_route_names_is_refused(client: FlaskClient) -> None:
    assert {client.open("/sign-in", method=method).status_code for method in ("TRACE", "PUT", "DELETE", "PATCH")} <= {
        400,
        405,
    }
    assert client.open("/", method="TRACE").status_code == 405
