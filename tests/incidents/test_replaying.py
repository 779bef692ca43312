"""A replay is kept with every figure, covers what it covers, and brings further deals into the incident."""

from datetime import datetime

import pytest
from flask import Flask

from app import allocations, deals, incidents
from app.allocations import BasisKind, Bucket, Replay
from app.audit import AuditEvent
from app.core import jobs
from app.core.db import session, transaction
from app.core.jobs import JobState
from app.incidents import Incident, Proposal, ProposalState
from app.notices import Coverage
from app.worker.works import WORKS
from tests.incidents.builders import Staff, notice_to, propose, the_staff
from tests.incidents.histories import an_incident_in_a_history, history_files, import_history


@pytest.fixture
def staff(app: Flask) -> Staff:
    with transaction():
        return the_staff()


@pytest.fixture
def incident(staff: Staff, at: datetime) -> Incident:
    with transaction():
        return an_incident_in_a_history(staff, at=at)


def replayed(incident: Incident, staff: Staff, at: datetime) -> Replay:
    return incidents.replay_now(incident=incident, by=staff.admin, at=at)


def proposed_on_recomputed_bases(incident: Incident, staff: Staff, at: datetime) -> Proposal:
    replayed(incident, staff, at)
    with transaction():
        incidents.investigate(incident=incident, by=staff.admin, at=at)
        reason = "Averages follow from corrected allocations."
        incidents.bind(incident=incident, binding=BasisKind.RECOMPUTED, reason=reason, by=staff.admin, at=at)
        return propose(incident, staff, at)


