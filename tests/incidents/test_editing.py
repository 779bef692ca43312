"""Changing contact or cause, and what that voids."""

from dataclasses import replace
from datetime import datetime

import pytest

from app import incidents
from app.incidents import CannotChange
from app.web.admin.texts import notice_texts
from tests.incidents.builders import Staff, an_incident, the_staff


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def test_another_contact_voids_both_signatures_and_the_page_can_say_so_before(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="approved")
    proposal, before = incidents.get_proposal(incident), incidents.find_at_stake(incident)
    contact = replace(incidents.contact_point(incident), phone="+12125550199")

    voided = incidents.change_contact(incident=incident, contact=contact, by=staff.admin, at=at)

    assert before == voided
    assert before.signers == ["Marcus Bell", "Lena Ortiz"]
    assert proposal.state == "void"
    assert incident.contact_phone == "+12125550199"


def test_other_words_for_the_cause_void_the_proposal_and_leave_the_notice(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="proposed")

    incidents.change_cause(incident=incident, cause="Our  software did not check again.", by=staff.admin, at=at)

    assert incident.cause == "Our software did not check again."
    assert incidents.get_proposal(incident).state == "void"
    assert incident.first_notices[-1].state == "sent"


def test_another_contact_voids_a_first_notice_that_waits(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="contained")
    notice = incidents.propose_first_notice(
        incident=incident, promised_on=at.date().replace(day=30), texts=notice_texts(), by=staff.admin, at=at
    )
    contact = replace(incidents.contact_point(incident), name="Maya Ortiz")

    incidents.change_contact(incident=incident, contact=contact, by=staff.admin, at=at)

    assert notice.state == "void"


def test_what_people_were_told_is_not_changed_behind_their_backs(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="published")

    with pytest.raises(CannotChange, match="Version 1 was published with it"):
        incidents.change_cause(incident=incident, cause="Something else.", by=staff.admin, at=at)


def test_the_same_words_void_nothing(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="approved")

    with pytest.raises(CannotChange, match="already"):
        incidents.change_cause(incident=incident, cause=incident.cause, by=staff.admin, at=at)
    with pytest.raises(CannotChange, match="already"):
        incidents.change_contact(incident=incident, contact=incidents.contact_point(incident), by=staff.admin, at=at)
