"""Calls beside the straight way: a time that goes while it is chosen, and every page of support's desk about calls."""

import re
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from app.demo.people import PASSWORD, SUPPORT
from tests.journeys.portal import Portal
from tests.journeys.processes import Installation

pytestmark = pytest.mark.browser
AVAILABILITY = ("feed", "types", "types/new", "preview", "why")


def offer_nothing_before(installation: Installation, start: datetime) -> None:
    """Ask for so much notice that no slot up to this one is free any more."""
    minutes = (start - datetime.now(UTC)) // timedelta(minutes=1) + 1
    with sqlite3.connect(installation.folder / "portal.db") as database:
        database.execute("UPDATE call_types SET notice_minutes = ?", (minutes,))


def test_a_reader_who_comes_back_hears_that_the_chosen_time_is_gone(published: Portal) -> None:
    hugo = published.visitor("America/Sao_Paulo")
    hugo.signs_in_with(published.mail_to("hugo@example.com", "Your corrected figures"))
    hugo.page.goto(f"{published.url}/calls/new?zone=America/Sao_Paulo")
    on = hugo.page.locator("details").last.get_attribute("id")
    day = hugo.page.locator(f"details[id='{on}']")
    day.locator("summary").click()
    times = day.get_by_role("radio")
    chosen = times.first.get_attribute("value") or ""
    times.first.check()

    offer_nothing_before(published.installation, datetime.fromisoformat(chosen))
    hugo.page.evaluate("() => window.dispatchEvent(new Event('focus'))")

    gone = hugo.page.get_by_role("alert")
    expect(gone).to_have_text("Someone has just taken the time you chose. Choose another one.")
    expect(hugo.page.get_by_role("button", name="Continue")).to_be_disabled()
    expect(hugo.page.locator(f'input[value="{chosen}"]')).to_have_count(0)
    hugo.looks_for_barriers()
    times.last.check()
    expect(gone).to_be_hidden()
    hugo.presses("Continue")
    hugo.sees("Check your call.")


def test_nobody_meets_a_barrier_on_any_page_of_supports_desk_about_calls(published: Portal) -> None:
    sam = published.visitor()
    sam.signs_in_as_staff(published.url, SUPPORT[0].email, PASSWORD)
    sam.page.goto(f"{published.url}/support/search")
    sam.page.get_by_label("Find somebody").fill("lindqvist")
    sam.presses("Search")
    sam.follows("Grace Lindqvist")
    sam.follows("Book or record a call")
    sam.page.locator("details").last.locator("summary").click()
    sam.page.locator("details").last.get_by_role("radio").first.check()
    sam.looks_for_barriers()
    sam.presses("Book this time")
    sam.sees("Call with Grace Lindqvist")
    call = sam.page.url

    for page in ("reassign", "cancel", "move"):
        sam.page.goto(f"{call}/{page}")
        sam.sees(re.compile(".+"))
    for page in ("", "week", "availability", *(f"availability/{each}" for each in AVAILABILITY)):
        sam.page.goto(f"{published.url}/support/{page}")
        sam.sees(re.compile(".+"))
