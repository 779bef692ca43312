"""What was answered with "we correct it" ends when the corrected figures are out, and not before."""

from datetime import datetime, timedelta

import pytest

from app import incidents
from app.identity import Person
from app.incidents import CaseDecision, Decision, Incident, answering
from app.incidents.answering import Dispute, DisputeState, EntryKind, Verdict
from app.settlement import Direction, SettlementState
from app.web.admin.texts import notice_texts
from tests.incidents.answers import a_dispute, a_supporter, the_figures, the_person, the_settlement
from tests.incidents.builders import PAY_TO, Staff, an_incident, approve, key_dates, publish, the_staff
from tests.scheduling.builders import actions_about


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


@pytest.fixture
def incident(staff: Staff, at: datetime) -> Incident:
    return an_incident(staff, at=at, stage="published")


@pytest.fixture
def sam(incident: Incident) -> Person:
    return a_supporter()


def propose_without_hugo(incident: Incident, staff: Staff, at: datetime) -> None:
    """Another version over Tidewater: Chen and the trust are offered more, everybody else stays as they are."""
    case = next(each for each in incident.cases if each.deal.external_id == "tidewater")
    hugo = next(each.position for each in case.deal.requests if each.account.name == "Hugo Martins")
    decision = Decision(
        {"tidewater": CaseDecision(declining=frozenset({hugo}))}, covers=frozenset({case.deal.external_id})
    )
    incidents.propose(
        incident=incident,
        decision=decision,
        dates=key_dates(at.date()),
        pay_to=PAY_TO,
        reason="Somebody declined.",
        texts=notice_texts(),
        by=staff.admin,
        at=at,
    )
    approve(incident, staff, at)


def said_to_be_wrong(account: str, person: str, sam: Person, at: datetime) -> Dispute:
    """Figures in Tidewater that support said are wrong."""
    dispute = a_dispute(the_figures(account, "tidewater"), the_person(person), at=at)
    answering.answer(dispute=dispute, verdict=Verdict.CHANGE, words="You are right.", by=sam, at=at)
    return dispute


@pytest.mark.both_databases
def test_the_version_that_puts_the_figures_right_closes_the_dispute_and_says_so_in_its_thread(
    incident: Incident, staff: Staff, sam: Person, at: datetime
) -> None:
    dispute = said_to_be_wrong("Chen Wei", "chen", sam, at)
    old = the_settlement(the_figures("Chen Wei", "tidewater"), Direction.OFFER)
    later = at + timedelta(days=3)
    propose_without_hugo(incident, staff, later)

    assert dispute.state is DisputeState.ANSWERED
    publish(incident, staff, later)

    new = the_settlement(the_figures("Chen Wei", "tidewater"), Direction.OFFER)
    assert (dispute.state, dispute.is_corrected) == (DisputeState.CLOSED, True)
    assert dispute.entries[-1].kind is EntryKind.CORRECTED
    assert dispute.entries[-1].words.startswith("Version 2 of the correction, published on ")
    assert answering.waiting_cents([old, new], on=later.date()) == {}
    assert (old.state, new.state) == (SettlementState.SUPERSEDED, SettlementState.DUE)
    assert new.due_on == key_dates(later.date()).due_by
    assert actions_about(dispute)[-1] == "dispute.closed"


def test_a_version_that_was_proposed_before_the_answer_is_not_the_correction_that_was_promised(
    incident: Incident, staff: Staff, sam: Person, at: datetime
) -> None:
    dispute = a_dispute(the_figures("Chen Wei", "tidewater"), the_person("chen"), at=at)
    propose_without_hugo(incident, staff, at + timedelta(days=1))
    later = at + timedelta(days=2)
    answering.answer(dispute=dispute, verdict=Verdict.CHANGE, words="You are right.", by=sam, at=later)
    publish(incident, staff, later)

    new = the_settlement(the_figures("Chen Wei", "tidewater"), Direction.OFFER)
    assert dispute.state is DisputeState.ANSWERED
    assert answering.waiting_cents([new], on=later.date()) == {new.id: new.open_cents}


def test_figures_that_a_version_only_repeats_stay_to_be_corrected(
    incident: Incident, staff: Staff, sam: Person, at: datetime
) -> None:
    dispute = said_to_be_wrong("Farid Haddad", "farid", sam, at)
    later = at + timedelta(days=3)
    propose_without_hugo(incident, staff, later)
    publish(incident, staff, later)

    assert (dispute.state, dispute.is_corrected) == (DisputeState.ANSWERED, False)
