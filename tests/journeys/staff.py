"""Members of staff at the pages of the story's one incident."""

import re

from playwright.sync_api import expect

from app.demo.people import PASSWORD
from tests.journeys.portal import Portal
from tests.journeys.visitor import Visitor

INCIDENT = "a[href^='/admin/incidents/INC-']"


def staff_member(portal: Portal, email: str) -> Visitor:
    """Somebody of the staff, at the page of the incident."""
    member = portal.visitor()
    member.signs_in_as_staff(portal.url, email, PASSWORD)
    member.sees("Incidents")
    member.page.locator(INCIDENT).first.click()
    expect(member.page.get_by_role("list", name="The nine steps")).to_be_visible()
    return member


def go_to(member: Visitor, page: str) -> None:
    """A page of the incident, from the list of its pages."""
    links = member.page.get_by_role("navigation", name=re.compile("^Pages of INC-"))
    links.get_by_role("link", name=page, exact=True).click()
    expect(links.locator("[aria-current=page]")).to_have_text(page)


def has_done(member: Visitor, words: str) -> None:
    """The next page says what was done."""
    expect(member.page.get_by_role("status")).to_have_text(words)


def shows(member: Visitor, heading: str | re.Pattern[str]) -> None:
    """Wait for the page whose one h1 says this."""
    expect(member.page.locator("h1")).to_have_text(heading)
