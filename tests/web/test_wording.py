"""Whoever reads these pages may be worried: plain words, short sentences, no excuses."""

import html
import re
from datetime import date

import pytest
from flask import Flask, render_template

from app.web.investor.correction_page import CorrectionPage, WaitingPage
from app.web.public.check_notice import NumberForm
from tests.notices.reading import grade, sentences
from tests.web.investor.pages import CONTACT, a_page, a_refund, a_worth, an_offer, unchanged

EXCUSES = re.compile(r"unfortunately|inconvenience|glitch|certain investors|issue|vendor", re.IGNORECASE)
PAGES = {
    "refund": a_page(a_refund(worth=a_worth())),
    "offer": a_page(an_offer()),
    "both": a_page(an_offer(), a_refund(), needs_payment_details=True, is_copy=True),
    "unchanged": a_page(unchanged()),
}


def _prose(markup: str) -> str:
    body = markup.split("<main", 1)[1].split("</main>", 1)[0]
    prose = re.sub(r'“Each investor receives.*?”|<p class="sum-line">.*?</p>', "", body, flags=re.DOTALL)
    parts = re.split(r"</(?:h1|h2|h3|p|dt|dd|li|summary|td|th|button|figcaption)>", prose)
    texts = (" ".join(html.unescape(re.sub(r"<[^>]*>", " ", part)).split()) for part in parts)
    return "\n\n".join(text for text in texts if text)


def _correction(app: Flask, page: CorrectionPage) -> str:
    with app.test_request_context("/corrections/INC-2026-003"):
        return _prose(render_template("investor/corrections/show.html", page=page))


def _others(app: Flask) -> dict[str, str]:
    waiting = WaitingPage("INC-2026-003", date(2026, 12, 4), CONTACT)
    with app.test_request_context("/"):
        return {
            "waiting": _prose(render_template("investor/waiting.html", page=waiting)),
            "front": _prose(render_template("public/front.html", incidents=[])),
            "check": _prose(render_template("public/check_notice.html", form=NumberForm(), number="A", found=None)),
        }


@pytest.mark.parametrize("name", PAGES)
def test_a_correction_reads_at_grade_eight_or_below(app: Flask, name: str) -> None:
    assert grade(_correction(app, PAGES[name])) <= 8


def test_the_other_pages_read_at_grade_eight_or_below(app: Flask) -> None:
    assert {name: text for name, text in _others(app).items() if grade(text) > 8} == {}


def test_no_sentence_runs_on(app: Flask) -> None:
    texts = [_correction(app, page) for page in PAGES.values()] + list(_others(app).values())
    long = {part for text in texts for part in sentences(text) if len(part.split()) > 22}

    assert long == set()


def test_the_error_is_ours_without_excuses(app: Flask) -> None:
    texts = [_correction(app, page) for page in PAGES.values()] + list(_others(app).values())

    assert [EXCUSES.findall(text) for text in texts] == [[]] * len(texts)


@pytest.mark.parametrize("name", ["refund", "offer", "both"])
def test_a_correction_says_sorry_once(app: Flask, name: str) -> None:
    assert len(re.findall(r"\bsorry\b", _correction(app, PAGES[name]))) == 1


def test_a_correction_says_allocation(app: Flask) -> None:
    assert all("allocation" in _correction(app, page) for page in PAGES.values())
