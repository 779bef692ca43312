"""Which state may follow which."""

import pytest

from app.incidents.workflow import (
    INCIDENT,
    NOTICE,
    PROPOSAL,
    PUBLICATION,
    IncidentState,
    NotAllowed,
    ProposalState,
    step,
)


def test_a_proposal_is_not_published_before_it_is_approved() -> None:
    with pytest.raises(NotAllowed, match="This proposal stands at “proposed” and cannot go from there to “publishing”"):
        step(PROPOSAL, ProposalState.PROPOSED, ProposalState.PUBLISHING)


def test_nobody_is_told_before_the_fault_is_contained() -> None:
    with pytest.raises(NotAllowed):
        step(INCIDENT, IncidentState.REPORTED, IncidentState.TOLD)


@pytest.mark.parametrize("table", [INCIDENT, NOTICE, PROPOSAL, PUBLICATION])
def test_every_state_has_its_row_and_leads_only_to_others(table: dict[str, frozenset[str]]) -> None:
    assert set(table) == set(type(next(iter(table))))  # type: ignore[call-overload]
    assert all(state not in after for state, after in table.items())
