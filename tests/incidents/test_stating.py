"""What may be stated about the platform's own systems, what a newer one voids, and what nobody claims without."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from app import deals, incidents
from app.allocations import RULES, contained
from app.core.db import session
from app.deals import Release, RuleName
from app.incidents import Incident, Proof, Statement, StatementKind
from app.incidents.facts import first_notice_facts
from app.incidents.publishing import list_obstacles
from app.web.admin.texts import notice_texts
from tests.incidents.builders import PROOF, Staff, an_incident, contain, notice_to, propose, the_staff

OTHER = Proof(name="test-report.txt", sha256="cd" * 32)


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def a_release(name: str, rule: RuleName, deployed_on: date) -> Release:
    release = Release(name=name, rule=rule, deployed_on=deployed_on, note="")
    session.add(release)
    session.flush()
    return release


def stop(incident: Incident, staff: Staff, at: datetime, **changes: Any) -> Statement:
    facts: dict[str, Any] = {"done_by": "Engineering", "done_on": date(2026, 11, 18), "note": "Off.", "proof": PROOF}
    return incidents.contain(incident=incident, by=staff.admin, at=at, **(facts | changes))


def fix(incident: Incident, release: Release, staff: Staff, at: datetime) -> Statement:
    return incidents.record_fix(
        incident=incident, release=release, done_by="Engineering", note="Fixed.", proof=OTHER, by=staff.admin, at=at
    )


def test_only_the_faulty_release_is_stopped_and_not_before_it_ran(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at)

    with pytest.raises(incidents.CannotState, match="This incident is about single-pass, which release"):
        stop(incident, staff, at, release=deals.get_release("2026.11.1"))
    with pytest.raises(incidents.CannotState, match="deployed later than that"):
        stop(incident, staff, at, done_on=date(2024, 8, 4))
    with pytest.raises(incidents.CannotState, match="in the future"):
        stop(incident, staff, at, done_on=at.date() + timedelta(days=1))

    assert incident.statement(StatementKind.STOPPED) is None


@pytest.mark.parametrize(
    ("rule", "deployed_on", "why"),
    [
        (RuleName.SINGLE_PASS, date(2026, 11, 20), "runs the faulty rule"),
        (RuleName.NO_CAP, date(2026, 11, 20), "a contained rule. That is no fix"),
        (RuleName.PRO_RATA_1, date(2024, 1, 1), "older than the faulty one"),
        (RuleName.PRO_RATA_1, date(2026, 12, 24), "not deployed yet"),
    ],
)
def test_a_release_that_cannot_have_fixed_it_is_refused(
    staff: Staff, at: datetime, rule: RuleName, deployed_on: date, why: str
) -> None:
    incident = an_incident(staff, at=at, stage="contained")

    with pytest.raises(incidents.CannotState, match=why):
        fix(incident, a_release("2099.1", rule, deployed_on), staff, at)


def test_a_newer_statement_counts_and_the_earlier_ones_stay_on_record(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="contained")

    contain(incident, staff, at)
    stop(incident, staff, at, done_on=date(2026, 11, 17))

    counts = incident.statement(StatementKind.STOPPED)
    assert counts is not None
    assert counts.done_on == date(2026, 11, 17)
    assert [each.done_on.day for each in incidents.list_statements(incident, StatementKind.STOPPED)] == [17, 18, 18]


def test_without_the_statements_no_fact_claims_them_and_nothing_is_published(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="approved")
    proposal = incidents.get_proposal(incident)
    grace = incidents.list_concerned(incident, at.date())[0]
    assert first_notice_facts(incident, grace, promised_on=at.date()).stopped_on == date(2026, 11, 18)
    assert notice_to(proposal, grace).fixed_on == date(2026, 11, 18)

    session.execute(delete(Statement))
    session.expire_all()

    assert first_notice_facts(incident, grace, promised_on=at.date()).stopped_on is None
    for person in incidents.list_concerned(incident, at.date()):
        assert notice_to(proposal, person).fixed_on is None
    obstacles = list_obstacles(proposal, texts=notice_texts())
    assert "Nobody has recorded who stopped the faulty release." in obstacles
    assert "Nobody has recorded which release fixed the cause." in obstacles


def test_evidence_is_kept_beside_the_statements_each_file_once(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="contained")

    incidents.add_evidence(incident=incident, kind=incidents.EvidenceKind.TEST, proof=OTHER, by=staff.admin, at=at)

    assert [(each.name, each.sha256) for each in incidents.list_exhibits(incident)] == [
        ("change-record.txt", PROOF.sha256),
        ("test-report.txt", OTHER.sha256),
    ]
    for proof in (OTHER, replace(PROOF, name="other.txt")):
        with pytest.raises(incidents.CannotState, match="already"):
            incidents.add_evidence(
                incident=incident, kind=incidents.EvidenceKind.OTHER, proof=proof, by=staff.admin, at=at
            )
    with pytest.raises(incidents.CannotState, match="no evidence of the incident"):
        incidents.hand_out_evidence(incident=incident, sha256="ef" * 32, to=staff.auditor, at=at)


def test_every_defect_and_every_rule_at_fault_is_contained_while_its_incident_is_open(
    staff: Staff, at: datetime
) -> None:
    incident = an_incident(staff, at=at)
    assert contained([]) == {RuleName(name) for name in [*RULES, "current-basis"]} - {RuleName.PRO_RATA_1}

    incident.rule = RuleName.PRO_RATA_1
    session.flush()
    assert RuleName.PRO_RATA_1 in incidents.contained_rules()

    incident.state = incidents.IncidentState.CLOSED
    session.flush()
    assert RuleName.PRO_RATA_1 not in incidents.contained_rules()


def test_a_deal_whose_agreed_rule_is_contained_is_never_proposed_but_is_run(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="investigating")
    deal = incident.cases[0].deal
    deal.rule = RuleName.NO_CAP
    session.flush()
    incidents.investigate(incident=incident, by=staff.admin, at=at)

    with pytest.raises(incidents.CannotPropose, match="no-cap is a contained rule and can never be proposed"):
        propose(incident, staff, at)
