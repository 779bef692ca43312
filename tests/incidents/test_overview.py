"""The nine rows: what was done, by whom and when, or in words what is missing."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from app import incidents
from app.core.db import session, transaction
from app.identity import Role
from app.incidents import Incident, Overview, Row, Standing, Topic
from app.web.admin.texts import notice_texts
from tests.incidents.builders import STAGES, Staff, an_incident, go_live, the_staff
from tests.incidents.histories import an_incident_in_a_history

TODAY = date(2026, 11, 22)


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def overview_of(incident: Incident, on: date = TODAY) -> Overview:
    return incidents.get_overview(incident, texts=notice_texts(), on=on)


def row_of(incident: Incident, topic: Topic) -> Row:
    return next(row for row in overview_of(incident).rows if row.topic is topic)


@pytest.mark.parametrize("stage", STAGES)
def test_at_every_stage_there_are_nine_rows_and_each_says_something(staff: Staff, at: datetime, stage: str) -> None:
    rows = overview_of(an_incident(staff, at=at, stage=stage)).rows

    assert [row.topic for row in rows] == list(Topic)
    assert len(rows) == 9
    assert all(row.says for row in rows)


@pytest.mark.parametrize(
    ("stage", "left"),
    [
        ("reported", Topic.CONTAINED),
        ("contained", Topic.FIRST_NOTICE),
        ("told", Topic.AFFECTED),
        ("investigating", Topic.REMEDY),
        ("proposed", Topic.SIGNATURES),
        ("approved", Topic.PUBLISHED),
        ("published", Topic.AFFECTED),  # everything else is done or begun, but nobody replayed the other deals
    ],
)
def test_what_is_left_is_what_somebody_must_do_now(staff: Staff, at: datetime, stage: str, left: Topic) -> None:
    assert overview_of(an_incident(staff, at=at, stage=stage)).next_row.topic is left


def test_what_is_missing_is_said_in_words(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at)

    assert row_of(incident, Topic.CONTAINED).says == "Record who stopped release 2024.08, and when."
    assert row_of(incident, Topic.FIRST_NOTICE).standing is Standing.LATER
    assert row_of(incident, Topic.AFFECTED).says == (
        "Run the recorded rule and the right rule on Orbit Robotics and Tidewater Energy."
    )


def test_the_data_say_who_imported_them(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="reported")
    imported = incident.cases[0].deal.imported
    imported.imported_by_id = staff.admin.id
    session.flush()

    row = row_of(incident, Topic.DATA)

    assert (row.who, row.on) == (staff.admin.full_name, date(2026, 11, 22))


def test_containment_names_who_and_when_and_still_misses_the_fix(staff: Staff, at: datetime) -> None:
    row = row_of(an_incident(staff, at=at, stage="contained"), Topic.CONTAINED)

    assert (row.standing, row.who, row.on) == (Standing.BEGUN, "Platform engineering", date(2026, 11, 18))
    assert "Still missing: the release that fixed the cause." in row.says


def test_a_first_notice_waits_for_legal_and_then_for_going_live(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="contained")
    notice = incidents.propose_first_notice(
        incident=incident, promised_on=date(2026, 12, 4), texts=notice_texts(), by=staff.admin, at=at
    )

    assert row_of(incident, Topic.FIRST_NOTICE).standing is Standing.WAITS

    incidents.approve_notice(notice=notice, digest_seen=notice.digest, by=staff.legal, note="True.", at=at)
    assert "still in rehearsal: go live" in row_of(incident, Topic.FIRST_NOTICE).says

    go_live(incident, staff, at)
    assert row_of(incident, Topic.FIRST_NOTICE).says == "Approved. Send it to 11 people."


def test_a_rejection_is_shown_with_its_reason(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="proposed")
    proposal = incidents.get_proposal(incident)
    incidents.reject(
        proposal=proposal,
        digest_seen=proposal.digest,
        approver=staff.legal,
        role=Role.LEGAL,
        reason="The dates are too near.",
        at=at,
    )

    row = row_of(incident, Topic.REMEDY)

    assert (row.standing, row.who) == (Standing.NOW, "Lena Ortiz")
    assert "“The dates are too near.”" in row.says
    assert row_of(incident, Topic.SIGNATURES).standing is Standing.LATER


def test_the_signature_that_is_missing_is_named(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="proposed")
    proposal = incidents.get_proposal(incident)
    incidents.approve(
        proposal=proposal,
        digest_seen=proposal.digest,
        approver=staff.management,
        role=Role.MANAGEMENT,
        note="Read.",
        texts=notice_texts(),
        at=at,
    )

    row = row_of(incident, Topic.SIGNATURES)

    assert (row.standing, row.says, row.who) == (Standing.WAITS, "Missing: legal approver.", "Marcus Bell")


def test_what_blocks_publishing_is_said_in_the_row(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="approved")
    texts = {"first/body.txt": "another text"}

    rows = incidents.get_overview(incident, texts=texts, on=TODAY).rows

    assert rows[6].standing is Standing.WAITS
    assert "changed after it was approved" in rows[6].says


def test_a_published_incident_tells_what_money_is_due(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="published")

    assert row_of(incident, Topic.PUBLISHED).says == "11 of 11 people written to."
    assert row_of(incident, Topic.MONEY).says == "3 refunds and 6 offers due. Nothing is settled yet."
    assert row_of(incident, Topic.MONEY).on == TODAY + timedelta(days=18)


@pytest.mark.parametrize(("on", "left", "is_short"), [(TODAY, 12, False), (date(2026, 12, 1), 3, True)])
def test_the_promised_date_is_counted_down(staff: Staff, at: datetime, on: date, left: int, is_short: bool) -> None:
    overview = overview_of(an_incident(staff, at=at, stage="told"), on)

    assert (overview.days_left, overview.is_short) == (left, is_short)


def test_a_promise_that_passed_counts_below_zero_and_a_kept_one_no_longer(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="approved")
    assert overview_of(incident, date(2026, 12, 6)).days_left == -2

    publication = incidents.start(
        proposal=incidents.get_proposal(incident),
        typed_reference=incident.reference,
        texts=notice_texts(),
        by=staff.admin,
        at=at,
    )
    publication.state = incidents.PublicationState.DONE
    assert overview_of(incident, date(2026, 12, 6)).days_left is None


def test_a_replay_says_its_buckets_its_coverage_and_which_averages_bind(app: Flask, at: datetime) -> None:
    with transaction():
        staff = the_staff()
        incident = an_incident_in_a_history(staff, at=at)
        incidents.investigate(incident=incident, by=staff.admin, at=at)
    before = row_of(incident, Topic.AFFECTED)
    assert (before.standing, "Not replayed" in before.says) == (Standing.BEGUN, True)

    incidents.replay_now(incident=incident, by=staff.admin, at=at)

    row = row_of(incident, Topic.AFFECTED)
    assert (row.standing, row.who) == (Standing.DONE, staff.admin.full_name)
    assert row.says == (
        "3 over, 6 under, 3 knock-on, 9 unaffected."
        " 4 of 4 deals replayed; the frozen averages bind, though nobody decided it."
    )
    assert row_of(incident, Topic.DATA).says == ("2 deals with 16 requests. 4 deals imported since release 2024.08.")
