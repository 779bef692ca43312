"""How an investor books a call, page by page."""

from datetime import datetime

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor


def book_a_call(investor: Visitor, zone: str) -> datetime:
    """Book the first time of the last day on the page, well before any cut-off; when the call starts."""
    investor.page.get_by_role("navigation", name="Main").get_by_role("link", name="Talk to us").click()
    investor.sees("Choose a time, and we will call you.")
    expect(investor.page.get_by_label("Your time zone")).to_have_value(zone)
    investor.presses("Show free times")
    expect(investor.page.get_by_role("button", name="Continue")).to_be_visible()
    investor.looks_for_barriers()
    day = investor.page.locator("details").last
    day.locator("summary").click()
    time = day.get_by_role("radio").first
    start = datetime.fromisoformat(time.get_attribute("value") or "")
    time.check()
    investor.presses("Continue")
    investor.sees("Check your call.")
    investor.looks_for_barriers()
    investor.page.get_by_label("Number to call").fill("+1 212 555 0149")
    investor.presses("Book this call")
    investor.sees("Your call is booked.")
    investor.looks_for_barriers()
    return start
