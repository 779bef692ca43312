"""Which bases bind is a recorded decision, and changing it voids what was proposed on the others."""

from datetime import datetime

import pytest
from flask import Flask

from app import incidents
from app.allocations import BasisKind
from app.core.db import transaction
from app.incidents import Incident, ProposalState
from tests.incidents.builders import Staff, an_incident, propose, the_staff


@pytest.fixture
def staff(app: Flask) -> Staff:
    with transaction():
        return the_staff()


def replayed(staff: Staff, at: datetime, stage: str) -> Incident:
    with transaction():
        incident = an_incident(staff, at=at, stage=stage)
    incidents.replay_now(incident=incident, by=staff.admin, at=at)
    return incident


def bind(incident: Incident, binding: BasisKind, staff: Staff, at: datetime, reason: str = "Counsel.") -> None:
    with transaction():
        incidents.bind(incident=incident, binding=binding, reason=reason, by=staff.admin, at=at)


def test_frozen_bases_bind_until_somebody_decides_otherwise(staff: Staff, at: datetime) -> None:
    with transaction():
        incident = an_incident(staff, at=at)

    assert (incident.binding, incident.binding_by, incident.binding_at) == (BasisKind.FROZEN, None, None)
    with pytest.raises(incidents.CannotBind, match="First replay every deal"):
        bind(incident, BasisKind.RECOMPUTED, staff, at)


def test_the_decision_keeps_who_when_and_why(staff: Staff, at: datetime) -> None:
    incident = replayed(staff, at, "told")

    bind(incident, BasisKind.RECOMPUTED, staff, at, " Averages carry it. ")

    assert (incident.binding, incident.binding_reason) == (BasisKind.RECOMPUTED, "Averages carry it.")
    assert (incident.binding_by, incident.binding_at) == (staff.admin, at)
    with pytest.raises(incidents.CannotBind, match="Write the reason"):
        bind(incident, BasisKind.FROZEN, staff, at, " ")


def test_a_changed_decision_voids_the_proposal_and_a_confirmed_one_does_not(staff: Staff, at: datetime) -> None:
    incident = replayed(staff, at, "investigating")
    with transaction():
        proposal = propose(incident, staff, at)

    bind(incident, BasisKind.FROZEN, staff, at)
    assert incidents.list_voidable(incident) == [proposal]

    bind(incident, BasisKind.RECOMPUTED, staff, at)
    assert proposal.state is ProposalState.VOID
    assert incidents.list_voidable(incident) == []


def test_a_proposal_takes_the_run_of_the_bases_that_bind(staff: Staff, at: datetime) -> None:
    incident = replayed(staff, at, "investigating")
    bind(incident, BasisKind.RECOMPUTED, staff, at)

    with transaction():
        kinds = {part.run.basis_kind for part in propose(incident, staff, at).parts}

    assert kinds == {BasisKind.RECOMPUTED}
