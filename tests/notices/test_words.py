"""The words of every mail: the same in text and HTML, short, plain, and never more than what was recorded."""

import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser

import pytest
from flask import Flask

from app.notices import Content, Coverage, Mark, Words, preview
from tests.notices.builders import Recorder, an_office
from tests.notices.contents import (
    ADDRESS_CHANGED,
    BOTH,
    CANCELLED,
    CLEAR,
    EVERY,
    FIRST,
    GRACE,
    MISSED,
    OFFER,
    REFUND,
    REMINDER,
    REMINDER_OF_A_DUTY,
    REMINDER_OF_BOTH,
    SIGN_IN,
    UNPAID,
    UPDATE,
)
from tests.notices.golden import GOLDEN, words_of
from tests.notices.reading import grade, sentences
from tests.notices.remedy_contents import (
    BUY,
    CASH,
    CASH_FALLEN,
    CASH_NOTHING,
    CLEAR_IN_A_NEW_ROUND,
    KNOCK_ON,
    MIXED,
    NEW_ROUND,
    NOTHING,
    OFFER_AND_DISTRIBUTION,
    PAID,
    REFUND_AND_DISTRIBUTION,
    WAIVED,
)
from tests.notices.remedy_contents import REFUND as COMPOUND

BANNED = ("unfortunately", "inconvenience", "glitch", "certain investors", "makewhole")
NOTICES = {
    name: content
    for name, content in EVERY.items()
    if name.startswith(("first", "update", "correction", "all-clear", "reminder"))
}
each_kind = pytest.mark.parametrize("content", EVERY.values(), ids=EVERY)
each_notice = pytest.mark.parametrize("content", NOTICES.values(), ids=NOTICES)


