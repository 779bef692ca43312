"""Support, from the list of the day to what came of a call."""

from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from app.demo.people import PASSWORD, SUPPORT
from tests.journeys.calls import book_a_call
from tests.journeys.portal import Portal

pytestmark = pytest.mark.browser


def test_support_finds_the_booked_call_on_its_day_and_records_what_came_of_it(published: Portal) -> None:
    hugo, sam = published.visitor("America/Sao_Paulo"), published.visitor()
    hugo.signs_in_with(published.mail_to("hugo@example.com", "Your corrected figures"))
    start = book_a_call(hugo, zone="America/Sao_Paulo")

    sam.signs_in_as_staff(published.url, SUPPORT[0].email, PASSWORD)
    on = start.astimezone(ZoneInfo(SUPPORT[0].zone)).date()
    sam.page.get_by_label("Another day").fill(on.isoformat())
    sam.presses("Show this day")
    expect(sam.page.get_by_role("row").filter(has_text="Hugo Martins")).to_contain_text("Booked")
    sam.looks_for_barriers()
    sam.follows("Hugo Martins")
    sam.sees("Call with Hugo Martins")
    sam.page.get_by_label("Reached", exact=True).check()
    sam.page.get_by_label("Notes").fill("Explained the offer; he will decide by himself.")
    sam.presses("Save")

    expect(sam.page.get_by_role("status")).to_have_text("The call is on the record.")
    sam.sees("Call with Hugo Martins")
    expect(sam.page.get_by_label("Notes")).to_have_value("Explained the offer; he will decide by himself.")
