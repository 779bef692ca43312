"""Support, from the list of the day to what came of a call."""

import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from app.demo.people import PASSWORD, SUPPORT
from tests.journeys.calls import book_a_call
from tests.journeys.portal import Portal

pytestmark = pytest.mark.browser


def test_support_takes_a_call_from_its_day_to_its_outcome_and_keeps_notes_as_they_are_typed(published: Portal) -> None:
    hugo, sam = published.visitor("America/Sao_Paulo"), published.visitor()
    hugo.signs_in_with(published.mail_to("hugo@example.com", "Your corrected figures"))
    start = book_a_call(hugo, zone="America/Sao_Paulo")

    sam.signs_in_as_staff(published.url, SUPPORT[0].email, PASSWORD)
    on = start.astimezone(ZoneInfo(SUPPORT[0].zone)).date()
    sam.page.get_by_label("Another day").fill(on.isoformat())
    sam.presses("Show")
    expect(sam.page.get_by_role("row").filter(has_text="Hugo Martins")).to_contain_text("Booked")
    sam.looks_for_barriers()
    sam.follows("By person")
    expect(sam.page.get_by_role("link", name="Hugo Martins")).to_be_visible()
    sam.looks_for_barriers()
    sam.follows("Hugo Martins")
    sam.sees("Call with Hugo Martins")
    sam.page.get_by_label("Notes").press_sequentially("Explained the offer.")
    expect(sam.page.get_by_text("Saved at")).to_be_visible()
    sam.page.reload()
    expect(sam.page.get_by_label("Notes")).to_have_value("Explained the offer.")
    sam.page.get_by_label("Notes").fill("Explained the offer. He decides.")
    expect(sam.page.get_by_text("Saved at")).to_be_visible()
    sam.presses("Reached")

    expect(sam.page.get_by_role("status").first).to_have_text("The call is on the record.")
    sam.sees("Call with Hugo Martins")
    expect(sam.page.get_by_label("Notes")).to_have_value("Explained the offer. He decides.")

    sam.follows("Record an answer")
    sam.sees("Record an answer of Hugo Martins")
    sam.looks_for_barriers()
    sam.page.get_by_label("They leave the offer").first.check()
    sam.page.get_by_label("Why do you take this by phone?").fill("He has no internet at home.")
    sam.presses("Record the answer")
    sam.sees("Call with Hugo Martins")
    expect(sam.page.get_by_text("Leaves the offer, case")).to_be_visible()
    hugo.page.goto(f"{published.url}/corrections")
    hugo.page.locator("main a[href^='/corrections/INC']").first.click()
    expect(hugo.page.get_by_text(f"by {SUPPORT[0].full_name} of support.")).to_be_visible()


def test_support_finds_who_is_on_the_phone_sees_their_page_and_books_for_them(published: Portal) -> None:
    sam = published.visitor()
    sam.signs_in_as_staff(published.url, SUPPORT[0].email, PASSWORD)

    sam.page.get_by_role("navigation", name="Main").get_by_role("link", name="Search").click()
    sam.sees("Find somebody")
    sam.page.get_by_label("Find somebody").fill("lindqvist")
    sam.presses("Search")
    sam.sees(re.compile("person found|people found"))
    sam.follows("Grace Lindqvist")
    sam.sees("Grace Lindqvist")
    sam.follows("See their page as they see it")
    sam.sees("See the page of Grace Lindqvist as they see it")
    sam.page.get_by_role("button", name=re.compile("^Show INC-")).click()
    sam.sees("We made a mistake in Orbit Robotics. We are paying you back $33,585.28.")
    expect(sam.page.get_by_role("button", name="I have read this")).to_be_disabled()
    sam.follows("Back to Grace Lindqvist")
    sam.follows("Book or record a call")
    sam.sees("A call with Grace Lindqvist")
    sam.page.locator("details").last.locator("summary").click()
    sam.page.locator("details").last.get_by_role("radio").first.check()
    sam.presses("Book this time")
    sam.sees("Call with Grace Lindqvist")
    published.mail_to("grace@example.com", "Your call is booked")
