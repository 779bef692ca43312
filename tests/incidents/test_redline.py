"""What differs between two versions, word by word and person by person."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app import incidents
from app.incidents import Proposal, Unpaid
from app.incidents.redline import Mark, compare_words, find_redline
from app.web.admin.texts import notice_texts
from tests.incidents.builders import AS_AGREED, PAY_TO, Staff, an_incident, key_dates, propose, the_staff

KEPT = {"old": "We are sorry.", "new": "We are very sorry."}


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def marked(old: str, new: str) -> list[tuple[str, str]]:
    return [(piece.mark.value, piece.text) for piece in compare_words(old, new)]


def test_removed_words_stand_before_those_in_their_place() -> None:
    assert marked("Pay by December 10.", "Pay by December 17, please.") == [
        ("same", "Pay by December "),
        ("removed", "10"),
        ("added", "17, please"),
        ("same", "."),
    ]


def test_both_texts_can_be_read_back_from_the_pieces() -> None:
    old, new = "An old, long sentence. And more.", "A new sentence; and more."
    pieces = compare_words(old, new)

    assert "".join(each.text for each in pieces if each.mark is not Mark.ADDED) == old
    assert "".join(each.text for each in pieces if each.mark is not Mark.REMOVED) == new


def test_the_first_version_has_no_redline_and_the_same_again_has_an_empty_one(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="proposed")
    first = incidents.get_proposal(incident)
    again = propose(incident, staff, at)

    assert find_redline(first, read_text=KEPT.get) is None
    redline = find_redline(again, read_text=KEPT.get)
    assert redline is not None
    assert redline.is_empty


def test_a_later_day_shows_as_a_day_and_in_the_interest_of_whom_it_changes(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="proposed")
    first = incidents.get_proposal(incident)
    dates = key_dates(at.date())
    again = propose(incident, staff, at, dates=replace(dates, pay_by=dates.pay_by + timedelta(days=7)))

    redline = find_redline(again, read_text=KEPT.get)

    assert redline is not None
    assert redline.earlier is first
    assert [(each.label, "".join(piece.text for piece in each.pieces)) for each in redline.passages] == [
        ("Refunds sent by", "December 1017, 2026")
    ]
    assert [(each.account.name, each.says) for each in redline.people] == [
        ("Grace Lindqvist", "Changed"),
        ("Farid Haddad", "Changed"),
        ("Jonah Reyes", "Changed"),
    ]
    assert {figure.label for each in redline.people for figure in each.figures} == {"Interest"}


def test_the_words_of_a_template_are_compared_where_both_were_kept(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="proposed")
    first = incidents.get_proposal(incident)
    path = "first/body.txt"
    changed = notice_texts() | {path: hashlib.sha256(b"new").hexdigest()}
    again = propose(incident, staff, at, texts=changed)
    was = notice_texts()[path]

    assert texts_of(again, {was: KEPT["old"], changed[path]: KEPT["new"]}) == [(path, "We are very sorry.")]
    assert texts_of(again, {was: KEPT["old"]}) == [(path, "")]
    assert first.pay_to == PAY_TO


def texts_of(proposal: Proposal, kept: dict[str, str]) -> list[tuple[str, str]]:
    redline = find_redline(proposal, read_text=kept.get)
    assert redline is not None
    return [(each.label, "".join(piece.text for piece in each.pieces)) for each in redline.texts]


def test_another_end_of_unpaid_offers_reads_as_words_and_is_a_variant_of_its_own(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="proposed")
    again = incidents.propose(
        incident=incident,
        decision=replace(AS_AGREED, unpaid_offer=Unpaid.OFFERED_AGAIN),
        dates=key_dates(at.date()),
        pay_to=PAY_TO,
        reason="The agreement names the rule.",
        texts=notice_texts(),
        by=staff.admin,
        at=at,
    )

    redline = find_redline(again, read_text=KEPT.get)

    assert redline is not None
    assert [each.label for each in redline.passages] == ["An offer that is unpaid on its last day"]
    offers = [
        each
        for variant in incidents.list_variants(again, on=at.date())
        for each in getattr(variant.content, "offers", ())
    ]
    assert offers
    assert all(each.is_offered_again for each in offers)
