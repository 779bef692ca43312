"""An attestation checks every figure again, says what fails, and can be redone by a stranger."""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from io import BytesIO, StringIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import update

from app import allocations, audit, incidents
from app.allocations import RunShare
from app.audit import Finding, Verdict
from app.core.db import session, transaction
from app.incidents import Adjustment, Incident, erasing, papers
from app.incidents.papers import PaperKind, Press
from app.incidents.papers.attested import Check
from app.incidents.papers.attesting import attest
from app.incidents.papers.reperformance import draw_sample, write_table
from app.incidents.papers.second_look import look_again
from app.incidents.workflow import IncidentState
from tests.incidents.builders import an_incident, the_staff
from tests.papers import needs_pango

FINE = Verdict(Finding.OK, (7,), "7 entries.")


@pytest.fixture
def incident(app: Flask, at: datetime) -> Incident:
    with transaction():
        return an_incident(the_staff(), at=at, stage="approved")


def test_all_that_is_right_holds_and_both_calculations_agree(app: Flask, incident: Incident) -> None:
    found, _ = attest(incident, _press(app))

    assert found.holds
    assert [run.deal_id for run in found.runs] == ["orbit", "tidewater"], "runs of a defect are not attested"
    assert all(share.agrees for run in found.runs for share in run.shares)
    assert {check.what for check in found.checks} >= {
        "Second calculation of Orbit Robotics, frozen bases",
        "Certificate of Tidewater Energy, frozen bases",
        "Conservation in Orbit Robotics",
        "Digest of version 1",
        "The audit log",
    }


def test_a_share_that_was_changed_is_found_by_calculation_and_certificate(app: Flask, incident: Incident) -> None:
    with transaction():
        share = _right_share(incident)
        share.allocated_cents -= 1

    failing = _failing(app, incident)
    assert failing["Second calculation of Orbit Robotics, frozen bases"] == "It differs in 1 share: requests 1."
    assert "fails" in failing["Certificate of Orbit Robotics, frozen bases"]


def test_interest_that_its_lines_do_not_come_to_is_found(app: Flask, incident: Incident) -> None:
    with transaction():
        session.execute(update(Adjustment).where(Adjustment.interest_cents > 0).values(interest_cents=1))

    assert _failing(app, incident) == {"Interest of version 1": "4 lines worked again; 3 sums and 0 lines differ."}


def test_a_changed_proposal_and_a_bad_log_are_found(app: Flask, incident: Incident) -> None:
    with transaction():
        proposal = incidents.get_proposal(incident)
        proposal.canonical = proposal.canonical.replace("names the rule", "named the rule")

    failing = _failing(app, incident, Verdict(Finding.TAMPERED, (3,), "Entry 3 was changed."))
    assert failing == {
        "Digest of version 1": "It is not that of the stored text.",
        "The audit log": "TAMPERED 3: Entry 3 was changed.",
    }
    assert "AUDIT_VKEY" in _failing(app, incident, None)["The audit log"]


def test_a_stranger_can_redo_every_share_from_the_table(app: Flask, incident: Incident) -> None:
    _, table = attest(incident, _press(app))

    rows = list(csv.DictReader(StringIO(table.decode())))
    assert len(rows) == 16
    for row in rows:
        product = _fraction(row, "basis") * _fraction(row, "rate")
        assert product == _fraction(row, "product")
        floor = min(int(Fraction(row["requested"]) * 100), int(product))
        assert f"{floor / 100:.2f}" == row["floor"]
        assert Fraction(row["floor"]) + Fraction(row["left_over"]) / 100 == Fraction(row["allocated"])
    assert b"Grace" not in table, "accounts are pseudonymous"
    assert sum(Fraction(row["allocated"]) for row in rows if row["deal_id"] == "orbit") == 500_000


def test_no_cell_of_the_table_is_a_formula(app: Flask, incident: Incident) -> None:
    run = replace(look_again(incident)[0], deal_id="=1+1")

    assert write_table([run]).decode().splitlines()[1].startswith("'=1+1,")


def test_the_sample_follows_from_the_seed_alone(app: Flask, incident: Incident) -> None:
    runs = look_again(incident)
    long = [replace(runs[0], shares=[replace(runs[0].shares[0], position=n) for n in range(1, 101)])]

    drawn = [step.position for step in draw_sample(long, "ab")]
    assert len(set(drawn)) == 25
    assert (
        drawn == sorted(range(1, 101), key=lambda n: hashlib.sha256(f"ab:{long[0].run}:{n}".encode()).hexdigest())[:25]
    )
    assert drawn != [step.position for step in draw_sample(long, "cd")]


