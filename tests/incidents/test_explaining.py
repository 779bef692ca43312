"""What explains the record: the defects ranked, the right rule in rounds, and each investor's step."""

from datetime import datetime
from fractions import Fraction

import pytest

from app import allocations, incidents
from app.core.db import session
from app.deals import RuleName
from tests.incidents.builders import Staff, an_incident, the_staff


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def test_single_pass_alone_explains_both_deals_of_the_demo(staff: Staff, at: datetime) -> None:
    for explained in incidents.list_explanations(an_incident(staff, at=at)):
        assert [(each.rule, each.is_complete) for each in explained.tied] == [(RuleName.SINGLE_PASS, True)]
        assert not explained.right.is_complete
        assert explained.is_ranked


def test_averages_of_today_are_tried_where_a_request_counts_its_investments(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at)
    deal = incident.cases[0].deal
    assert RuleName.CURRENT_BASIS not in {each.rule for each in incidents.list_explanations(incident)[0].ranked}

    deal.requests[0].basis_count = 3
    session.flush()

    assert RuleName.CURRENT_BASIS in {each.rule for each in incidents.list_explanations(incident)[0].ranked}


def test_each_investors_step_leads_to_the_right_share(staff: Staff, at: datetime) -> None:
    orbit = incidents.list_explanations(an_incident(staff, at=at))[0]

    grace, chen = orbit.steps[6], orbit.steps[2]

    assert (grace.round, grace.share_cents) == (2, 45_000_00)
    assert (chen.round, chen.share_cents, chen.gained_one) == (None, 138_181_82, True)
    assert chen.by_the_rate is not None
    assert int(chen.by_the_rate) == 138_181_81
    assert sum(step.share_cents for step in orbit.steps) == 500_000_00


def test_the_rounds_go_by_the_bases_that_bind(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="investigating")
    deal = incident.cases[0].deal
    incident.binding = allocations.BasisKind.RECOMPUTED
    bases = {deal.requests[2].id: Fraction(30_000_00)}
    run = allocations.run(deal=deal, rule=deal.rule, by=staff.admin, at=at, bases=bases)

    orbit = incidents.list_explanations(incident)[0]

    assert orbit.trace.rate == run.rate
    assert [step.share_cents for step in orbit.steps] == [share.allocated_cents for share in run.shares]
    assert orbit.steps[2].basis == 30_000_00
    assert orbit.tied[0].is_complete


def test_whoever_leaves_by_the_minimum_has_no_rate(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at)
    incident.cases[0].deal.minimum_cents = 30_000_00
    session.flush()

    orbit = incidents.list_explanations(incident)[0]

    assert [(step.by_the_rate, step.share_cents) for step in orbit.steps if step.is_out] == [(None, 0)] * 2
    assert orbit.requests_at(orbit.trace.too_small) == [orbit.deal.requests[0], orbit.deal.requests[7]]
