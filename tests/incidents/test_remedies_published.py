"""Deals put right by different remedies, from the decision to settlements, notices and receipts, by figures."""

from datetime import datetime
from fractions import Fraction

import pytest
from sqlalchemy import select

from app import incidents
from app.core.db import session
from app.identity import Person
from app.incidents import CaseDecision, Decision, Distributions, Incident, Proposal, Remedy, Threshold, Waiver
from app.notices import AllClear, Correction, Message
from app.settlement import Direction, Settlement
from app.web.admin.texts import notice_texts
from tests.incidents.builders import PAY_TO, Staff, an_incident, approve, key_dates, notice_to, publish, the_staff

pytestmark = pytest.mark.both_databases
REASON = "It harms nobody who trusted us."
ORBIT_A = CaseDecision(remedy=Remedy.NEW_ROUND, reason=REASON)
ORBIT_C = CaseDecision(remedy=Remedy.CASH, reason=REASON)
TIDE_D = CaseDecision(remedy=Remedy.NONE, reason="The company returned all money, so nothing is left to divide.")


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def _published(staff: Staff, at: datetime, decision: Decision) -> Proposal:
    incident = an_incident(staff, at=at, stage="investigating")
    _propose(incident, staff, at, decision)
    approve(incident, staff, at)
    publish(incident, staff, at)
    return incidents.get_proposal(incident)


def _propose(incident: Incident, staff: Staff, at: datetime, decision: Decision) -> Proposal:
    return incidents.propose(
        incident=incident,
        decision=decision,
        dates=key_dates(at.date()),
        pay_to=PAY_TO,
        reason="As decided for each deal.",
        texts=notice_texts(),
        by=staff.admin,
        at=at,
    )


def _dues() -> dict[tuple[str, Direction], tuple[int, int]]:
    rows = session.scalars(select(Settlement).order_by(Settlement.id))
    return {(each.account.name, each.direction): (each.principal_cents, each.interest_cents) for each in rows}


def _notice(proposal: Proposal, name: str, at: datetime) -> Correction | AllClear:
    person = session.scalars(select(Person).where(Person.full_name == name)).one()
    concerned = incidents.find_concerned(proposal.incident, person, on=at.date())
    assert concerned is not None
    return notice_to(proposal, concerned)


def test_a_new_round_and_cash_in_one_proposal(staff: Staff, at: datetime) -> None:
    decision = Decision({"orbit": ORBIT_A, "tidewater": CaseDecision(Remedy.CASH, REASON, multiple=Fraction(3, 2))})

    proposal = _published(staff, at, decision)

    dues = _dues()
    assert dues["Chen Wei", Direction.OFFER] == (1423816, 0)
    assert dues["Chen Wei", Direction.CASH] == (620165, 0)
    assert {direction for _, direction in dues} == {Direction.OFFER, Direction.CASH, Direction.DISTRIBUTION}
    assert all(interest == 0 for _, interest in dues.values())
    chen = _notice(proposal, "Chen Wei", at)
    assert isinstance(chen, Correction)
    assert [each.offered_cents for each in chen.new_rounds] == [1423816]
    assert [(each.cash_cents, each.priced_on) for each in chen.payments] == [(620165, None)]
    grace = _notice(proposal, "Grace Lindqvist", at)
    assert isinstance(grace, Correction)
    assert [each.offered_cents for each in grace.new_rounds] == [0]
    assert (grace.refunds, grace.pay_by) == ((), None)


def test_cash_and_no_action_in_one_proposal(staff: Staff, at: datetime) -> None:
    proposal = _published(staff, at, Decision({"orbit": ORBIT_C, "tidewater": TIDE_D}))

    dues = _dues()
    assert dues["Elena Petrova", Direction.CASH] == (427144, 0)
    assert {direction for _, direction in dues} == {Direction.CASH, Direction.DISTRIBUTION}
    jonah = _notice(proposal, "Jonah Reyes", at)
    assert isinstance(jonah, Correction)
    (left,) = jonah.no_actions
    assert (left.recorded_cents, left.correct_cents, left.reason) == (3133382, 2500000, TIDE_D.reason)
    assert not jonah.pays
    assert not jonah.asks
    elena = session.scalars(select(Person).where(Person.full_name == "Elena Petrova")).one()
    assert '"cash_cents":427144' in incidents.acknowledge(proposal=proposal, person=elena, at=at).figures
    assert len(session.scalars(select(Message).where(Message.subject_key == proposal.audit_name)).all()) == 11


def test_distributions_are_trued_up_beside_the_refunds_and_offers(staff: Staff, at: datetime) -> None:
    proposal = _published(staff, at, Decision({"orbit": CaseDecision()}))

    part = next(each for each in proposal.parts if each.distributions is Distributions.TRUED_UP)
    missed = {each.account.name: each.distribution_cents for each in proposal.adjustments if each.case is part.case}
    paid = {name: due for (name, direction), due in _dues().items() if direction is Direction.DISTRIBUTION}
    assert sum(missed.values()) == 0
    assert paid == {name: (cents, 0) for name, cents in missed.items() if cents > 0}
    grace = _notice(proposal, "Grace Lindqvist", at)
    assert isinstance(grace, Correction)
    assert [each.cents for each in grace.distributions] == [missed["Grace Lindqvist"]]


def test_below_the_threshold_nobody_pays_or_is_written_to_but_the_figures_are_published(
    staff: Staff, at: datetime
) -> None:
    limit = Threshold({"USD": 1_000_000}, Waiver.BOTH, "Moving it would cost more than it is worth.")

    proposal = _published(staff, at, Decision({"tidewater": CaseDecision()}, threshold=limit))

    hugo = next(each for each in proposal.adjustments if each.account.name == "Hugo Martins" and each.difference_cents)
    assert hugo.published_at is not None
    assert ("Hugo Martins", Direction.OFFER) not in _dues()
    people = {each.person.full_name for each in session.scalars(select(Message)) if each.kind == "correction"}
    assert "Hugo Martins" not in people
    notice = _notice(proposal, "Hugo Martins", at)
    assert isinstance(notice, Correction)
    assert [(each.limit_cents, each.is_corrected) for each in notice.waived] == [(1_000_000, True)]
