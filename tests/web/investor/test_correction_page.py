"""The correction page says the answer first, in the approved words, and shows every step of the sum."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask, render_template

from app import settlement
from app.allocations import Passage
from app.incidents import NewAverage, Remedy
from app.incidents.books import Books, BookState
from app.notices import KnockOn, Offer, Replaced
from app.web.investor.correction_page import CorrectionPage, Coverage, EarlierReceipt, Paper
from app.web.investor.deal_section import DealSection, PayTo
from tests.notices.remedy_contents import CASH_NOTHING, MISSED, NOTHING, OWED, PAID, SMALL
from tests.web.investor.pages import a_page, a_refund, a_worth, an_offer, unchanged
from tests.web.words import words_of

A_CHOICE = Offer(deal_name="Tidewater Energy", recorded_cents=25_067_05, correct_cents=29_302_33)


def _rendered(app: Flask, template: str, **given: Any) -> str:
    with app.test_request_context("/corrections/INC-2026-003"):
        return render_template(template, person=None, **given)


def _page(app: Flask, page: CorrectionPage) -> str:
    return words_of(_rendered(app, "investor/corrections/show.html", page=page))


def _h1(app: Flask, *sections: DealSection) -> str:
    markup = _rendered(app, "investor/corrections/show.html", page=a_page(*sections))
    headings = re.findall(r"<h1[^>]*>(.*?)</h1>", markup, re.DOTALL)
    assert len(headings) == 1
    return words_of("<body>" + headings[0])


HEADLINES = [
    ([a_refund()], "We made a mistake in Orbit Robotics. We are paying you back $33,585.28."),
    ([an_offer()], "We gave you too little of Tidewater Energy. You can take the rest for $4,235.28."),
    (
        [an_offer(), a_refund()],
        "We made mistakes in two of your deals. One brings you a refund, one a choice.",
    ),
    ([unchanged()], "We checked your allocation in Orbit Robotics. It was right: $75,000.00."),
    (
        [a_refund(), a_refund(deal_name="Tidewater Energy", refund_cents=100_00, interest_cents=1)],
        "We made mistakes in Orbit Robotics and Tidewater Energy. We are paying you back $33,685.29.",
    ),
    (
        [unchanged(), an_offer()],
        "We gave you too little of Tidewater Energy. You can take the rest for $4,235.28.",
    ),
    (
        [unchanged(), unchanged(deal_name="Tidewater Energy")],
        "We checked your allocations in Orbit Robotics and Tidewater Energy. They were right.",
    ),
    (
        [a_refund(), a_refund(), an_offer()],
        "We made mistakes in Orbit Robotics and Tidewater Energy. Part of it brings you a refund, part a choice.",
    ),
    (
        [a_refund(refund_cents=0, interest_cents=0, interest=())],
        "We made a mistake in Orbit Robotics. You have less to pay.",
    ),
    (
        [an_offer(), an_offer(deal_name="Orbit Robotics", currency="JPY", corrected_cents=25_067_06)],
        "We gave you too little of Tidewater Energy and Orbit Robotics. You can take the rest for $4,235.28 and ¥1.",
    ),
]


@pytest.mark.parametrize(("sections", "words"), HEADLINES)
def test_the_one_heading_states_the_answer(app: Flask, sections: list[DealSection], words: str) -> None:
    assert _h1(app, *sections) == words


def test_a_capped_allocation_shows_the_whole_sum(app: Flask) -> None:
    words = "$24,000.00 × 38 ÷ 11 = $82,909.09. You asked for $45,000.00, which is less, so you get $45,000.00."

    assert words in _page(app, a_page(a_refund()))


def test_an_allocation_by_rate_shows_the_exact_fraction(app: Flask) -> None:
    chen = an_offer(basis=Fraction(41_000_00), recorded_cents=73_410_65, corrected_cents=85_813_95)

    page = _page(app, a_page(chen))

    assert "Your average $41,000.00 × 90 ÷ 43 = $85,813.95" in page
    assert "about $2.09 for each $1.00 of average" in page


def test_an_average_that_is_no_whole_number_of_cents_is_shown_exactly(app: Flask) -> None:
    assert "$100.00 ÷ 3 × 90 ÷ 43" in _page(app, a_page(an_offer(basis=Fraction(100_00, 3), corrected_cents=29_302_33)))


def test_a_left_over_cent_is_explained(app: Flask) -> None:
    with_the_cent = an_offer()
    words = (
        "× 90 ÷ 43 = $29,302.32 and a fraction. Your fraction was among the largest, so it is rounded up: $29,302.33."
    )

    assert words in _page(app, a_page(with_the_cent))
    assert "rounded up" not in _page(app, a_page(replace(with_the_cent, corrected_cents=29_302_32)))


def test_without_an_average_the_rest_is_shared_equally(app: Flask) -> None:
    page = _page(app, a_page(an_offer(basis=Fraction(0), rate=None, level=Fraction(29_302_33))))

    assert "You had not invested with us before the deal closed" in page
    assert "is shared equally among those without one" in page


def test_interest_is_a_worked_line_for_each_rate(app: Flask) -> None:
    page = _page(app, a_page(a_refund()))

    assert "Interest, 8% then 7% a year, 744 days $4,219.08" in page
    assert "$29,366.20 × 8% × 36 days ÷ 365 = about $231.7114" in page
    assert "$29,366.20 × 7% × 708 days ÷ 365 = about $3,987.3668" in page
    assert "$29,366.20 + $4,219.08 = $33,585.28" in page


def test_compound_interest_shows_what_each_quarter_ran_on_and_where_a_limit_ended_it(app: Flask) -> None:
    owed = settlement.interest(
        10_000_00,
        from_on=date(2024, 11, 20),
        to_on=date(2026, 11, 20),
        policy="quarterly-irs-underpayment, at most 2%",
        rates={date(2024, 1, 1): Fraction("0.07")},
    )

    page = _page(app, a_page(a_refund(interest_cents=owed.cents, interest=owed.lines)))

    assert "$10,000.00 × 7% × 31 days ÷ 366 = about $59.2896" in page
    assert "about $10,059.2896 × 7% × 90 days ÷ 365 = about $140.7104" in page
    assert "about $140.7104, which is all that is left below the limit" in page


def test_a_refund_says_when_and_where_and_that_nothing_need_be_done(app: Flask) -> None:
    page = _page(app, a_page(a_refund()))

    assert "What you need to do Nothing." in page
    assert "We will send the money by December 10, 2026." in page
    assert "ending 1006. If that account is closed, please call us before December 3, 2026." in page
    assert "Your refund does not depend on what other investors do." in page


def test_an_offer_says_that_silence_is_no_yes_and_adds_no_interest(app: Flask) -> None:
    page = _page(app, a_page(an_offer()))

    assert "Interest and fees $0.00" in page
    assert "January 4, 2027. Until then you can change your mind." in page
    assert "We never read silence as a yes." in page


def test_an_agreement_that_obliges_says_so_and_promises_no_choice(app: Flask) -> None:
    page = _page(app, a_page(an_offer(offer=replace(A_CHOICE, obliged_by="7.3"))))

    assert "Section 7.3 of your agreement asks you to take this part." in page
    assert "The rest costs $4,235.28." in page
    assert "Your agreement asks you to take it. Please read this page before you pay." in page
    assert "If it is unpaid after that day The invoice ends, and your allocation stays as it is." in page
    assert "To pay" in page
    for promised in ("If you do nothing", "you owe us nothing", "Your choice", "change your mind"):
        assert promised not in page


def test_what_the_agreement_obliges_may_stay_due_and_then_every_answer_says_so(app: Flask) -> None:
    page = _page(app, a_page(an_offer(offer=replace(A_CHOICE, obliged_by="7.3", stays_due=True))))

    assert "It stays due. We remind you, and call you if it is still unpaid. We never add interest or a fee." in page
    assert "The part that your agreement asks you to take stays due." in page
    assert "A missing part is not taken" not in page
    assert "The invoice ends" not in page


def test_a_part_that_is_left_may_be_offered_to_others(app: Flask) -> None:
    usual = _page(app, a_page(an_offer(offer=A_CHOICE)))
    again = _page(app, a_page(an_offer(offer=replace(A_CHOICE, is_offered_again=True))))

    says = (
        "We offer the part to the other investors of Tidewater Energy. If others leave a part, we may offer you more."
    )
    assert says in again
    assert says not in usual
    assert "Your allocation stays as it is, and you owe us nothing." in again


def test_bank_details_are_shown_with_who_approved_them_and_when(app: Flask) -> None:
    pay_to = PayTo("Client Account, Example Bank", approved_on=date(2026, 11, 30), reference="2026-0007")

    page = _page(app, a_page(an_offer(pay_to=pay_to)))

    assert "Client Account, Example Bank Approved by legal on November 30, 2026." in page
    assert "Not sure? Call the number in your agreement before you pay." in page


def test_shares_of_the_deal_stand_before_and_after(app: Flask) -> None:
    page = _page(app, a_page(a_refund()))

    assert "What we recorded $74,366.20 14.87%" in page
    assert "Your correct allocation $45,000.00 9.00%" in page


def test_bars_are_as_long_as_the_amounts(app: Flask) -> None:
    markup = _rendered(app, "investor/corrections/show.html", page=a_page(a_refund()))

    assert re.findall(r'<svg width="([0-9.]+%)"', markup) == ["60.51%", "100.00%", "60.51%"]


def test_the_worth_of_the_part_taken_back_is_shown_only_with_a_mark(app: Flask) -> None:
    assert "would be worth" not in _page(app, a_page(a_refund()))
    assert "would be worth $41,112.68." in _page(app, a_page(a_refund(worth=a_worth())))


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ({"stopped_on": None}, "On November 18, 2026, we stopped using the faulty part of our software."),
        ({"fixed_on": None}, "We corrected the software on November 19, 2026."),
        ({"coverage": None}, "We have checked 12 of the 14 deals it was used for and are still checking 2."),
    ],
)
def test_a_sentence_whose_fact_is_not_recorded_is_left_out(app: Flask, missing: dict[str, Any], sentence: str) -> None:
    assert sentence in _page(app, a_page(a_refund()))
    assert sentence not in _page(app, a_page(a_refund(), **missing))


def test_full_coverage_is_said_as_such(app: Flask) -> None:
    page = _page(app, a_page(a_refund(), coverage=Coverage(checked=16, used_for=16, others=14)))

    assert "We checked all 14 other deals it was used for." in page


def test_the_books_are_being_corrected_until_somebody_says_they_were(app: Flask) -> None:
    assert "We are correcting your allocation in our books." in _page(
        app, a_page(a_refund(), books=Books(BookState.CORRECTING))
    )
    corrected = _page(app, a_page(a_refund(), books=Books(BookState.CORRECTED, date(2026, 12, 5))))
    assert "We corrected your allocation in our books on December 5, 2026." in corrected


def test_the_books_wait_for_whoever_may_take_a_missing_part(app: Flask) -> None:
    page = _page(app, a_page(an_offer(), books=Books(BookState.WAITS)))

    assert "If you take the missing part, we correct your allocation in our books once it is paid." in page


def test_nothing_is_said_about_books_where_nothing_changes(app: Flask) -> None:
    assert "in our books" not in _page(app, a_page(unchanged()))


def test_a_newer_version_says_what_it_replaces_and_what_still_counts(app: Flask) -> None:
    was = Replaced(
        deal_name="Orbit Robotics",
        written_on=date(2026, 12, 1),
        was_correct_cents=40_000_00,
        correct_cents=45_000_00,
        repaid_cents=34_366_20,
        left_cents=5_000_00,
        ends_invoice=True,
    )
    page = _page(app, a_page(a_refund(refund_cents=0, interest_cents=0, repaid_cents=34_366_20), replaced=(was,)))

    assert "They replace what we wrote on December 1, 2026." in page
    assert "The invoice for Orbit Robotics that you have from then has ended. Please do not pay it." in page
    assert "we have already paid you $34,366.20. You keep $5,000.00 of it that was too much." in page
    assert "We have paid you back." in page


def test_deals_without_figures_are_still_looked_at(app: Flask) -> None:
    page = _page(app, a_page(an_offer(), looked_at=("Orbit Robotics",), figures_by=date(2026, 12, 18)))

    assert "We are still looking at Orbit Robotics" in page
    assert "We will write to you with these figures by December 18, 2026." in page


def test_a_receipt_of_an_earlier_version_stays_beside_the_question(app: Flask) -> None:
    earlier = EarlierReceipt("R-7Q2M", 1, datetime(2026, 12, 1, 19, 30, tzinfo=UTC))
    page = _page(app, a_page(an_offer(), version=2, earlier_receipts=(earlier,)))

    assert "You read version 1 on December 1, 2026, 2:30 pm, New York time, receipt R-7Q2M" in page
    assert "I have read this" in page


def test_missing_payment_details_come_before_the_figures(app: Flask) -> None:
    page = _page(app, a_page(a_refund(payment_last4=None), needs_payment_details=True))

    assert page.index("We need to know where to send your money") < page.index("What we recorded")


def test_who_has_read_it_sees_the_receipt_and_no_button(app: Flask) -> None:
    fresh = _rendered(app, "investor/corrections/show.html", page=a_page(a_refund()))
    read_at = datetime(2026, 12, 1, 19, 30, tzinfo=UTC)
    read = _rendered(
        app, "investor/corrections/show.html", page=a_page(a_refund(), receipt_number="R-7Q2M", read_at=read_at)
    )

    assert 'action="/corrections/INC-2026-003/read"' in fresh
    assert 'name="version" value="1"' in fresh
    assert "/read" not in read
    assert "We recorded it on December 1, 2026, 2:30 pm, New York time." in words_of(read)


def test_papers_carry_their_type_and_size(app: Flask) -> None:
    paper = Paper("Your letter", "/corrections/INC-2026-003/papers/letter", "PDF", 25_600)

    assert "Your letter PDF, 25.6 kB" in _page(app, a_page(a_refund(), papers=(paper,)))


def test_accounts_are_named_where_the_reader_acts_for_several(app: Flask) -> None:
    trust = an_offer(account_name="Petrova Family Trust")

    assert "Tidewater Energy, Petrova Family Trust" in _page(app, a_page(trust, shows_accounts=True))
    assert "Tidewater Energy, Petrova" not in re.sub(r"Figures:.*?Trust", "", _page(app, a_page(trust)))


def test_all_twelve_questions_stand_at_the_foot(app: Flask) -> None:
    markup = _rendered(app, "investor/corrections/show.html", page=a_page(a_refund()))

    assert len(re.findall(r"<summary>(?!What section)", markup)) == 12
    assert "The total raised does not change." in words_of(markup)


def test_names_are_text_and_never_markup(app: Flask) -> None:
    markup = _rendered(app, "investor/corrections/show.html", page=a_page(a_refund(deal_name="<b>Orbit</b> & Co")))

    assert "<b>Orbit" not in markup
    assert "We made a mistake in &lt;b&gt;Orbit&lt;/b&gt; &amp; Co." in markup


def _orbit(**given: Any) -> DealSection:
    """Elena in Orbit Robotics, below her share for two years."""
    facts: dict[str, Any] = {
        "deal_name": "Orbit Robotics",
        "recorded_cents": 92_957_75,
        "corrected_cents": 103_636_36,
        "requested_cents": 200_000_00,
        "closed_on": date(2024, 11, 22),
    }
    return an_offer(**{**facts, **given})


REMEDIES = [
    (
        _orbit(remedy=Remedy.NEW_ROUND),
        "You can buy the $10,678.61 you were not offered, at the price of 2024.",
        "The startup must accept the new money, and others may have to consent.",
    ),
    (
        a_refund(remedy=Remedy.NEW_ROUND),
        "We made a mistake in Orbit Robotics. Your allocation stays as it is.",
        "Nothing. You keep what you hold.",
    ),
    (
        _orbit(remedy=Remedy.CASH, cash=PAID),
        "We are paying you $4,271.44 for what our mistake cost you. Your investment stays as it is.",
        "$10,678.61 × (1.4 − 1) = $4,271.44, rounded The price on October 31, 2026 was 1.4 times",
    ),
    (
        a_refund(remedy=Remedy.CASH, cash=CASH_NOTHING.payments[0]),
        "We made a mistake in Orbit Robotics. Your allocation stays as it is.",
        "The price of the deal has not fallen.",
    ),
    (
        _orbit(remedy=Remedy.NONE, no_action=NOTHING.no_actions[0]),
        "We made a mistake in Orbit Robotics. Your allocation stays as it is.",
        "Why we change nothing The company was sold last year",
    ),
    (
        a_refund(waived=SMALL),
        "We made a mistake in Orbit Robotics. We correct it, and no money moves.",
        "The amount is below our limit of $1.00. Sending it would cost you more than it is worth.",
    ),
    (
        unchanged(is_held=True),
        "Your allocation in Orbit Robotics stays as it is.",
        "You told us that you leave the missing part of Orbit Robotics.",
    ),
    (
        unchanged(distribution=MISSED),
        "We made a mistake in Orbit Robotics. We are paying you what you missed of a distribution.",
        "We pay you for the distribution $213.57",
    ),
    (
        unchanged(claim=OWED, settle_on=date(2027, 1, 4)),
        "We made a mistake in Orbit Robotics. You were paid too much of a distribution, and we ask for it back.",
        "Section 6.3 of your agreement asks you to pay back what you got too much.",
    ),
]


@pytest.mark.parametrize(("section", "headline", "sentence"), REMEDIES)
def test_every_remedy_has_its_answer_and_its_reason(
    app: Flask, section: DealSection, headline: str, sentence: str
) -> None:
    assert _h1(app, section) == headline
    assert sentence in _page(app, a_page(section, pay_by=date(2026, 12, 10)))


def test_a_part_that_may_be_bought_is_never_called_a_correction_of_the_others(app: Flask) -> None:
    page = _page(app, a_page(a_refund(remedy=Remedy.NEW_ROUND)))

    assert "in our books" not in page
    assert "The total raised does not change." not in page
    assert "We are paying you" not in page


def test_averages_that_reach_an_allocation_are_shown_as_one_sum(app: Flask) -> None:
    new = NewAverage(Fraction(73_410_65), Fraction(85_813_95), 1)
    touched = KnockOn(was_in_the_mistake=False, has_new_average=True)

    page = _page(app, a_page(an_offer(basis=new.recomputed, new_average=new, knock_on=touched)))

    assert "But your average comes partly from them, so your allocation in Tidewater Energy changes too." in page
    assert "($73,410.65 × 1 + $12,403.30) ÷ 1 = $85,813.95" in page


def test_rounds_are_told_without_anybody_elses_amount(app: Flask) -> None:
    rounds = (Passage(2, 8, 5, 3, 500_000_00, 285_000_00), Passage(1, 3, 1, 2, None, None))

    page = _page(app, a_page(an_offer(rounds=rounds)))

    assert "Rounds 1 to 2: $500,000.00 shared among 8. 5 of them reached what they had asked for" in page
    assert "Round 3: shared among 3. 1 of them reached what they had asked for; the rest" in page
    assert "we leave it out" in page


def test_a_payment_in_another_year_is_flagged_for_tax(app: Flask) -> None:
    assert "another year than the deal closed" in _page(app, a_page(a_refund(paid_in_another_year=True)))
    assert "another year than the deal closed" not in _page(app, a_page(an_offer(paid_in_another_year=True)))
