"""What holds imported rows: a run, a proposal that stands, a letter."""

import json
from datetime import date, datetime
from fractions import Fraction

import pytest

from app import deals, incidents, settlement
from app.deals import BadRow, Import
from app.incidents.interest_due import interest_of
from tests.deals.builders import demo_files_with
from tests.incidents.builders import an_incident, the_staff

pytestmark = pytest.mark.usefixtures("tx")


def take_in(files: dict[str, bytes], at: datetime) -> Import:
    sheets = deals.read_files(files)
    return deals.import_sheets(sheets=sheets, by="shell:tester", at=at, resting=incidents.list_resting())


def refused(files: dict[str, bytes], at: datetime) -> BadRow:
    with pytest.raises(deals.BadRows) as bad:
        take_in(files, at)
    return bad.value.rows[0]


def test_nothing_holds_before_the_incident_but_its_release(at: datetime) -> None:
    an_incident(the_staff(), at=at)

    done = take_in(demo_files_with("requests.csv", "90000.00", "90000.01"), at)

    assert done.changed["requests"] == 1
    assert "INC-2026-001 rests on it" in refused(demo_files_with("releases.csv", "single-pass", "no-cap"), at).reason


def test_a_run_holds_the_deal_and_its_requests_and_a_letter_its_reader(at: datetime) -> None:
    an_incident(the_staff(), at=at, stage="investigating")

    held = refused(demo_files_with("requests.csv", "90000.00", "90000.01"), at)

    assert held.reason.startswith("It was imported before as 90000, and the run of ")
    assert held.reason.endswith(" for INC-2026-001 rests on it.")
    assert "the run of" in refused(demo_files_with("deals.csv", "Orbit Robotics", "Orbit"), at).reason
    assert "the run of" in refused(demo_files_with("accounts.csv", "personal", "ira"), at).reason
    assert "has been written to" in refused(demo_files_with("accounts.csv", "+12125550100", "+12125550199"), at).reason
    assert take_in(demo_files_with("marks.csv", "1.40", "1.41"), at).changed["marks"] == 1


def test_a_proposal_that_stands_carries_its_rates_so_that_they_may_change(at: datetime) -> None:
    proposal = incidents.get_proposal(an_incident(the_staff(), at=at, stage="proposed"))
    interest = [each.interest_cents for each in proposal.adjustments]

    take_in(demo_files_with("rates.csv", "0.07", "0.09"), at)

    assert [interest_of(each.interest_lines) for each in proposal.adjustments] == interest
    assert ["2025-01-01", "0.07", 1] in json.loads(proposal.canonical)["policy"]["rates"]
    assert settlement.rates_of("simple-act/365f")[date(2025, 1, 1)] == Fraction("0.09")


def test_a_proposal_that_stands_holds_marks_and_distributions(at: datetime) -> None:
    an_incident(the_staff(), at=at, stage="proposed")

    for name, old, new in (("marks", "1.40", "1.41"), ("distributions", "10000.00", "1.00")):
        held = refused(demo_files_with(f"{name}.csv", old, new), at)
        assert "version 1 of the proposal for INC-2026-001 rests on it" in held.reason
