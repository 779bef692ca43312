"""Withdrawing an incident that turned out to be none."""

from datetime import datetime

import pytest

from app import incidents
from app.incidents import IncidentState, closing
from app.incidents.closing import CannotWithdraw
from app.incidents.workflow import NotAllowed
from tests.incidents.builders import Staff, an_incident, the_staff
from tests.scheduling.builders import actions_about

pytestmark = pytest.mark.both_databases
REASON = "The two releases differ in a comment only."


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


@pytest.mark.parametrize("stage", ["reported", "contained"])
def test_until_anybody_was_told_an_incident_is_withdrawn_with_its_reason(
    staff: Staff, at: datetime, stage: str
) -> None:
    incident = an_incident(staff, at=at, stage=stage)

    closing.withdraw(incident=incident, reason=f" {REASON} ", by=staff.admin, at=at)

    found = closing.find_withdrawal(incident)
    assert found is not None
    assert (found.reason, found.by) == (REASON, staff.admin)
    assert incident.state is IncidentState.WITHDRAWN
    assert actions_about(incident)[-1] == "incident.withdrawn"
    row = incidents.get_overview(incident, texts={}, on=at.date()).next_row
    assert row.says == f"Withdrawn before anybody was told: {REASON}"


def test_nothing_begins_in_a_withdrawn_incident(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="contained")
    closing.withdraw(incident=incident, reason=REASON, by=staff.admin, at=at)

    with pytest.raises(NotAllowed, match="never opened again"):
        incidents.ask_to_go_live(incident=incident, by=staff.admin, at=at)
    with pytest.raises(NotAllowed, match="never opened again"):
        incidents.propose_first_notice(incident=incident, promised_on=at.date(), texts={}, by=staff.admin, at=at)


@pytest.mark.parametrize("stage", ["told", "approved", "published"])
def test_whoever_was_told_of_a_mistake_is_told_how_it_ended(staff: Staff, at: datetime, stage: str) -> None:
    incident = an_incident(staff, at=at, stage=stage)

    with pytest.raises(CannotWithdraw, match="its people have been told"):
        closing.withdraw(incident=incident, reason=REASON, by=staff.admin, at=at)
    assert closing.find_withdrawal(incident) is None


def test_a_withdrawal_without_a_reason_is_refused(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="reported")

    with pytest.raises(CannotWithdraw, match="Write why"):
        closing.withdraw(incident=incident, reason="  ", by=staff.admin, at=at)