class _Visible(HTMLParser):
    """The text that a reader of the HTML sees, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_hidden = self.hidden or tag == "head" or ("class", "preheader") in attrs
        if is_hidden and tag not in ("meta", "br"):
            self.hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.hidden and self.hidden[-1] == tag:
            self.hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


def _plain_words(text: str) -> list[str]:
    stripped = (word.strip(".,:;()?-") for word in text.split())
    return [word for word in stripped if word]


def _seen(words: Words) -> list[str]:
    parser = _Visible()
    parser.feed(words.html)
    return _plain_words(" ".join(parser.words))


@pytest.mark.parametrize("name", EVERY)
def test_every_mail_reads_as_its_golden_file(app: Flask, name: str) -> None:
    words = words_of(app, EVERY[name])

    assert f"Subject: {words.subject}\n\n{words.text}" == (GOLDEN / f"{name}.txt").read_text()
    assert words.html.split() == (GOLDEN / f"{name}.html").read_text().split()


def test_every_golden_file_has_its_mail() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(EVERY)


@each_kind
@pytest.mark.parametrize("mark", [Mark.NONE, Mark.TEST])
def test_text_and_html_say_the_same_words(app: Flask, content: Content, mark: Mark) -> None:
    words = words_of(app, content, mark=mark)

    assert _seen(words) == _plain_words(words.text)


@each_kind
def test_the_html_is_light_and_fetches_nothing(app: Flask, content: Content) -> None:
    html = words_of(app, content).html

    assert len(html.encode()) < 30_000
    assert re.findall(r"<img|<script|<link|src=|url\(", html) == []
    assert {address.split("/")[2] for address in re.findall(r'href="([^"]+)"', html)} <= {"portal.example"}


@each_kind
def test_the_text_is_easy_to_read(app: Flask, content: Content) -> None:
    text = words_of(app, content).text

    assert grade(text) <= 8
    assert max(len(sentence.split()) for sentence in sentences(text)) <= 40


def test_the_grade_of_a_hard_text_is_high() -> None:
    hard = "Notwithstanding considerable administrative complications, reconciliation of proportional participation "

    assert grade(hard + "necessitates supplementary documentation regarding discretionary entitlements.") > 16


@each_kind
def test_banned_words_stay_out(app: Flask, content: Content) -> None:
    words = words_of(app, content)

    assert [word for word in BANNED if word in (words.subject + words.text).lower()] == []


@each_kind
def test_a_subject_names_no_deal_no_amount_and_no_refund_or_invoice(app: Flask, content: Content) -> None:
    subject = words_of(app, content).subject

    assert re.findall(r"refund|invoice|Orbit|Tidewater|[$€£]", subject, re.IGNORECASE) == []


@each_notice
def test_every_notice_carries_what_tells_it_from_a_fraud(app: Flask, content: Content) -> None:
    text = words_of(app, content).text

    for fact in ("482 913", "https://portal.example/s/", "Type portal.example into", "N7K4-2QWD", "1284 3fQx"):
        assert fact in text
    assert text.index("482 913") < text.index("https://portal.example/s/")
    assert "do not forward" in text
    assert "allocation" in text


@each_kind
def test_a_preview_shows_placeholders_and_no_secret(app: Flask, content: Content) -> None:
    words = preview(an_office(app, Recorder()), content=content, hello="Hugo Martins")

    assert "/s/" not in words.text + words.html
    if content in NOTICES.values():
        assert words.text.index("[code]") < words.text.index("[link]") < words.text.index("[notice number]")


LEFT_OUT: dict[str, tuple[Content, Content, str]] = {
    "containment": (FIRST, replace(FIRST, stopped_on=None), "we stopped using the faulty part"),
    "no run yet": (FIRST, replace(FIRST, has_run=True), "We do not know yet whether"),
    "mark of the first notice": (FIRST, replace(FIRST, record_mark=None), "Record mark"),
    "mark of a correction": (REFUND, replace(REFUND, record_mark=None), "Record mark"),
    "fix": (REFUND, replace(REFUND, fixed_on=None), "The cause is fixed"),
    "coverage": (REFUND, replace(REFUND, coverage=None), "other deals it was used for"),
    "coverage of no other deal": (REFUND, replace(REFUND, coverage=Coverage(0, 0)), "it was used for"),
    "years": (REFUND, replace(REFUND, years_to_find=None), "and that it took us"),
    "bridge": (REFUND, replace(REFUND, is_bridged=False), "does not depend on"),
    "reminder": (OFFER, replace(OFFER, remind_on=None), "we will remind you"),
    "offers unchanged": (OFFER, replace(OFFER, unchanged=()), "We also checked your allocation"),
    "clear fix": (CLEAR, replace(CLEAR, fixed_on=None), "The cause is fixed"),
    "reason of a cancellation": (CANCELLED, replace(CANCELLED, reason=None), "The reason:"),
    "shares": (REFUND, replace(REFUND, refunds=(replace(GRACE, share_before=None),)), "Your share of the deal"),
    "value today": (REFUND, replace(REFUND, refunds=(replace(GRACE, has_mark=False),)), "would be worth today"),
    "interest": (REFUND, replace(REFUND, refunds=(replace(GRACE, interest_cents=0),)), "nterest"),
    "what a new round brings": (NEW_ROUND, replace(NEW_ROUND, new_rounds=(replace(BUY, offered_cents=0),)), "can buy"),
    "reminder of a new round": (NEW_ROUND, replace(NEW_ROUND, remind_on=None), "we will remind you"),
    "day of the price": (CASH, replace(CASH, payments=(replace(PAID, priced_on=None),)), "The price on October 31"),
    "missed distribution": (
        OFFER_AND_DISTRIBUTION,
        replace(OFFER_AND_DISTRIBUTION, distributions=()),
        "You missed $213.57",
    ),
    "knock-on": (
        KNOCK_ON,
        replace(KNOCK_ON, offers=(replace(KNOCK_ON.offers[0], knock_on=None),)),
        "your average comes partly from them",
    ),
    "terms of interest": (
        REFUND_AND_DISTRIBUTION,
        replace(REFUND_AND_DISTRIBUTION, refunds=(replace(COMPOUND, interest_terms=None),)),
        "and then earns interest too",
    ),
    "new round of others": (
        CLEAR_IN_A_NEW_ROUND,
        replace(CLEAR_IN_A_NEW_ROUND, unchanged=(replace(CLEAR_IN_A_NEW_ROUND.unchanged[0], has_new_round=False),)),
        "your share of it gets smaller",
    ),
    "refund in a reminder": (REMINDER, replace(REMINDER, comes_anyway=False), "Your refund comes anyway"),
    "choice in a reminder": (REMINDER_OF_BOTH, replace(REMINDER_OF_BOTH, choose_by=None), "Nothing happens unless you"),
    "duty in a reminder": (REMINDER_OF_A_DUTY, replace(REMINDER_OF_A_DUTY, obliged_by=None), "asks something of you"),
    "not seen": (REMINDER, replace(REMINDER, was_seen=True), "have not seen you on your page"),
    "hours of the contact": (
        MISSED,
        replace(MISSED, contact=replace(MISSED.contact, hours="")),
        "+1 212-555-0000, weekdays",
    ),
    "days of interest": (REFUND, replace(REFUND, refunds=(replace(GRACE, interest_days=None),)), "8% then 7% a year"),
}


@pytest.mark.parametrize(("with_fact", "without", "sentence"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_sentence_whose_fact_is_missing_is_left_out(
    app: Flask, with_fact: Content, without: Content, sentence: str
) -> None:
    before, after = words_of(app, with_fact), words_of(app, without)

    assert sentence in before.text
    assert sentence not in after.text
    assert _seen(after) == _plain_words(after.text)


def test_a_copy_says_so(app: Flask) -> None:
    for content in (FIRST, UPDATE, REFUND, CLEAR, REMINDER):
        assert "You get a copy of this" in words_of(app, replace(content, is_copy=True)).text
        assert "copy" not in words_of(app, content).text


def test_an_offer_that_the_agreement_obliges_names_the_clause_and_no_choice(app: Flask) -> None:
    obliged = replace(OFFER, offers=(replace(OFFER.offers[0], obliged_by="5.1"),))

    text = words_of(app, obliged).text

    assert "Section 5.1 of your agreement asks you to take this part by January 4, 2027." in text
    assert "If it is unpaid after that day, the invoice ends, and your allocation stays as it is." in text
    assert "leave it" not in text
    assert "remind" not in text


def test_what_the_agreement_obliges_may_stay_due_without_interest_or_fee(app: Flask) -> None:
    obliged = replace(OFFER, offers=(replace(OFFER.offers[0], obliged_by="5.1", stays_due=True),))

    words = words_of(app, obliged)

    assert "If it is unpaid after that day, it stays due. We will remind you on December 21, 2026," in words.text
    assert "and call you if it is still unpaid. We never add interest or a fee." in words.text
    assert "the invoice ends" not in words.text
    assert _seen(words) == _plain_words(words.text)


def test_a_part_that_is_left_is_offered_to_others_only_where_that_was_decided(app: Flask) -> None:
    again = replace(OFFER, offers=(replace(OFFER.offers[0], is_offered_again=True),))
    usual, words = words_of(app, OFFER), words_of(app, again)

    says = "We then offer what you left of Tidewater Energy to the other investors there."
    assert f"the invoice ends, and your allocation stays as it is. {says}" in words.text
    assert says not in usual.text
    assert _seen(words) == _plain_words(words.text)


def test_both_directions_are_told_as_two_things(app: Flask) -> None:
    text = words_of(app, BOTH).text

    assert "We made mistakes in two of your deals." in text
    assert "we are paying you back $19,682.86 plus interest" in text
    assert "you can take the missing part for $4,449.43" in text
    assert "These are two separate things." in text


def test_coverage_that_is_not_complete_says_what_is_left(app: Flask) -> None:
    assert (
        "We have checked 12 of the 14 other deals it was used for and are still checking 2."
        in words_of(app, OFFER).text
    )


def test_a_refund_below_the_request_does_not_claim_it_was_above(app: Flask) -> None:
    below = replace(REFUND, refunds=(replace(GRACE, requested_cents=9000000),))

    text = words_of(app, below).text

    assert "more of the deal than your agreement allows" in text
    assert "than you had asked for" not in text
    assert "put you above it" not in text


def test_what_was_never_paid_is_not_paid_back(app: Flask) -> None:
    text = words_of(app, UNPAID).text

    assert "You have $29,366.20 less to pay." in text
    assert re.findall(r"pay(ing)? you back|We pay back|send the money|refund|before we pay", text) == []


def test_what_was_paid_in_part_is_told_in_both_parts(app: Flask) -> None:
    text = words_of(app, replace(REFUND, refunds=(replace(GRACE, collected_cents=1000000),))).text

    assert "We are paying you back $10,000.00, plus $4,219.08 in interest." in text
    assert "You have $19,366.20 less to pay." in text
    assert "Less to pay: $19,366.20\nWe pay back: $10,000.00" in text


def test_cash_says_what_the_mistake_cost_with_the_sum_in_both_directions(app: Flask) -> None:
    risen, fallen, nothing = (words_of(app, each).text for each in (CASH, CASH_FALLEN, CASH_NOTHING))

    assert "We are paying you $4,271.44 for what our mistake cost you. Your investment stays as it is." in risen
    assert "$10,678.61 × (1.4 − 1) = $4,271.44, rounded." in risen
    assert "$29,366.20 × (1 − 2 ÷ 3) = $9,788.73, rounded." in fallen
    assert "The price of the deal has not fallen." in nothing
    assert re.findall(r"paying you|We will send the money|any money moves", nothing) == []


def test_a_new_round_offers_and_never_obliges(app: Flask) -> None:
    text = words_of(app, NEW_ROUND).text

    assert (
        "You can buy the $10,678.61 you were not offered, at the price of 2024. We add no interest and no fee." in text
    )
    assert "others may have to consent" in text
    assert "We never read silence as a yes." in text


def test_no_action_says_the_recorded_reason_and_that_rights_stay(app: Flask) -> None:
    text = words_of(app, NOTHING).text

    assert "Why we change nothing. The company was sold last year" in text
    assert "You give up no rights." in text
    assert "any money moves" not in text


def test_a_waived_amount_is_still_corrected_and_says_why(app: Flask) -> None:
    text = words_of(app, WAIVED).text

    assert "We correct it, but no money moves. The amount is below our limit of $1.00." in text
    assert "Sending it would cost you more than it is worth." in text


def test_every_thing_in_a_mixed_notice_keeps_its_own_line(app: Flask) -> None:
    text = words_of(app, MIXED).text

    for outcome in MIXED.outcomes:
        assert f"n {outcome.deal_name}" in text or f"part of {outcome.deal_name}" in text
    assert "we never take one from the other unless you ask us to in writing" in text
    assert "you owe us nothing for it" in text


@pytest.mark.parametrize(
    ("minutes", "says"), [(10, "10 minutes"), (1, "1 minute"), (60 * 26, "26 hours"), (60 * 24 * 30, "30 days")]
)
def test_a_links_life_is_said_in_the_nearest_unit(app: Flask, minutes: int, says: str) -> None:
    assert f"It works for {says}, and" in words_of(app, replace(SIGN_IN, minutes=minutes)).text


@pytest.mark.parametrize("mark", [Mark.REHEARSAL, Mark.TEST])
def test_a_rehearsal_or_test_says_so_in_subject_and_banner(app: Flask, mark: Mark) -> None:
    words = words_of(app, FIRST, mark=mark)

    assert words.subject.startswith(f"[{mark}] ")
    assert words.text.startswith(f"{mark}. This message was not sent to the investor.")


def test_names_are_text_in_html_and_untouched_in_text(app: Flask) -> None:
    odd = replace(REFUND, refunds=(replace(GRACE, deal_name='<b>"Orbit" & Sons</b> {{ 7*7 }}'),))

    words = words_of(app, odd, hello="O'Brien <script>alert(1)</script>")

    assert "O'Brien <script>alert(1)</script>" in words.text
    assert '<b>"Orbit" & Sons</b> {{ 7*7 }}' in words.text
    assert "<script" not in words.html
    assert "&lt;b&gt;" in words.html


def test_rates_are_said_once_in_a_row() -> None:
    rates = (Fraction(8, 100), Fraction(7, 100), Fraction(7, 100), Fraction(13, 200))

    assert replace(GRACE, interest_rates=rates).rates_in_words == "8% then 7% then 6.5%"


@each_kind
def test_no_mail_carries_bank_details(app: Flask, content: Content) -> None:
    words = words_of(app, content)

    said = " ".join((words.subject + words.text + words.html).lower().split())
    assert (
        re.findall(r"iban|swift|\bbic\b|routing|sort code|account number|(?<!number )ending (in )?\d{4}(?!, )", said)
        == []
    )
    assert "pay to:" not in said


def test_the_old_address_is_told_what_to_do_and_gets_no_way_in(app: Flask) -> None:
    words = words_of(app, ADDRESS_CHANGED)

    assert "call the number in your agreement now" in words.text
    assert "We will not pay you anything before December 8, 2026" in words.text
    assert "482 913" not in words.text
    assert "http" not in words.text + words.html
