"""The demo's mailbox: a real SMTP server, the product's own courier, and the pages over what arrived."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.db import database_now, db, transaction
from app.demo import mailbox
from app.factory import create_app
from app.notices import deliver_due, queue
from app.settings import Settings
from tests.notices.builders import a_link, a_reader
from tests.notices.contents import CONFIRMED, FIRST
from tests.notices.smtp import free_port


@pytest.fixture
def demo(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """The demo with a mail server of its own, and two messages delivered to Hugo and Grace."""
    port = free_port()
    app = create_app(replace(settings, demo=True, mail_server="127.0.0.1", mail_port=port))
    app.config["DEMO_MAILBOX"] = tmp_path / "box" / "mailbox"
    server = mailbox.a_server(app.config["DEMO_MAILBOX"], port)
    server.start()
    with app.app_context():
        with transaction():
            now = database_now()
            hugo, grace = a_reader(), a_reader("Grace <b>Lindqvist</b>", "grace@example.com")
            queue(content=FIRST, person=grace, subject_key="a", version=1, at=now, link=a_link(grace, now))
            queue(content=CONFIRMED, person=hugo, subject_key="b", version=0, at=now)
        deliver_due(app.extensions["office"], at_most=10)
        yield app
        db.session.remove()
        db.engine.dispose()
    server.stop()


@pytest.fixture
def browser(demo: Flask) -> FlaskClient:
    """Somebody who reads the demo's mail."""
    return demo.test_client()


def open_mail_to(browser: FlaskClient, to: str) -> str:
    """The path of the newest message to that address."""
    listed = browser.get("/demo/mailbox", query_string={"to": to}).text
    found = re.search(r'href="(/demo/mailbox/[^"?/]+)"', listed)
    assert found is not None
    return found[1]


def test_every_message_is_listed_and_can_be_kept_to_one_reader(browser: FlaskClient) -> None:
    everybody = browser.get("/demo/mailbox").text
    hugos = browser.get("/demo/mailbox?to=hugo@example.com").text

    assert "We made a mistake that may affect your investment (INC-2026-003)" in everybody
    assert "Your call is booked" in everybody
    assert "We made a mistake" not in hugos
    assert "Your call is booked" in hugos


def test_the_link_in_the_text_can_be_followed_and_the_code_be_read(browser: FlaskClient) -> None:
    page = browser.get(open_mail_to(browser, "grace@example.com")).text

    assert re.search(r'<a href="http://localhost/s/[a-z2-7]{52}"', page)
    assert re.search(r"asks for this code: \d{3} \d{3}", page)
    assert "Grace &lt;b&gt;Lindqvist&lt;/b&gt;" in page


def test_the_html_stands_alone_in_a_sandbox(browser: FlaskClient) -> None:
    answer = browser.get(open_mail_to(browser, "grace@example.com") + "/html")

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "default-src 'none'; style-src 'unsafe-inline'" in policy
    assert "allow-scripts" not in policy
    assert "Tidewater Energy" in answer.text


def test_the_invite_can_be_saved(browser: FlaskClient) -> None:
    path = open_mail_to(browser, "hugo@example.com")

    answer = browser.get(f"{path}/invite.ics")

    assert "invite.ics" in browser.get(path).text
    assert answer.data == CONFIRMED.invite.encode()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="invite.ics"'


@pytest.mark.parametrize("path", ["none", "none/html", "..%2f..%2fportal.db", "none/invite.ics"])
def test_what_is_not_there_is_not_found(browser: FlaskClient, path: str) -> None:
    assert browser.get(f"/demo/mailbox/{path}").status_code == 404


def test_only_the_demo_has_a_mailbox(client: FlaskClient) -> None:
    assert client.get("/demo/mailbox").status_code == 404


def test_what_arrived_within_one_second_is_listed_newest_first(browser: FlaskClient, demo: Flask) -> None:
    folder = demo.config["DEMO_MAILBOX"] / "new"
    for micros, subject in ((9_000, "the first"), (500_000, "the newest"), (70_000, "the second")):
        text = f"Subject: {subject}\nTo: lena@example.com\nDate: Mon, 30 Nov 2026 20:44:40 +0000\n\nHello."
        (folder / f"1796071480.M{micros}P1Q1.vm").write_text(text)

    listed = browser.get("/demo/mailbox?to=lena@example.com").text

    assert re.findall(r"the (?:first|second|newest)", listed) == ["the newest", "the second", "the first"]
