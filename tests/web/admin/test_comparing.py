"""The remedies side by side, what if, and what only legal may say."""

import re
from datetime import timedelta

from flask import Flask
from sqlalchemy import update

from app import incidents
from app.core import clock
from app.core.db import session, transaction
from app.identity import LoginSession
from app.incidents import Incident, Remedy
from tests.web.admin.office import CASE, Office, an_office
from tests.web.admin.test_deciding import DECIDE, SIGN, a_proposal, propose_again, sign
from tests.web.words import words_of

ORBIT = f"{DECIDE}/orbit"


def the_incident() -> Incident:
    return incidents.get_incident(CASE.rsplit("/", maxsplit=1)[1])


def test_every_remedy_stands_beside_the_others_with_its_figures(app: Flask) -> None:
    words = words_of(an_office(app, stage="investigating").auditor.get(DECIDE).text)

    assert "A new round B redistribution C cash make-whole D no action" in words
    assert "Who is involved 3 of 8 4 of 8 3 of 8 0 of 8" in words
    assert "of what was collected too much $0.00 $29,366.20 $0.00 $0.00 Of it interest $0.00 $4,219.08" in words
    assert "what the error cost $0.00 $0.00 $11,746.47 $0.00" in words
    assert "missed until now $587.32 $587.32 $587.32 $0.00" in words
    assert "Cost to the platform $587.32 $4,806.40 $12,333.79 $0.00" in words
    assert "New capital for the startup $29,366.20 $0.00" in words
    assert "5.55% 0.00%" in words
    assert "Departs from section 4.2 of agreement 3.1 Carries out section 4.2" in words
    assert "Another tax year The deal closed in" in words
    assert "−$30,000.00 to −$25,000.00 1" in words


def test_a_remedy_without_its_input_says_which_one_is_missing(app: Flask) -> None:
    told = words_of(an_office(app, stage="told").admin.get(DECIDE).text)

    assert "Not computable The right shares are missing: run pro-rata-1" in told


def test_without_a_mark_cash_asks_for_a_multiple_and_takes_one(app: Flask) -> None:
    office = an_office(app, stage="investigating")

    assert "Not computable The multiple is missing: import a mark of this deal" in words_of(
        office.admin.get(DECIDE).text
    )
    tried = words_of(office.auditor.get(f"{DECIDE}/tidewater?multiple=1.5").text)
    assert "cash $6,201.65" in tried
    assert "Not computable" not in tried


def test_each_investor_stands_under_each_remedy_and_the_slider_answers_without_a_script(app: Flask) -> None:
    office = an_office(app, stage="investigating")

    usual = words_of(office.auditor.get(ORBIT).text)
    assert "cash $5,695.26 distributions $284.76" in usual
    assert "cash $4,271.44 distributions $213.57" in usual
    assert "1.4 chosen 3 $11,746.47" in usual

    fallen = words_of(office.auditor.get(f"{ORBIT}?multiple=0.75").text)
    assert "cash $7,341.55" in fallen
    assert "0.75 chosen 1 $7,341.55" in fallen


def test_what_cannot_be_tried_out_is_said(app: Flask) -> None:
    office = an_office(app, stage="investigating")

    assert "&#39;a&#39; is not a multiple" in office.auditor.get(f"{ORBIT}?multiple=a").text
    unknown = words_of(office.auditor.get(f"{ORBIT}?others=INV-099").text)
    assert "Orbit Robotics has no request of an account INV-099." in unknown
    nothing = "Orbit Robotics: Grace Lindqvist (INV-007) is offered nothing more, so there is nothing to decline."
    assert nothing in words_of(office.auditor.get(f"{ORBIT}?others=INV-007").text)
    assert nothing in words_of(office.auditor.get(f"{DECIDE}?orbit-declining=INV-007").text)
    assert office.auditor.get(f"{DECIDE}/nowhere").status_code == 404


