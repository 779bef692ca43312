"""Admin, legal and management, from a reported error to the mail in an investor's hands."""

import re

import pytest

from app.core import clock
from app.demo.dates import DATA
from app.demo.people import ADMIN, LEGAL, MANAGEMENT
from tests.journeys.portal import Portal
from tests.journeys.staff import go_to, has_done, staff_member
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser
EVIDENCE = DATA / "evidence"
TODAY = clock.now().date()
REFERENCE = f"INC-{TODAY.year}-001"


def test_admin_legal_and_management_take_a_reported_error_to_corrected_figures(reported: Portal) -> None:
    nora, lena, marcus = (staff_member(reported, member.email) for member in (ADMIN, LEGAL, MANAGEMENT))

    state_that_it_was_stopped(nora)
    tell_everybody_at_once(nora, lena)
    reported.mail_to("grace@example.com", "We made a mistake")
    state_that_it_was_fixed(nora)
    propose_the_correction(nora)
    for approver in (marcus, lena):
        sign(approver)
    publish(nora)

    grace = reported.visitor()
    grace.signs_in_with(reported.mail_to("grace@example.com", "Your corrected figures"))
    grace.sees("We made a mistake in Orbit Robotics. We are paying you back $33,585.28.")


def state_that_it_was_stopped(admin: Visitor) -> None:
    """Who took the faulty release out of use, with the evidence."""
    go_to(admin, "Contained")
    admin.sees("It is not on record that the faulty release was stopped")
    form = admin.page.get_by_role("region", name="Stopped")
    form.get_by_label("Who did it").fill("Platform engineering")
    form.get_by_label("Stopped on").fill(TODAY.isoformat())
    form.get_by_label("What was done, in a sentence").fill("Release 2024.08 was taken out of service.")
    form.get_by_label("Evidence").set_input_files(EVIDENCE / "change-record.txt")
    admin.presses("Record that it was stopped")
    has_done(admin, "It is on record that the faulty release was stopped.")


def tell_everybody_at_once(admin: Visitor, legal: Visitor) -> None:
    """Propose the first notice, approve it, go live, send it."""
    go_to(admin, "First notice")
    admin.looks_for_barriers()
    admin.presses("Propose it to legal")
    admin.sees("The first notice waits for legal")
    go_to(legal, "First notice")
    legal.page.get_by_label("Why").fill("True as far as we know it, and it promises a date.")
    legal.looks_for_barriers()
    legal.presses("Approve the first notice")
    legal.sees("Legal approved the first notice")

    go_to(admin, REFERENCE)
    admin.presses("Ask to go live")
    has_done(admin, "You asked to go live. A legal approver has to confirm it.")
    go_to(legal, REFERENCE)
    legal.presses("Confirm: end the rehearsal")
    has_done(legal, f"{REFERENCE} is live. From now on its notices reach investors.")
    legal.looks_for_barriers()

    go_to(admin, "First notice")
    admin.presses("Send it to the first five of 11 people")
    has_done(
        admin, "The first notice is on its way to the first five people. Look at these messages before you continue."
    )
    admin.looks_for_barriers()
    admin.presses("Continue with the rest")
    admin.sees("The first notice was sent")


def state_that_it_was_fixed(admin: Visitor) -> None:
    """Which release fixed the cause, with the evidence."""
    go_to(admin, "Contained")
    form = admin.page.get_by_role("region", name="Fixed")
    form.get_by_label("Who did it").fill("Platform engineering")
    form.get_by_label("Release that fixed it").select_option("2026.11.1")
    form.get_by_label("What was done, in a sentence").fill("What capped investors leave is shared again.")
    form.get_by_label("Evidence").set_input_files(EVIDENCE / "release.diff")
    admin.presses("Record the fix")
    has_done(admin, "It is on record which release fixed the cause.")


def propose_the_correction(admin: Visitor) -> None:
    """Run both rules, see what they show, and propose one redistribution over both deals."""
    go_to(admin, "Who is affected")
    admin.presses("Run both rules on every deal")
    admin.sees(re.compile("^3 were given too much, 6 too little$"))
    go_to(admin, "Decide")
    admin.page.get_by_label("Where an offer is paid to").fill(
        "Example Bank, account 000123, in the name of the platform"
    )
    admin.page.get_by_label("Why is this the right correction?").fill("It is what section 4.2 of the agreement says.")
    admin.looks_for_barriers()
    admin.presses("Propose to management and legal")
    admin.sees(re.compile("^Version 1 waits for the "))


def sign(approver: Visitor) -> None:
    """Read what is proposed and approve its digest; the session is fresh from signing in."""
    go_to(approver, "Sign")
    approver.looks_for_barriers()
    approver.page.get_by_label("Why").fill("Read in full, with the certificates.")
    approver.presses("Approve correction")
    has_done(approver, f"You approved the correction of {REFERENCE}.")


def publish(admin: Visitor) -> None:
    """Type the reference, look at the canary, continue with the rest."""
    go_to(admin, "Publish")
    admin.sees("Version 1 is ready to publish")
    admin.page.get_by_label("Type the reference of the incident").fill(REFERENCE)
    admin.presses("Publish to the first five")
    admin.presses("Continue with the rest")
    admin.sees("Published: 11 of 11 people written to")
