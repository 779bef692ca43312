"""What an investor answers on their pages, and what they read back."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.portal import Portal
from tests.journeys.visitor import Visitor


def with_their_figures(portal: Portal, address: str) -> Visitor:
    """Somebody who followed the link of the mail with their figures, and reads them."""
    visitor = portal.visitor()
    visitor.signs_in_with(portal.mail_to(address, "Your corrected figures"))
    expect(visitor.page.get_by_role("button", name="I have read this")).to_be_visible()
    return visitor


def choose(visitor: Visitor, page: str, deal: str, choice: str) -> None:
    """Take or leave what is offered in a deal; a code or the receipt follows."""
    visitor.page.goto(page)
    visitor.sees(re.compile("Your choices?"))
    offer = visitor.page.get_by_role("region", name=re.compile(f"^{deal}"))
    offer.get_by_label(choice).check()
    offer.get_by_role("button", name="Save my choice").click()


def confirm_by_mail(portal: Portal, visitor: Visitor, address: str) -> None:
    """Type the code that is mailed."""
    visitor.sees("Confirm that it is you")
    expect(visitor.page.get_by_text("we have sent a code to")).to_be_visible()
    mailed = portal.mail_to(address, "Your code to confirm").text
    code = re.search(r"^\d{3} \d{3}\s*$", mailed, re.MULTILINE)
    assert code is not None, mailed
    visitor.page.get_by_label("6-digit code").fill(code.group().strip())
    visitor.presses("Go on")


def has_receipt(visitor: Visitor, heading: str) -> None:
    """The receipt says this; the page loads itself again until the log is signed over it, so wait for the proof."""
    expect(visitor.page.locator("h1")).to_have_text(heading)
    expect(visitor.page.get_by_role("link", name="Save the proof file")).to_be_visible()
    visitor.looks_for_barriers()


def dispute(visitor: Visitor, figures: str, words: str, file: Path) -> None:
    """Say what looks wrong, with a file."""
    visitor.follows("Write to us here")
    visitor.sees("Tell us what looks wrong")
    visitor.page.get_by_label(figures).check()
    visitor.page.get_by_label("What I paid or received is wrong").check()
    visitor.page.get_by_label("Tell us in your own words").fill(words)
    visitor.page.get_by_label("A file that shows it").set_input_files(file)
    visitor.presses("Send this to us")
    visitor.sees(re.compile("We are looking at what you told us about "))


def take_it_back(portal: Portal, address: str) -> Visitor:
    """Read our answer from the mail that says so, and withdraw after a mailed code."""
    visitor = portal.visitor()
    visitor.signs_in_with(portal.mail_to(address, "There is an answer on your page"))
    visitor.sees(re.compile("We answered what you told us about "))
    visitor.presses("Take it back")
    confirm_by_mail(portal, visitor, address)
    expect(visitor.page.locator("h1")).to_have_text(re.compile("You took back what you told us about "))
    return visitor
