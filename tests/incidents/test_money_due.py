"""What publishing made due."""

from datetime import datetime

import pytest

from app import incidents
from app.settlement import Direction
from tests.incidents.builders import Staff, an_incident, the_staff


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def test_nothing_is_due_before_publication(staff: Staff, at: datetime) -> None:
    proposal = incidents.get_proposal(an_incident(staff, at=at, stage="approved"))

    assert incidents.list_due(proposal) == []
    assert incidents.total_due(proposal) == []


def test_the_totals_are_those_of_all_pages(staff: Staff, at: datetime) -> None:
    proposal = incidents.get_proposal(an_incident(staff, at=at, stage="published"))

    refunds, offers = incidents.total_due(proposal)
    first = incidents.list_due(proposal, at_most=4)
    rest = incidents.list_due(proposal, after=first[-1].settlement.id)

    assert (refunds.direction, refunds.count, refunds.principal_cents) == (Direction.REFUND, 3, 55_382_88)
    assert (offers.direction, offers.count, offers.total_cents) == (Direction.OFFER, 6, 55_382_88)
    assert len({due.settlement.id for due in [*first, *rest]}) == 9
    assert sum(due.settlement.total_cents for due in [*first, *rest]) == refunds.total_cents + offers.total_cents
    assert {due.deal.name for due in [*first, *rest]} == {"Orbit Robotics", "Tidewater Energy"}
