"""Which bases bind is a recorded decision, and changing it voids what was proposed on the others."""

from datetime import datetime

import pytest

from app import incidents
from app.allocations import BasisKind
from app.incidents import ProposalState
from tests.incidents.builders import Staff, an_incident, propose, the_staff


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def test_frozen_bases_bind_until_somebody_decides_otherwise(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at)

    assert (incident.binding, incident.binding_by, incident.binding_at) == (BasisKind.FROZEN, None, None)


def test_the_decision_keeps_who_when_and_why(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at)

    incidents.bind(
        incident=incident, binding=BasisKind.RECOMPUTED, reason=" Averages carry it. ", by=staff.admin, at=at
    )

    assert (incident.binding, incident.binding_reason) == (BasisKind.RECOMPUTED, "Averages carry it.")
    assert (incident.binding_by, incident.binding_at) == (staff.admin, at)


def test_a_decision_without_a_reason_is_refused(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at)

    with pytest.raises(incidents.CannotBind, match="Write the reason"):
        incidents.bind(incident=incident, binding=BasisKind.RECOMPUTED, reason=" ", by=staff.admin, at=at)

    assert incident.binding is BasisKind.FROZEN


def test_a_changed_decision_voids_the_proposal_and_a_confirmed_one_does_not(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="approved")
    proposal = incidents.get_proposal(incident)

    incidents.bind(incident=incident, binding=BasisKind.FROZEN, reason="The clause says so.", by=staff.admin, at=at)
    assert incidents.list_voidable(incident) == [proposal]

    incidents.bind(incident=incident, binding=BasisKind.RECOMPUTED, reason="Counsel.", by=staff.admin, at=at)
    assert proposal.state is ProposalState.VOID
    assert incidents.list_voidable(incident) == []


def test_a_proposal_takes_the_run_of_the_bases_that_bind(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="investigating")
    incidents.bind(incident=incident, binding=BasisKind.RECOMPUTED, reason="Counsel.", by=staff.admin, at=at)

    with pytest.raises(incidents.CannotPropose, match="on the recomputed bases"):
        propose(incident, staff, at)
