"""Whom the words are shown as before they are approved."""

import re
from collections.abc import Hashable
from dataclasses import replace
from datetime import date, datetime

import pytest
from flask import Flask

from app import incidents
from app.incidents.previews import shape_of
from app.notices import AllClear, Correction, Notice
from tests.incidents.builders import Staff, an_incident, the_staff
from tests.notices.contents import BOTH, CLEAR, FIRST, FIRST_TWO_ACCOUNTS, GRACE, OFFER, REFUND, UNPAID
from tests.notices.golden import words_of

TODAY = date(2026, 11, 22)


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def test_everybody_is_like_one_of_the_readers_shown(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at)

    variants = incidents.list_first_notice_variants(incident, promised_on=date(2026, 12, 4), on=TODAY)

    assert sum(variant.people for variant in variants) == incidents.count_concerned(incident, TODAY) == 11
    assert len(variants) < 11


def test_a_refund_an_offer_both_a_copy_and_an_all_clear_are_different_variants(staff: Staff, at: datetime) -> None:
    proposal = incidents.get_proposal(an_incident(staff, at=at, stage="proposed"))

    variants = incidents.list_variants(proposal, on=TODAY)

    assert sum(variant.people for variant in variants) == 11
    shapes = {
        (bool(each.content.refunds), bool(each.content.offers))
        for each in variants
        if isinstance(each.content, Correction)
    }
    assert shapes == {(True, False), (False, True), (True, True)}
    assert any(isinstance(each.content, AllClear) for each in variants)
    assert any(each.content.is_copy for each in variants)


def masked(app: Flask, content: Notice) -> str:
    """The words without amounts, days, numbers and what names a deal or account."""
    text = words_of(app, content).text
    return re.sub(r"\d[\d,.]*|January|December|Orbit Robotics|Tidewater Energy|two years|a year", "#", text)


def test_notices_of_one_shape_have_the_same_sentences(app: Flask) -> None:
    refunds = [
        replace(GRACE, collected_cents=collected, interest_cents=interest, requested_cents=requested, has_mark=mark)
        for collected, interest in ((0, 0), (1000000, 5), (None, 0), (None, 7), (2936620, 421908))
        for requested in (4500000, 9000000)
        for mark in (True, False)
    ]
    refunds += [replace(GRACE, share_before=None), replace(GRACE, interest_rates=GRACE.interest_rates[:1])]
    notices: list[Notice] = [replace(REFUND, refunds=(each,)) for each in refunds]
    notices += [REFUND, UNPAID, OFFER, BOTH, CLEAR, FIRST, FIRST_TWO_ACCOUNTS, replace(FIRST, has_run=True)]
    notices += [replace(REFUND, is_copy=True), replace(REFUND, fixed_on=None), replace(OFFER, unchanged=())]
    shapes: dict[Hashable, set[str]] = {}
    for content in notices:
        shapes.setdefault(shape_of(content), set()).add(masked(app, content))

    assert {shape: words for shape, words in shapes.items() if len(words) > 1} == {}
    assert 10 < len(shapes) < len(notices)
