"""The section of the affected page that says what explains the record, and never that it is proven."""

from flask import Flask

from app import incidents
from app.core import clock
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
    assert "$24,000.00 × 38 ÷ 11 = $82,909.09, at least the request, reached in round 2 $45,000.00" in words
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


def test_who_is_left_out_and_who_shares_equally_can_be_followed_in_any_currency(app: Flask) -> None:
    office = an_office(app, stage="investigating")
    with transaction():
        orbit = incidents.get_incident("INC-2026-001").cases[0].deal
        orbit.currency, orbit.available_cents, orbit.minimum_cents = "JPY", 100, 15
        wanted = [(5, "10"), (20, "10"), (30, "20"), (19, "0"), (60, "0"), (60, "0"), (60, "0"), (20, "0")]
        for request, (requested, basis) in zip(orbit.requests, wanted, strict=True):
            request.requested_cents, request.basis = requested, basis
        incidents.investigate(incident=incidents.get_incident("INC-2026-001"), by=office.staff.admin, at=clock.now())

    words = _page(office)

    assert "Out at once, for a request below the minimum: Amara Okafor." in words
    assert "each because the share stayed below the minimum of ¥15: Hugo Martins and Grace Lindqvist." in words
    assert "Equal round 1 ¥50 3 ¥50 ÷ 3 nobody, so this is the last" in words
    assert "One left-over unit each, by largest remainder: Divya Raman and Elena Petrova." in words
    assert "Bruno Keller INV-002 gets all that was asked for ¥20" in words
