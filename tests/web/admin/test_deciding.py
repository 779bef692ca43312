"""Running the rules, proposing, and the two signatures."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app.core import clock
from app.core.db import session, transaction
from app.identity import LoginSession
from tests.web.admin.office import CASE, Office, an_office
from tests.web.browsing import Browser
from tests.web.words import words_of

AFFECTED, DECIDE, SIGN = f"{CASE}/affected", f"{CASE}/decide", f"{CASE}/sign"


def a_proposal(**changes: str) -> Mapping[str, str]:
    days = {"notice_on": 0, "look_by": 11, "pay_by": 18, "remind_on": 29, "due_by": 43}
    today = clock.now().date()
    dates = {name: (today + timedelta(days=after)).isoformat() for name, after in days.items()}
    left = {"orbit-distributions": "left", "orbit-distributions_reason": "They have a letter of their own."}
    return dates | left | {"pay_to": "The client account", "reason": "The agreement names the rule."} | changes


def propose_again(office: Office, **changes: str) -> str:
    """Agree to what the page says the next version alters; answers what it said."""
    shown = office.admin.post(DECIDE, **a_proposal(**changes)).text
    agreed = shown.split('name="agreed"')[1].split('value="')[1].split('"', maxsplit=1)[0]
    office.admin.post(DECIDE, **a_proposal(**changes), agreed=agreed)
    return words_of(shown)


def digest_on(page: str) -> str:
    return page.split('name="digest_seen"')[1].split('value="')[1].split('"', maxsplit=1)[0]


def sign(browser: Browser, decision: str = "approve", note: str = "Read in full.") -> str:
    seen = digest_on(browser.get(SIGN).text)
    return browser.post(SIGN, digest_seen=seen, decision=decision, note=note).text


def test_the_runs_show_who_is_affected(app: Flask) -> None:
    office = an_office(app, stage="told")
    assert "Find out who is affected" in words_of(office.auditor.get(AFFECTED).text)

    office.admin.post(f"{AFFECTED}/run", on=AFFECTED)

    words = words_of(office.auditor.get(AFFECTED).text)
    assert "3 were given too much, 6 too little" in words
    assert "single-pass reproduces every recorded amount to the cent; with the release record this supports" in words
    assert "Certificate holds" in words
    assert "Rate 38 ÷ 11" in words
    assert "Changes sum to $0.00" in words
    assert "$45,000.00 $74,366.20 $45,000.00 −$29,366.20 Over" in words
    assert "proven" not in words


def test_without_runs_nothing_can_be_proposed_and_the_page_says_why(app: Flask) -> None:
    office = an_office(app, stage="told")

    assert "First find out who is affected" in words_of(office.admin.get(DECIDE).text)
    answer = office.admin.post(DECIDE, **a_proposal())

    assert answer.status_code == 422
    assert "Orbit Robotics: first run pro-rata-1, the rule of the agreement, on the frozen bases." in words_of(
        answer.text
    )


def test_the_form_comes_with_the_usual_dates(app: Flask) -> None:
    page = an_office(app, stage="investigating").admin.get(DECIDE).text

    assert all(f'value="{text}"' in page for name, text in a_proposal().items() if name.endswith(("_on", "_by")))


def test_another_version_keeps_the_dates_of_the_one_before(app: Flask) -> None:
    office = an_office(app, stage="investigating")
    later = (clock.now().date() + timedelta(days=20)).isoformat()
    office.admin.post(DECIDE, **a_proposal(pay_by=later))

    assert f'value="{later}"' in office.admin.get(DECIDE).text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"look_by": a_proposal()["notice_on"]},
            "Give people at least 10 days between the notice and the day to look by.",
        ),
        ({"pay_to": ""}, "Say where an offer is paid to; legal approves it."),
        ({"due_by": "soon"}, "“soon” is no date. Write year, month and day"),
        (
            {"USD-below": "0.005", "waives": "notice"},
            "Threshold in USD: '0.005' has more than the 2 digits after the point that USD has. Write an exact amount",
        ),
        (
            {"orbit-multiple": "twice"},
            "Orbit Robotics, multiple for C: 'twice' is not a multiple. Write a decimal such as 1.40.",
        ),
        (
            {"interest_cap": "a quarter"},
            "Interest at most: 'a quarter' is no percentage. Write a number such as 25 or 12.5.",
        ),
    ],
)
def test_what_cannot_be_proposed_is_said_and_the_rest_is_kept(app: Flask, changes: dict[str, str], says: str) -> None:
    office = an_office(app, stage="investigating")

    answer = office.admin.post(DECIDE, **a_proposal(**changes))

    assert answer.status_code == 422
    assert says in words_of(answer.text)
    assert "The agreement names the rule." in answer.text


def test_a_weekend_date_is_flagged(app: Flask) -> None:
    office = an_office(app, stage="investigating")
    answer = office.admin.post(DECIDE, **a_proposal(due_by="2999-01-05", pay_to=""))

    assert "Careful: Saturday, January 5, 2999 is a weekend day." in words_of(answer.text)


def test_management_and_legal_sign_what_the_page_shows(app: Flask) -> None:
    office = an_office(app, stage="investigating")
    answer = office.admin.post(DECIDE, **a_proposal())
    assert answer.headers["Location"] == SIGN

    sign(office.management)
    assert "waits for the legal approver" in words_of(office.admin.get(SIGN).text)
    sign(office.legal)

    words = words_of(office.auditor.get(SIGN).text)
    assert "Version 1 is approved" in words
    assert "Approved Management approver Marcus Bell" in words
    assert "Approved Legal approver Lena Ortiz" in words


def test_the_page_to_sign_shows_digest_balance_and_every_variant(app: Flask) -> None:
    office = an_office(app, stage="proposed")

    words = words_of(office.legal.get(SIGN).text)

    assert digest_on(office.legal.get(SIGN).text) in words
    assert "Orbit Robotics 38 ÷ 11 1 3 4 −$29,366.20 $29,366.20 $0.00 $4,219.08" in words
    assert "Paid out in all $59,741.66" in words
    assert "Grace Lindqvist, Orbit Robotics: $4,219.08" in words
    assert "$29,366.20 × 8% × " in words
    assert "We are paying you back $29,366.20, plus $4,219.08 in interest." in words
    assert "1 person like Lars Lindqvist (a copy)" in words


def test_the_page_to_sign_shows_contact_averages_coverage_fix_and_decliners(app: Flask) -> None:
    office = an_office(app, stage="investigating")
    office.admin.post(DECIDE, **a_proposal(**{"orbit-others": "INV-003"}))

    words = words_of(office.legal.get(SIGN).text)

    assert "Investors call Sam Carter, +1 212-555-0100, weekdays 9 am to 5 pm, New York time" in words
    assert "Averages that bind Frozen" in words
    assert "Deals looked at Only the deals of this incident" in words
    assert "Cause fixed by release 2026.11.1, November" in words
    assert "Who declines in Orbit Robotics Chen Wei, INV-003" in words
    assert "None was needed." in words


def test_who_may_not_sign_reads_why_instead_of_a_button(app: Flask) -> None:
    office = an_office(app, stage="proposed")
    sign(office.legal)

    assert "You proposed this correction, so someone else must approve it." in words_of(office.admin.get(SIGN).text)
    assert "You have already approved this correction." in words_of(office.legal.get(SIGN).text)
    assert "This waits for the management approver." in words_of(office.auditor.get(SIGN).text)
    assert all('value="approve"' not in each.get(SIGN).text for each in (office.admin, office.legal, office.auditor))


def test_a_rejection_is_read_where_the_next_version_is_made(app: Flask) -> None:
    office = an_office(app, stage="proposed")

    sign(office.legal, "reject", "The pay-to text is wrong.")

    words = words_of(office.admin.get(DECIDE).text)
    assert "Why it was rejected The pay-to text is wrong. Lena Ortiz" in words
    assert "Propose another version" in words


def test_a_signature_on_an_older_version_is_refused_and_its_words_are_kept(app: Flask) -> None:
    office = an_office(app, stage="proposed")
    old = digest_on(office.legal.get(SIGN).text)
    propose_again(office)

    answer = office.legal.post(SIGN, digest_seen=old, decision="approve", note="Looks right.")

    assert answer.status_code == 422
    assert "The proposal changed after you opened it. Read it again." in words_of(answer.text)
    assert "Looks right." in answer.text
    assert digest_on(answer.text) == digest_on(office.legal.get(SIGN).text) != old


def test_without_a_fresh_password_the_page_asks_for_it_before_anything_is_written(app: Flask) -> None:
    office = an_office(app, stage="proposed").all_signed_in()
    with transaction():
        session.execute(update(LoginSession).values(proved_at=clock.now() - timedelta(minutes=6)))

    page = office.legal.get(SIGN).text

    assert f'href="/staff/confirm?next={SIGN}"' in page
    assert "<textarea" not in page


def test_proposing_again_says_beforehand_whose_approvals_it_voids(app: Flask) -> None:
    office: Office = an_office(app, stage="proposed")
    sign(office.legal)

    assert "This voids 1 approval: Lena Ortiz." in words_of(office.admin.get(DECIDE).text)


def test_auditors_do_not_read_where_offers_are_paid_to(app: Flask) -> None:
    office = an_office(app, stage="proposed")
    pay_to = "Example Platform Client Account"

    assert pay_to in office.legal.get(SIGN).text
    assert all(pay_to not in office.auditor.get(page).text for page in (SIGN, DECIDE, CASE))
