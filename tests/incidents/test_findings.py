"""Who is affected in the demo's two deals, against the figures of the story."""

from datetime import datetime
from fractions import Fraction

import pytest

from app import incidents
from app.core.db import session
from tests.incidents.builders import Staff, an_incident, the_staff


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def test_before_any_run_nothing_is_found(staff: Staff, at: datetime) -> None:
    findings = incidents.list_findings(an_incident(staff, at=at))

    assert [(each.deal.name, each.reproduction, each.right, each.differences) for each in findings] == [
        ("Orbit Robotics", None, None, []),
        ("Tidewater Energy", None, None, []),
    ]


def test_the_rule_at_fault_gives_every_recorded_amount_and_no_other_defect_does(staff: Staff, at: datetime) -> None:
    for finding in incidents.list_findings(an_incident(staff, at=at, stage="investigating")):
        assert finding.reproduction is not None
        assert finding.reproduction.is_complete
        assert finding.also == []


def test_defects_that_explain_the_record_equally_well_are_all_named(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at)
    deal = incident.cases[0].deal
    for request in deal.requests:
        request.requested_cents = request.recorded_cents = 100
    session.flush()

    finding = incidents.list_findings(incident)[0]

    assert {rule.value for rule in finding.also} == {"single-pass", "clamp-only", "no-cap", "round-each"}


def test_a_deal_that_the_right_rule_reproduces_shows_no_defect(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="investigating")
    assert [finding.shows_no_defect for finding in incidents.list_findings(incident)] == [False, False]

    for request in incident.cases[0].deal.requests:
        request.requested_cents = request.recorded_cents = 100
    session.flush()

    assert incidents.list_findings(incident)[0].shows_no_defect


def test_accounts_fall_into_buckets_whose_changes_sum_to_nothing(staff: Staff, at: datetime) -> None:
    orbit, tidewater = incidents.list_findings(an_incident(staff, at=at, stage="investigating"))

    assert (orbit.over, orbit.under, orbit.unaffected, orbit.change_cents) == (1, 3, 4, 0)
    assert (tidewater.over, tidewater.under, tidewater.unaffected, tidewater.change_cents) == (2, 3, 3, 0)
    assert orbit.excess_cents == 29_366_20
    assert orbit.right is not None
    assert orbit.right.rate == Fraction(38, 11)


def test_the_panel_balances_per_deal_and_over_all(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="proposed")
    balance = incidents.balance_of(incidents.get_proposal(incident))

    assert balance.is_conserved
    assert [(deal.deal_name, deal.rate, deal.change_cents) for deal in balance.deals] == [
        ("Orbit Robotics", Fraction(38, 11), 0),
        ("Tidewater Energy", Fraction(90, 43), 0),
    ]
    (total,) = balance.totals
    assert total.refund_cents == 29_366_20 + 19_682_86 + 6_333_82
    assert total.offer_cents == total.refund_cents
    assert total.paid_out_cents == total.refund_cents + total.interest_cents
    assert total.platform_cents == total.interest_cents


def test_a_deal_that_loses_a_cent_is_not_conserved(staff: Staff, at: datetime) -> None:
    proposal = incidents.get_proposal(an_incident(staff, at=at, stage="proposed"))
    proposal.adjustments[0].corrected_cents += 1

    assert not incidents.balance_of(proposal).is_conserved
