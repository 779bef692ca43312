"""Waiting, the list and the receipt: what they promise, and what they leave out."""

import re
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask, render_template

from app.web.investor.correction_page import CorrectionCard, ReceiptPage, WaitingPage
from tests.web.investor.pages import CONTACT, a_page, a_refund
from tests.web.words import words_of


class _Grace:
    full_name = "Grace Lindqvist"


def _rendered(app: Flask, template: str, **given: Any) -> str:
    with app.test_request_context("/corrections"):
        return render_template(template, person=_Grace, **given)


def _receipt(**given: Any) -> ReceiptPage:
    facts: dict[str, Any] = {
        "number": "R-7Q2M",
        "person_name": "Grace Lindqvist",
        "reference": "INC-2026-003",
        "version": 1,
        "read_at": datetime(2026, 12, 1, 19, 30, tzinfo=UTC),
        "zone": "America/New_York",
        "look_by": date(2026, 12, 3),
        "contact": CONTACT,
        "sections": (a_refund(),),
        "proof_url": "/receipts/R-7Q2M.tlog-proof",
        "record_mark": "1284 3fQx=",
    }
    return ReceiptPage(**{**facts, **given})


def test_waiting_names_the_promised_day_and_asks_for_nothing(app: Flask) -> None:
    page = WaitingPage("INC-2026-003", promised_on=date(2026, 12, 4), contact=CONTACT)

    words = words_of(_rendered(app, "investor/waiting.html", page=page))

    assert "We have not published your figures yet." in words
    assert "We will email you when they are ready, and no later than December 4, 2026." in words
    assert "You do not need to do anything." in words


def test_waiting_beyond_the_promised_day_says_sorry_and_no_old_date(app: Flask) -> None:
    page = WaitingPage("INC-2026-003", promised_on=None, contact=CONTACT)

    words = words_of(_rendered(app, "investor/waiting.html", page=page))

    assert "We are not ready, and we are sorry to keep you waiting." in words
    assert "no later than" not in words


def test_the_list_says_for_each_incident_what_comes_next(app: Flask) -> None:
    waiting = WaitingPage("INC-2026-004", promised_on=date(2026, 12, 4), contact=CONTACT)
    cards = [
        CorrectionCard("INC-2026-003", "/corrections/INC-2026-003", page=a_page(a_refund())),
        CorrectionCard("INC-2026-004", "/corrections/INC-2026-004", waiting=waiting),
    ]

    markup = _rendered(app, "investor/corrections/list.html", cards=cards)

    assert re.findall(r'href="(/corrections/INC[^"]*)"', markup) == [card.url for card in cards]
    assert "We are paying you back $33,585.28." in words_of(markup)
    assert "no later than December 4, 2026." in words_of(markup)


def test_who_is_not_affected_is_told_so(app: Flask) -> None:
    words = words_of(_rendered(app, "investor/corrections/list.html", cards=[]))

    assert "Nothing of yours is affected" in words


def test_the_receipt_gives_up_no_rights_and_shows_the_figures_seen(app: Flask) -> None:
    words = words_of(_rendered(app, "investor/corrections/receipt.html", page=_receipt()))

    assert "Thank you. We have recorded that you read this correction" in words
    assert "It does not mean that you agree, and you give up no rights." in words
    assert "if you do so by December 3, 2026, we look before any money moves." in words
    assert "December 1, 2026, 2:30 pm, New York time" in words
    assert "$74,366.20 $45,000.00 We pay you $33,585.28" in words


def test_the_proof_is_offered_once_it_exists(app: Flask) -> None:
    ready = _rendered(app, "investor/corrections/receipt.html", page=_receipt())
    not_yet = _rendered(app, "investor/corrections/receipt.html", page=_receipt(proof_url=None, record_mark=None))

    assert 'href="/receipts/R-7Q2M.tlog-proof"' in ready
    assert "Record mark: 1284 3fQx=" in words_of(ready)
    assert "proof file will be ready in a few seconds" in words_of(not_yet)
    assert "tlog-proof" not in not_yet