def test_who_declines_keeps_what_they_have_and_the_others_share_the_rest(app: Flask) -> None:
    office = an_office(app, stage="investigating")

    assert "Chen Wei, INV-003: $14,238.16 more" in words_of(office.admin.get(ORBIT).text)
    page = office.admin.get(f"{ORBIT}?declining=INV-003&others=").text
    words = words_of(page)

    assert "keeps what they have. The rule was run again among the others, in 2 rounds" in words
    assert "declines $250,000.00 $123,943.66 $123,943.66" in words
    assert "orbit-declining=INV-003" in page
    prefilled = " ".join(office.admin.get(f"{DECIDE}?orbit-declining=INV-003").text.split())
    assert 'checked id="orbit-declining-0"' in prefilled
    assert 'checked id="orbit-declining-1"' not in prefilled


def test_who_declines_is_proposed_by_account_and_stays_so_in_the_next_version(app: Flask) -> None:
    office = an_office(app, stage="investigating")

    refused = office.admin.post(DECIDE, **a_proposal(**{"orbit-others": "INV-007"}))
    assert refused.status_code == 422
    assert "Grace Lindqvist (INV-007) is offered nothing more" in refused.text
    office.admin.post(DECIDE, **a_proposal(**{"orbit-declining": "INV-003", "orbit-others": "INV-005"}))

    orbit, tidewater = incidents.get_proposal(the_incident()).parts
    assert (orbit.held, tidewater.held) == ([3, 5], [])
    again = " ".join(office.admin.get(DECIDE).text.split())
    assert 'checked id="orbit-declining-0"' in again
    assert 'checked id="orbit-declining-1"' in again


def test_every_remedy_has_its_words_so_that_it_can_be_proposed(app: Flask) -> None:
    office = an_office(app, stage="investigating")

    assert "No text is approved yet" not in words_of(office.admin.get(DECIDE).text)
    for changes in (
        {"orbit-remedy": "cash", "orbit-why": "It rose."},
        {"orbit-distributions": "trued-up"},
        {"orbit-declining": "INV-003"},
        {"USD-below": "1.00", "waives": "payment", "threshold_reason": "Small."},
    ):
        assert office.admin.post(DECIDE, **a_proposal(**changes)).status_code != 422


def test_the_decision_of_each_deal_is_kept_with_risk_reason_threshold_and_assumptions(app: Flask) -> None:
    office = an_office(app, stage="investigating")

    office.admin.post(
        DECIDE,
        **a_proposal(
            **{
                "orbit-why": "Nobody loses.",
                "orbit-risk": "low",
                "orbit-risk_reason": "Only one gives money back.",
                "interest_cap": "10",
                "USD-below": "0.50",
                "waives": "notice",
                "threshold_reason": "Less than a stamp.",
                "unpaid_offer": "is offered again",
                "assumed0-doubt": "Is the day of payment counted?",
                "assumed0-resolved": "It is.",
            }
        ),
    )

    proposal = incidents.get_proposal(the_incident())
    orbit, tidewater = proposal.parts
    assert (orbit.remedy, orbit.risk.value, orbit.risk_reason) == (
        Remedy.REDISTRIBUTION,
        "low",
        "Only one gives money back.",
    )
    assert (tidewater.risk.value, tidewater.risk_reason[:11]) == ("medium", "It may cost")
    assert (proposal.thresholds, proposal.threshold_waives.value) == ({"USD": 50}, "notice")
    assert proposal.policy["interest"] == "simple-act/365f, at most 10%"
    assert max(each.interest_cents for each in proposal.adjustments) == 2_936_62
    assert proposal.assumptions == [{"doubt": "Is the day of payment counted?", "resolved": "It is."}]
    words = words_of(office.auditor.get(f"{DECIDE}/memo").text)
    assert "Risk low: Only one gives money back." in words
    doubt = "Doubt: Is the day of payment counted? Resolved: It is."
    assert doubt in words
    assert doubt in words_of(office.legal.get("/admin/incidents/INC-2026-001/sign").text)
    assert "Below $0.50 the notice is waived, never the correction: Less than a stamp." in words
    again = "The part is offered to the others in a new version."
    assert again in words
    assert again in words_of(office.legal.get("/admin/incidents/INC-2026-001/sign").text)
    form = " ".join(office.admin.get(DECIDE).text.split())
    assert re.search(r'<input[^>]*checked[^>]*name="unpaid_offer"[^>]*value="is offered again"', form)


