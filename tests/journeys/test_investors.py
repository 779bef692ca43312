"""Investors from the mail in their hands to what they came for."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.demo.people import PASSWORD, SUPPORT
from tests.journeys.calls import book_a_call
from tests.journeys.portal import Portal

pytestmark = pytest.mark.browser
YOUR_FIGURES = "Your corrected figures"


def test_an_investor_with_a_refund_reads_says_so_and_verifies_the_receipt(published: Portal, tmp_path: Path) -> None:
    mail = published.mail_to("grace@example.com", YOUR_FIGURES)
    grace = published.visitor()

    grace.signs_in_with(mail)
    grace.sees("We made a mistake in Orbit Robotics. We are paying you back $33,585.28.")
    grace.presses("I have read this")
    grace.sees("Thank you. We have recorded that you read this correction.")
    number = re.search(r"R-\w+", grace.page.locator(".lede").inner_text())
    assert number is not None

    proof = grace.page.get_by_role("link", name="Save the proof file")
    expect(proof).to_be_visible()
    grace.looks_for_barriers()
    with grace.page.expect_download() as saving:
        proof.click()
    saving.value.save_as(tmp_path / "receipt.tlog-proof")
    assert saving.value.suggested_filename == f"{number.group()}.tlog-proof"

    key = published.installation.flask("audit", "vkey").stdout.strip()
    checked = published.installation.flask(
        "audit", "check-receipt", str(tmp_path / "receipt.tlog-proof"), "--vkey", key
    )
    assert (checked.returncode, checked.stdout.split("\n")[0]) == (0, "verified"), checked.stderr


def test_a_link_that_was_used_says_in_another_browser_that_it_has_ended(published: Portal) -> None:
    mail = published.mail_to("grace@example.com", YOUR_FIGURES)
    published.visitor().signs_in_with(mail)
    somebody = published.visitor()

    somebody.page.goto(mail.link)

    somebody.sees("This link has ended. Nothing is lost.")


def test_an_investor_with_an_offer_checks_it_books_a_call_and_cancels_it(published: Portal) -> None:
    hugo = published.visitor("America/Sao_Paulo")

    hugo.signs_in_with(published.mail_to("hugo@example.com", YOUR_FIGURES))
    hugo.sees(re.compile("^We gave you too little of Tidewater Energy. You can take the rest for "))
    hugo.follows("check your figure in Tidewater Energy by yourself")
    hugo.sees("Check your own figure")
    hugo.page.get_by_label("Your average").fill("$14,000.00")
    hugo.page.get_by_label("What you asked for").fill("$60,000.00")
    hugo.presses("Work it out")
    hugo.sees("You get $29,302.32")
    expect(hugo.page.get_by_text("So your page may show $0.01 more.")).to_be_visible()
    hugo.page.goto(f"{published.url}/corrections")
    book_a_call(hugo, zone="America/Sao_Paulo")
    invite = published.mail_to("hugo@example.com", "Your call is booked").invite
    assert re.search(r"method=\"?REQUEST", invite, re.IGNORECASE)
    assert "\nMETHOD:REQUEST\n" in invite

    hugo.follows("Cancel this call")
    hugo.sees("Do you want to cancel this call?")
    hugo.presses("Cancel the call")
    hugo.sees("This call is cancelled.")
    update = published.mail_to("hugo@example.com", "Your call is cancelled").invite
    assert "\nMETHOD:CANCEL\n" in update
    assert _value("UID", update) == _value("UID", invite)
    assert int(_value("SEQUENCE", update)) > int(_value("SEQUENCE", invite))


def _value(name: str, invite: str) -> str:
    found = re.search(rf"^{name}:(.*)$", invite, re.MULTILINE)
    assert found is not None, invite
    return found.group(1)


def test_an_investor_says_that_something_looks_wrong_and_reads_the_answer(published: Portal) -> None:
    hugo = published.visitor()
    hugo.signs_in_with(published.mail_to("hugo@example.com", YOUR_FIGURES))
    hugo.sees(re.compile("^We gave you too little of Tidewater Energy."))
    hugo.follows("Write to us here")
    hugo.sees("Tell us what looks wrong")
    hugo.page.get_by_label("Tidewater Energy, Hugo Martins").check()
    hugo.page.get_by_label("The average you used for me is wrong").check()
    hugo.page.get_by_label("Tell us in your own words").fill("My average was higher.")
    hugo.presses("Send this to us")
    hugo.sees("We are looking at what you told us about Tidewater Energy.")

    sam = published.visitor()
    sam.signs_in_as_staff(published.url, SUPPORT[0].email, PASSWORD)
    sam.page.goto(f"{published.url}/support/disputes")
    sam.sees("Disputes")
    sam.follows("Hugo Martins")
    sam.sees("The average you used for me is wrong")
    sam.page.get_by_label("The figures are right").check()
    sam.page.get_by_label("What the investor reads").first.fill("We looked at your file again.")
    sam.presses("Give this answer")
    expect(sam.page.get_by_text("The investor is told that there is an answer.")).to_be_visible()
    sam.looks_for_barriers()

    again = published.visitor()
    again.signs_in_with(published.mail_to("hugo@example.com", "There is an answer on your page"))
    again.sees("We answered what you told us about Tidewater Energy.")
    expect(again.page.get_by_text("We looked at your file again.")).to_be_visible()


def test_an_owner_names_a_second_person_behind_a_mailed_code_and_ends_it(published: Portal) -> None:
    jonah = published.visitor()
    jonah.signs_in_with(published.mail_to("jonah@example.com", YOUR_FIGURES))

    jonah.page.goto(f"{published.url}/accounts")
    jonah.sees("Who can see your accounts")
    jonah.follows("Name somebody for Jonah Reyes")
    jonah.sees("Name somebody for Jonah Reyes")
    jonah.page.get_by_label("Full name").fill("Iris Lund")
    jonah.page.get_by_label("Email address").fill("iris@example.com")
    jonah.presses("Name this person")
    jonah.sees("Confirm that it is you")
    expect(jonah.page.get_by_text("we have sent a code to j•••@example.com")).to_be_visible()
    asked_for = published.mail_to("jonah@example.com", "Your code to confirm").text
    code = re.search(r"\b\d{3} \d{3}\b", asked_for)
    assert code is not None, asked_for
    jonah.page.get_by_label("6-digit code").fill(code.group())
    jonah.presses("Go on")

    jonah.sees("Who can see your accounts")
    expect(jonah.page.get_by_role("listitem").filter(has_text="Iris Lund")).to_contain_text("sees it, through ")
    assert "Jonah Reyes" in published.mail_to("iris@example.com", "You were named for an account").text
    jonah.presses("End this for Iris Lund")
    expect(jonah.page.get_by_role("listitem").filter(has_text="Iris Lund")).to_have_count(0)


def test_an_investor_leaves_an_offer_after_a_mailed_code_and_changes_their_mind(published: Portal) -> None:
    chen = published.visitor()
    chen.signs_in_with(published.mail_to("chen@example.com", YOUR_FIGURES))
    chen.sees(re.compile("^We gave you too little of "))
    chen.page.goto(f"{published.url}/corrections/INC-2026-001/elect")
    chen.sees("Your choices")
    chen.page.get_by_label("Leave it").first.check()
    chen.page.get_by_role("button", name="Save my choice").first.click()
    chen.sees("Confirm that it is you")
    code = re.search(
        r"^\d{3} \d{3}\s*$", published.mail_to("chen@example.com", "Your code to confirm").text, re.MULTILINE
    )
    assert code is not None
    chen.page.get_by_label("6-digit code").fill(code.group().strip())
    chen.presses("Go on")
    chen.sees("Thank you. We have recorded that you leave it.")

    chen.page.goto(f"{published.url}/corrections/INC-2026-001/elect")
    chen.page.get_by_label("Take the missing part").first.check()
    chen.page.get_by_role("button", name="Save my choice").first.click()
    chen.sees("Thank you. We have recorded that you take the missing part.")
