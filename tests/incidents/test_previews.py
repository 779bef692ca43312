"""Whom the words are shown as before they are approved."""

from datetime import date, datetime

import pytest

from app import incidents
from app.notices import AllClear, Correction
from tests.incidents.builders import Staff, an_incident, the_staff

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
