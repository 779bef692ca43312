"""The section of the affected page that says what explains the record, and never that it is proven."""

from flask import Flask

from app import incidents
from app.core.db import transaction
from tests.web.admin.office import CASE, Office, an_office
from tests.web.words import words_of

SUPPORTS = "to the cent; with the release record this supports the finding."


def _page(office: Office) -> str:
    return words_of(office.auditor.get(f"{CASE}/affected").text)


def test_the_defects_are_ranked_and_the_best_supports_the_finding(app: Flask) -> None:
    words = _page(an_office(app, stage="investigating"))

    assert "What explains the record of Orbit Robotics" in words
    assert f"single-pass reproduces every recorded amount {SUPPORTS}" in words
    assert "single-pass suspected 8 of 8 every row is explained" in words
    assert "current-basis was not run: no request of these accounts says" in words
    assert "proven" not in words


def test_the_rounds_and_each_investors_sum_can_be_followed(app: Flask) -> None:
    words = _page(an_office(app, stage="investigating"))

    assert "Round 2 $330,000.00 4" in words
    assert "Grace Lindqvist" in words
    assert "$40,000.00 × 38 ÷ 11 = $138,181.81, and one left-over unit $138,181.82" in words
    assert "nobody, so this is the last" in words


def test_defects_that_cannot_be_told_apart_or_explain_too_little_are_said_to_be_so(app: Flask) -> None:
    office = an_office(app, stage="investigating")
    with transaction():
        orbit, tidewater = (case.deal for case in incidents.get_incident("INC-2026-001").cases)
        for request in orbit.requests:
            request.requested_cents = request.recorded_cents = 100
        tidewater.requests[0].recorded_cents += 1

    words = _page(office)

    assert "The agreement’s own rule reproduces every recorded amount. This deal shows no defect." in words
    assert "No known defect reproduces every recorded amount. single-pass comes closest, with 7 of 8." in words