def test_the_page_says_which_approvals_and_people_another_version_costs_before_it_is_made(app: Flask) -> None:
    office = an_office(app, stage="proposed")
    sign(office.legal)

    said = propose_again(office, interest_cap="10", pay_to="Another account")

    assert "This change voids 1 approval and alters the figures of 2 people" in said
    assert "with the signature of Lena Ortiz" in said
    assert "Other figures than before for: Grace Lindqvist and Lars Lindqvist" in said
    assert "where offers are paid to" in said
    assert "Nothing is proposed yet." in said
    assert incidents.get_proposal(the_incident()).version == 2


def test_a_risk_that_nobody_edited_is_assessed_anew_for_the_next_version(app: Flask) -> None:
    page = an_office(app, stage="proposed").admin.get(DECIDE).text
    field = page.split('name="orbit-risk_reason"')[1].split(">", maxsplit=1)[0]

    assert 'value=""' in field
    assert '<option selected value="">As assessed above' in page


def test_a_change_agreed_to_is_not_another_change(app: Flask) -> None:
    office = an_office(app, stage="proposed")
    shown = office.admin.post(DECIDE, **a_proposal()).text
    agreed = shown.split('name="agreed"')[1].split('value="')[1].split('"', maxsplit=1)[0]

    office.admin.post(DECIDE, **a_proposal(pay_to="Somewhere else"), agreed=agreed)

    session.expire_all()
    assert incidents.get_proposal(the_incident()).version == 1


def test_legal_alone_says_that_an_agreement_obliges_and_then_an_offer_says_so(app: Flask) -> None:
    office: Office = an_office(app, stage="investigating")
    said = {"obliged-clause": "5.1", "obliged-reason": "The agreement says so in as many words."}

    answer = office.admin.post(DECIDE, **a_proposal(**{"orbit-is_obliging": "y"}))
    assert "an offer may be declined until legal names the clause against it" in words_of(answer.text)
    assert office.management.post(f"{ORBIT}/rulings/obliged", on=DECIDE, **said).status_code == 403
    office.legal.post(f"{ORBIT}/rulings/obliged", on=ORBIT, **said)

    assert "Section 5.1: The agreement says so in as many words. Lena Ortiz" in words_of(office.auditor.get(ORBIT).text)
    office.admin.post(DECIDE, **a_proposal(**{"orbit-is_obliging": "y"}))
    words = words_of(office.legal.get(SIGN).text)
    assert "An offer may not be declined, by section 5.1" in words
    assert "Section 5.1 of your agreement asks you to take this part" in words


def test_legal_takes_back_what_legal_said_and_needs_a_fresh_password(app: Flask) -> None:
    office = an_office(app, stage="investigating")
    office.legal.post(f"{ORBIT}/rulings/claimed", on=ORBIT, **{"claimed-clause": "6", "claimed-reason": "Agreed so."})
    assert "Section 6: Agreed so." in words_of(office.auditor.get(ORBIT).text)

    office.legal.post(f"{ORBIT}/rulings/claimed", on=ORBIT)
    assert "Nobody has said so: the platform pays." in words_of(office.auditor.get(ORBIT).text)

    with transaction():
        session.execute(update(LoginSession).values(proved_at=clock.now() - timedelta(minutes=6)))
    assert f'href="/staff/confirm?next={ORBIT}"' in office.legal.get(ORBIT).text


def test_the_memo_can_be_saved_as_pdf(app: Flask) -> None:
    office = an_office(app, stage="proposed")

    paper = office.auditor.get(f"{DECIDE}/memo.pdf")

    assert paper.mimetype == "application/pdf"
    assert paper.data == office.legal.get(f"{DECIDE}/memo.pdf").data
    assert paper.data.startswith(b"%PDF")
