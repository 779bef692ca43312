"""Canaries: a story in real processes about people whose names, addresses, numbers and secrets occur nowhere else.

Afterwards they are looked for wherever they must not be: in tables, in the files of both databases and their WAL, in
the lines that web and worker wrote, and on error pages.
"""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from app.core import clock
from app.core.db import session, transaction
from app.identity import Role
from app.settings import ROOT
from faults.serving import Answer, Client, Served, a_served_portal
from tests.identity.builders import PASSWORD, SECRET, a_member_of_staff, an_investor
from tests.journeys.postbox import Mail, Postbox, an_open_postbox
from tests.scheduling.builders import a_call, an_agent

NAME, ADDRESS, PHONE = "Zephyrine Quillfeather", "zephyrine.q@canary.example", "+12025550143"
STRANGER = "nobody.knows@canary.example"
STAFF_NAME, STAFF_ADDRESS = "Thaddeus Ombrewick", "thaddeus.o@canary.example"
TYPED_PASSWORD = "marmalade under the viaduct"
PEOPLE = (NAME, NAME.split()[1], ADDRESS, PHONE, STRANGER, STAFF_NAME, STAFF_NAME.split()[1], STAFF_ADDRESS)
HOLD_PEOPLE = {"people", "accounts", "bookings", "messages", "audit_opening", "person_words"}
"""The tables that are about people, and openings, which can be erased. Every other one names people by pseudonym."""
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Story:
    """What happened, and everything secret that came up in it."""

    served: Served
    mails: list[Mail] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    errors: list[Answer] = field(default_factory=list)

    def pages(self) -> str:
        """The error pages, without the line in which its own reader is named beside Sign out."""
        pages = "\n".join(answer.body.decode() for answer in self.errors)
        return re.sub(f"Signed in as {NAME}", "", pages)

    def lines(self) -> str:
        """All that web and worker wrote."""
        return self.served.log.read_text() + (self.served.folder / "worker.log").read_text()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Told once from end to end; the processes still run."""
    tmp_path = tmp_path_factory.mktemp("canaries")
    with (
        an_open_postbox() as postbox,
        a_served_portal(tmp_path, f"sqlite:///{tmp_path}/portal.db", mail_port=postbox.port) as served,
    ):
        story = Story(served)
        _hire_and_book()
        _investor_signs_in(story, postbox)
        _staff_signs_in(story)
        _everything_goes_wrong(story)
        yield story


def test_nobody_and_no_secret_is_found_where_they_must_not_be(story: Story) -> None:
    lines, folder = story.lines(), story.served.folder

    assert "/s/[text]" in lines, "the access log was on"
    assert "/staff/sign-in" in lines
    assert "OperationalError" in lines, "something failed with an address in its words"
    assert [canary for canary in (*PEOPLE, *story.secrets) if canary in lines] == []
    assert [canary for canary in story.secrets if canary in _bytes_of(folder)] == []
    assert [(table, canary) for table, text in _tables(folder) for canary in story.secrets if canary in text] == []
    digits = story.secrets[1].replace(" ", "")
    assert [table for table, text in _tables(folder) if digits in text.split("\n")] == []
    assert {table for table, text in _tables(folder) for canary in PEOPLE if canary in text} <= HOLD_PEOPLE
    assert [canary for canary in (*PEOPLE, *story.secrets) if canary in story.pages()] == []
    assert [answer.status for answer in story.errors] == [404, 404, 400, 405, 503]
    assert all(re.search(r"[0-9a-f]{8}", answer.header("X-Request-Id")) for answer in story.errors)


def test_the_search_finds_canaries_where_they_are(story: Story) -> None:
    """A search that finds nothing anywhere would hold as well."""
    found = {table for table, text in _tables(story.served.folder) for canary in PEOPLE if canary in text}

    assert found >= {"people", "accounts", "bookings"}
    assert all(secret in "".join(mail.text for mail in story.mails) for secret in story.secrets[:2])


def _hire_and_book() -> None:
    tomorrow = datetime.combine(clock.now().date() + timedelta(days=2), time(15), UTC)
    with transaction():
        grace = an_investor(full_name=NAME, email=ADDRESS)
        an_agent(days=tuple(range(7)))
        a_call(grace, starts_at=tomorrow, at=clock.now(), phone=PHONE)
        a_member_of_staff(full_name=STAFF_NAME, email=STAFF_ADDRESS, roles=[Role.ADMIN])


def _investor_signs_in(story: Story, postbox: Postbox) -> None:
    browser = Client(story.served.port)
    for email in (ADDRESS, STRANGER):
        page = browser.send("GET", "/sign-in")
        browser.send("POST", "/sign-in", cookies=page.cookies, form={"csrf_token": _token(page), "email": email})
    _work(story.served)
    story.mails = list(postbox.mails)
    mail = postbox.get(ADDRESS, "Your link to")
    path, code = "/s/" + mail.link.rsplit("/", 1)[1], mail.code
    page = browser.send("GET", path)
    answer = browser.send("POST", path, cookies=page.cookies, form={"csrf_token": _token(page), "code": code})
    assert browser.send("GET", "/corrections", cookies=answer.cookies).status == 200
    story.secrets += [path.removeprefix("/s/"), code, answer.cookies["makewhole_session"]]
    story.errors.append(browser.send("GET", f"/corrections/INC-2031-001?for={ADDRESS}", cookies=answer.cookies))
    story.errors.append(browser.send("GET", path[:-3] + "aaa", cookies=answer.cookies))


def _staff_signs_in(story: Story) -> None:
    browser = Client(story.served.port)
    for password in (TYPED_PASSWORD, PASSWORD):
        page = browser.send("GET", "/staff/sign-in")
        form = {"csrf_token": _token(page), "email": STAFF_ADDRESS, "password": password}
        browser.send("POST", "/staff/sign-in", cookies=page.cookies, form=form)
    story.secrets += [TYPED_PASSWORD, PASSWORD, SECRET]


def _everything_goes_wrong(story: Story) -> None:
    """A form without its token, a method that is none, and a table that is gone while an address is asked for."""
    browser, words = Client(story.served.port), {"email": STAFF_ADDRESS, "password": TYPED_PASSWORD}
    story.errors.append(browser.send("POST", f"/staff/sign-in?for={STAFF_ADDRESS}", form=words))
    story.errors.append(browser.send("PUT", f"/sign-in?for={STAFF_ADDRESS}"))
    page = browser.send("GET", "/staff/sign-in")
    session.rollback()
    with sqlite3.connect(story.served.folder / "portal.db") as database:
        database.execute("ALTER TABLE people RENAME TO gone")
    form = {"csrf_token": _token(page), **words, "email": "other." + STAFF_ADDRESS}
    story.errors.append(browser.send("POST", "/staff/sign-in", cookies=page.cookies, form=form))
    with sqlite3.connect(story.served.folder / "portal.db") as database:
        database.execute("ALTER TABLE gone RENAME TO people")


def _work(served: Served) -> None:
    with (served.folder / "worker.log").open("ab") as log:
        command = [sys.executable, "-m", "flask", "worker", "--once"]
        subprocess.run(command, cwd=ROOT, env=dict(served.environment), stdout=log, stderr=log, check=True, timeout=300)


def _bytes_of(folder: Path) -> str:
    """Both databases and what waits in their WAL, as they lie on disk."""
    files = [path for path in folder.iterdir() if path.name.startswith(("portal.db", "queue.db"))]
    assert any(path.name == "portal.db-wal" for path in files)
    return "".join(path.read_bytes().decode("latin-1") for path in files)


def _tables(folder: Path) -> Iterator[tuple[str, str]]:
    """Every table with all that its rows hold."""
    for name in ("portal.db", "queue.db"):
        with sqlite3.connect(folder / name) as database:
            for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                rows = database.execute(f'SELECT * FROM "{table}"').fetchall()
                yield table, "\n".join(_text(cell) for row in rows for cell in row)


def _text(cell: object) -> str:
    return cell.decode("latin-1") if isinstance(cell, bytes) else str(cell)


def _token(page: Answer) -> str:
    found = TOKEN.search(page.body.decode())
    return found[1] if found else ""