@pytest.mark.both_databases
def test_every_deal_since_the_first_faulty_release_is_kept_with_its_buckets(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    replay = replayed(incident, staff, at)

    counts = [(d.deal.name, d.over, d.under, d.knock_on, d.unaffected, d.not_checkable) for d in replay.deals]
    assert counts == [
        ("Orbit Robotics", 1, 3, 0, 4, 0),
        ("Quiet Harbor", 0, 0, 0, 2, 0),
        ("Tidewater Energy", 2, 3, 0, 3, 0),
        ("Later Works", 0, 0, 3, 0, 0),
    ]
    assert (replay.release.name, replay.finished_at) == ("2024.08", at)
    assert all(deal.frozen_change_cents == deal.recomputed_change_cents == 0 for deal in replay.deals)


@pytest.mark.both_databases
def test_knock_on_is_kept_with_both_differences_to_the_cent(incident: Incident, staff: Staff, at: datetime) -> None:
    replay = replayed(incident, staff, at)

    shares = allocations.list_replay_shares(replay, buckets=[Bucket.KNOCK_ON], at_most=10)

    # By hand: 10,000,000 cents shared by 8,581,395 to 4,000,000 to 2,000,000, of 14,581,395 in all.
    assert [share.recomputed_cents for share in shares] == [5_885_167, 2_743_222, 1_371_611]
    assert [share.basis for share in shares] == ["8581395", "4000000", None]
    assert {share.frozen_change_cents for share in shares} == {0}
    assert sum(share.recomputed_change_cents or 0 for share in shares) == 0
    sums = {each.bucket: (each.count, each.gain_cents, each.loss_cents) for each in allocations.sums_of(replay)}
    assert sums[Bucket.OVER] == (3, 0, 55_382_88)
    assert sums[Bucket.UNDER] == (6, 55_382_88, 0)
    assert (
        sums[Bucket.KNOCK_ON][1]
        == sums[Bucket.KNOCK_ON][2]
        == sum(max(0, share.recomputed_change_cents or 0) for share in shares)
    )


def test_the_list_goes_on_behind_the_last_row_of_a_page(incident: Incident, staff: Staff, at: datetime) -> None:
    replay = replayed(incident, staff, at)
    every = allocations.list_replay_shares(replay, at_most=100)

    first = allocations.list_replay_shares(replay, at_most=8)
    rest = allocations.list_replay_shares(replay, after=first[-1].id, at_most=100)

    assert len(every) == 21
    assert [*first, *rest] == list(every)


def test_the_coverage_speaks_of_the_deals_that_the_faulty_rule_was_used_for(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    assert incidents.find_coverage(incident) is None
    replayed(incident, staff, at)

    coverage = incidents.find_coverage(incident)

    assert coverage is not None
    assert (coverage.replayed, coverage.in_range, coverage.checked, coverage.used, coverage.others) == (4, 4, 3, 3, 1)
    assert coverage.sentence == "We checked the other deal it was used for."


@pytest.mark.parametrize(
    ("checked", "used", "others_checked", "others", "sentence"),
    [
        (16, 16, 14, 14, "We checked all 14 other deals it was used for."),
        (12, 14, 10, 12, "We have checked 12 of the 14 deals it was used for and are still checking 2."),
        (2, 2, 0, 0, ""),
    ],
)
def test_a_sentence_claims_no_more_than_was_checked(
    checked: int, used: int, others_checked: int, others: int, sentence: str
) -> None:
    assert incidents.Coverage(checked, used, checked, used, others_checked, others).sentence == sentence


def test_a_notice_says_the_coverage_that_was_signed_and_none_without_a_replay(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    with transaction():
        incidents.investigate(incident=incident, by=staff.admin, at=at)
        before = propose(incident, staff, at)
        somebody = incidents.list_concerned(incident, at.date())[0]
        assert notice_to(before, somebody).coverage is None
    replayed(incident, staff, at)
    assert before.state is ProposalState.VOID

    with transaction():
        incidents.bind(incident=incident, binding=BasisKind.FROZEN, reason="As signed.", by=staff.admin, at=at)
        proposal = propose(incident, staff, at)
    replayed(incident, staff, at)

    facts = notice_to(proposal, somebody)
    assert facts.coverage == Coverage(checked=1, total=1)
    assert incidents.list_voidable(incident) == [proposal]


def test_a_deal_imported_after_the_replay_is_not_checked(staff: Staff, at: datetime) -> None:
    with transaction():
        deals.import_sheets(sheets=deals.read_files(history_files(["early"])), by=staff.admin, at=at)
        incident = incidents.open_incident(
            title="Shares above the request",
            deals=[deals.get_deal("orbit"), deals.get_deal("tidewater")],
            detected_on=at.date(),
            contact=incidents.ContactPoint("Sam Carter", "+12125550100", "weekdays", "America/New_York"),
            by=staff.admin,
            at=at,
        )
    first = replayed(incident, staff, at)
    with transaction():
        import_history(staff, at=at)

    coverage = incidents.find_coverage(incident)
    assert coverage is not None
    assert (coverage.replayed, coverage.in_range, coverage.checked, coverage.used) == (2, 4, 2, 3)
    assert coverage.sentence == "We have checked 2 of the 3 deals it was used for and are still checking 1."

    found = allocations.differences_between(replayed(incident, staff, at), first)
    assert [(each.deal.name, each.requests, each.why) for each in found] == [
        ("Quiet Harbor", 2, "It was not imported when the replay before was made."),
        ("Later Works", 3, "It was not imported when the replay before was made."),
    ]


def test_the_same_data_replayed_again_gives_the_same_digest_and_no_difference(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    first, second = replayed(incident, staff, at), replayed(incident, staff, at)

    assert first.digest == second.digest
    assert allocations.differences_between(second, first) == []
    assert allocations.find_replay_before(second) == first
    assert incidents.find_replay(incident) == second


def test_the_same_data_replayed_again_keeps_runs_and_proposals(incident: Incident, staff: Staff, at: datetime) -> None:
    proposal = proposed_on_recomputed_bases(incident, staff, at)
    runs = [allocations.list_runs(part.case.deal) for part in proposal.parts]

    replayed(incident, staff, at)

    assert [allocations.list_runs(part.case.deal) for part in proposal.parts] == runs
    assert proposal.state is ProposalState.PROPOSED


def test_other_recomputed_figures_void_what_was_proposed_by_the_ones_before(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    proposal = proposed_on_recomputed_bases(incident, staff, at)
    with transaction():
        chen = next(each for each in proposal.parts[0].case.deal.requests if each.account.external_id == "INV-003")
        chen.requested_cents = chen.recorded_cents

    replayed(incident, staff, at)

    assert proposal.state is ProposalState.VOID


def test_what_changed_and_what_that_carried_on_is_told_apart(incident: Incident, staff: Staff, at: datetime) -> None:
    first = replayed(incident, staff, at)
    with transaction():
        chen = next(each for each in deals.get_deal("tidewater").requests if each.account.external_id == "INV-003")
        chen.requested_cents = chen.recorded_cents

    found = allocations.differences_between(replayed(incident, staff, at), first)

    assert [(each.deal.name, each.why) for each in found] == [
        ("Tidewater Energy", "What was imported for it changed."),
        ("Later Works", "Averages in it carry on what changed in earlier deals."),
    ]


def test_a_job_replays_for_whoever_asked_and_two_at_once_are_refused(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    with transaction():
        job = incidents.ask_for_replay(incident=incident, by=staff.admin, at=at)
    with pytest.raises(allocations.CannotReplay, match="under way already"), transaction():
        incidents.ask_for_replay(incident=incident, by=staff.admin, at=at)

    jobs.run_waiting(WORKS)

    replay = incidents.find_replay(incident)
    assert replay is not None
    assert (job.state, job.done, job.total) == (JobState.DONE, 4, 4)
    assert job.result == {"incident": incident.reference, "replay": replay.pseudonym}
    assert replay.made_by_id == staff.admin.id
    made = [event for event in session.query(AuditEvent) if event.entry["action"] == "replay.made"]
    assert [event.said["coverage"] for event in made] == ["4 of 4 deals"]
    assert incidents.find_replay_job(incident) is None


def test_an_attempt_that_died_is_forgotten_by_the_next(incident: Incident, staff: Staff, at: datetime) -> None:
    class DiedError(Exception):
        pass

    def die(*_: object) -> None:
        raise DiedError

    commission = allocations.Commission(incident.id, incident.reference, incident.rule, staff.admin, at)
    with pytest.raises(DiedError):
        allocations.make_replay(commission, die)
    assert incidents.find_replay(incident) is None

    replay = replayed(incident, staff, at)

    assert session.query(Replay).all() == [replay]


def test_deals_imported_while_it_runs_end_the_replay(incident: Incident, staff: Staff, at: datetime) -> None:
    def import_more(*_: object) -> None:
        files = history_files()
        files["marks.csv"] += b"orbit,2026-11-01,1.50\n"
        with transaction():
            deals.import_sheets(sheets=deals.read_files(files), by=staff.admin, at=at)

    commission = allocations.Commission(incident.id, incident.reference, incident.rule, staff.admin, at)
    with pytest.raises(allocations.CannotReplay, match="imported while they were replayed"):
        allocations.make_replay(commission, import_more)

    assert incidents.find_replay(incident) is None


def test_an_affected_deal_becomes_a_case_with_its_runs_and_voids_what_was_proposed(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    replayed(incident, staff, at)
    with transaction():
        incidents.investigate(incident=incident, by=staff.admin, at=at)
        incidents.bind(incident=incident, binding=BasisKind.FROZEN, reason="As signed.", by=staff.admin, at=at)
        proposal = propose(incident, staff, at)
    assert [each.deal.name for each in incidents.list_addable(incident)] == ["Later Works"]

    with transaction():
        later = deals.get_deal("later")
        incidents.add_case(incident=incident, deal=later, by=staff.admin, at=at)
        incidents.bind(
            incident=incident, binding=BasisKind.RECOMPUTED, reason="Averages carry it.", by=staff.admin, at=at
        )

    assert [case.deal.name for case in incident.cases][-1] == "Later Works"
    assert proposal.state is ProposalState.VOID
    assert incidents.list_addable(incident) == []
    with transaction():
        changed = {each.case.deal.name for each in propose(incident, staff, at).adjustments if each.difference_cents}
    assert changed == {"Orbit Robotics", "Tidewater Energy", "Later Works"}


@pytest.mark.parametrize(("number", "why"), [("orbit", "is a case"), ("quiet", "does not find anybody affected")])
def test_a_deal_that_is_a_case_or_unaffected_is_not_added(
    incident: Incident, staff: Staff, at: datetime, number: str, why: str
) -> None:
    replayed(incident, staff, at)

    with pytest.raises(incidents.CannotAddCase, match=why), transaction():
        incidents.add_case(incident=incident, deal=deals.get_deal(number), by=staff.admin, at=at)
