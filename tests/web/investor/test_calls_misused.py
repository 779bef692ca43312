"""What programs and old links do to calls: clear answers, and nothing changes."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urljoin

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit import AuditEvent
from app.core import clock
from app.core.db import session
from app.identity import Person
from app.notices import Message
from app.scheduling import Booking, CallReminder, CallRequest, SlotClaim
from tests.web.browsers import hidden_fields_in
from tests.web.browsing import Browser
from tests.web.investor.test_calls import book, bookings, pick
from tests.web.words import words_of

LINK = re.compile(r'<a\b[^>]*\bhref="([^"#]+)"')


def everything_about_calls() -> list[Any]:
    """Every row that a call changes, and how long the log is."""
    session.rollback()
    rows: list[Any] = [session.execute(select(func.count()).select_from(AuditEvent)).scalar_one()]
    for model in (Booking, SlotClaim, CallReminder, CallRequest, Message):
        table = model.__table__
        rows += [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
    return rows


def links_of(page: str, text: str) -> set[str]:
    """The addresses of our own that a page links to."""
    return {urljoin(page, unescape(found)) for found in LINK.findall(text) if not found.startswith(("http", "tel:"))}


def test_a_program_that_follows_every_link_twice_changes_nothing(browser: Browser, agent: Person) -> None:
    waiting, seen = {book(browser)}, set[str]()
    before = everything_about_calls()

    while waiting:
        page = waiting.pop()
        seen.add(page)
        for method in ("HEAD", "GET", "GET"):
            answer = browser.open(page, method=method)
            assert answer.status_code in (200, 302, 404), f"{method} {page}"
        linked = links_of(page, answer.text) if answer.mimetype == "text/html" else set()
        waiting |= {each for each in linked if each.startswith("/calls")} - seen

    ways = {"move", "cancel", "invite.ics", "add/google", "add/outlook", "add/office365"}
    assert {way for way in ways if any(page.endswith(way) for page in seen)} == ways
    assert everything_about_calls() == before


def test_the_links_of_a_cancelled_call_say_so_and_change_nothing(browser: Browser, agent: Person) -> None:
    page = book(browser)
    forms = {way: hidden_fields_in(browser.get(f"{page}/{way}").text) for way in ("move", "cancel")}
    browser.open(f"{page}/cancel", method="POST", data=forms["cancel"])
    before = everything_about_calls()

    for way, form in forms.items():
        assert re.search("cannot be (moved|cancelled) here", words_of(browser.get(f"{page}/{way}").text))
        answer = browser.open(f"{page}/{way}", method="POST", data=form | {"start": "2026-12-01T15:00:00Z"})
        assert answer.status_code == 409
        assert re.search("was cancelled or is over", words_of(answer.text))
    assert "This call is cancelled." in words_of(browser.get(page).text)

    assert everything_about_calls() == before


@pytest.mark.parametrize("days", [-1, 29, 400])
def test_a_time_that_was_never_offered_is_refused_with_the_nearest(
    app: Flask,
    browser: Browser,
    agent: Person,
    days: int,
) -> None:
    start = (clock.now() + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)

    answer = pick(browser, start.isoformat().replace("+00:00", "Z"))

    assert answer.status_code == 409
    assert "These are the closest times still free." in words_of(answer.text)
    assert answer.text.count('type="radio"') == 3
    assert bookings() == 0