def test_each_step_of_the_sample_is_said_in_words(app: Flask, incident: Incident) -> None:
    words = {(step.deal_id, step.position): " ".join(step.words) for step in draw_sample(look_again(incident), "ab")}

    assert words["orbit", 3] == (
        "Asked for $250,000.00; average $40,000.00. $40,000.00 × 38 ÷ 11 = about $138,181.8182."
        " Rounded down: $138,181.81. The rest of 9/11 of a unit is among the largest, so a left-over unit comes on top."
        " Allocated: $138,181.82. The second calculation gives $138,181.82."
    )
    assert "about $82,909.0909. The request is less, so it is met: $45,000.00." in words["orbit", 7]


@needs_pango
def test_the_papers_of_an_attestation_are_the_same_when_made_again(app: Flask, incident: Incident) -> None:
    made = papers.print_papers(incident, PaperKind.ATTESTATION, _press(app))

    again = papers.print_papers(incident, PaperKind.ATTESTATION, _press(app))
    assert [paper.content for paper in again] == [paper.content for paper in made]
    assert [paper.name.partition("INC-2026-001-")[2] for paper in made] == [
        "attestation.json",
        "attestation.pdf",
        "reperformance.csv",
        "sample.txt",
    ]
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(made[1].content)).pages).split())
    assert "The figures hold" in words
    assert made[2].sha256 in words
    assert made[2].sha256 in made[3].content.decode()


@needs_pango
def test_every_erasure_is_listed_with_who_asked_who_released_when_and_why(app: Flask, at: datetime) -> None:
    with transaction():
        staff = the_staff()
        incident = an_incident(staff, at=at, stage="approved")
    opened = audit.list_events(action="incident.opened")[0]
    with transaction():
        incident.state = IncidentState.CLOSED
        asked = erasing.ask_erasure(event=opened.event, parts=["rule"], reason="A letter.", by=staff.admin, at=at)
        erasing.ask_erasure(event=opened.event, parts=["rule"], reason="Not granted.", by=staff.admin, at=at)
        session.flush()
        erasing.release_erasure(erasure=asked, reason="Article 17.", by=staff.legal, at=at)

    (found,) = attest(incident, _press(app))[0].erased

    assert (found.idx, found.action, found.parts) == (opened.idx, "incident.opened", ["rule"])
    assert (found.asked_by, found.asked_because) == (staff.admin.full_name, "A letter.")
    assert (found.released_by, found.released_because) == (staff.legal.full_name, "Article 17.")
    assert (found.asked_at, found.released_at) == (at, at)
    assert found.logged_as == audit.list_events(action="opening.erased")[0].idx
    _, pdf, *_ = papers.print_papers(incident, PaperKind.ATTESTATION, _press(app))
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages).split())
    assert "Every erasure" in words
    assert "Article 17." in words


def test_the_press_of_the_portal_verifies_the_log(app: Flask, incident: Incident) -> None:
    press: Press = app.extensions["press"]
    assert press.verify_log() is None, "there is no key yet"

    settings = app.extensions["settings"]
    audit.make_key_file(path=settings.audit_key_file, origin=settings.audit_origin)
    verdict = press.verify_log()
    assert verdict is not None
    assert verdict.finding is Finding.UNANCHORED


def _press(app: Flask, verdict: Verdict | None = FINE) -> Press:
    press: Press = app.extensions["press"]
    return replace(press, verify_log=lambda: verdict)


def _failing(app: Flask, incident: Incident, verdict: Verdict | None = FINE) -> Mapping[str, str]:
    found, _ = attest(incident, _press(app, verdict))
    wrong: Sequence[Check] = [check for check in found.checks if not check.holds]
    assert not found.holds
    return {check.what: check.says for check in wrong}


def _right_share(incident: Incident) -> RunShare:
    right = allocations.find_newest_run(incident.cases[0].deal, "pro-rata-1")
    assert right is not None
    return right.shares[0]


def _fraction(row: Mapping[str, str], name: str) -> Fraction:
    return Fraction(int(row[f"{name}_numerator"]), int(row[f"{name}_denominator"]))
