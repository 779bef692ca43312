"""Whom the notices reached, told without tracking."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from app import incidents
from app.core.db import session
from app.identity import SignInLink
from app.notices import Kind, Message, State
from tests.incidents.builders import Staff, an_incident, the_staff


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def test_before_the_first_notice_nobody_was_written_to(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="contained")

    assert incidents.list_reached(incident) == []
    assert incidents.count_reached(incident).written == 0


def test_a_rehearsal_reaches_nobody(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="contained")
    notice = incidents.propose_first_notice(
        incident=incident, promised_on=date(2026, 12, 4), texts={}, by=staff.admin, at=at
    )
    assert incidents.rehearse_telling(notice=notice, by=staff.admin, at=at) == 11

    assert incidents.count_reached(incident).written == 0


def test_a_link_that_was_used_says_that_its_reader_signed_in(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="told")
    message = session.scalars(select(Message).limit(1)).one()
    link = session.scalars(select(SignInLink).where(SignInLink.message_pseudonym == message.pseudonym)).one()
    link.used_at = at
    session.flush()

    by_message = {each.message.id: each for each in incidents.list_reached(incident)}

    assert by_message.pop(message.id).signed_in_at == at
    assert {each.signed_in_at for each in by_message.values()} == {None}
    assert incidents.count_reached(incident).signed_in == 1


def test_what_was_read_is_told_of_the_correction_and_not_of_the_first_notice(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="published")
    reader = session.scalars(select(Message).limit(1)).one().person
    incidents.acknowledge(proposal=incidents.get_proposal(incident), person=reader, at=at)

    theirs = {each.message.kind: each.read_at for each in incidents.list_reached(incident) if each.person is reader}

    assert theirs.pop(Kind.FIRST) is None
    assert list(theirs.values()) == [at]
    assert incidents.count_reached(incident).read == 1


def test_a_refused_message_asks_for_the_next_step(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="told")
    message = session.scalars(select(Message).limit(1)).one()
    message.state, message.due_at = State.FAILED, None
    session.flush()

    (refused,) = [each for each in incidents.list_reached(incident) if each.next_action]

    assert refused.message.id == message.id
    assert refused.next_action == "Check the address, then call or write by post."
    assert incidents.count_reached(incident).not_accepted == 1


def test_pages_of_the_list_overlap_nowhere(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="told")

    first = incidents.list_reached(incident, at_most=7)
    second = incidents.list_reached(incident, before=first[-1].message.id, at_most=7)

    assert len({each.message.id for each in [*first, *second]}) == 11
