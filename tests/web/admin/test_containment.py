"""Statements that the faulty release was stopped and the cause fixed, with their evidence."""

import hashlib

from flask import Flask
from sqlalchemy import select

from app.audit import AuditEvent
from app.core.db import session
from app.core.text import format_date
from app.deals import Release
from tests.web.admin.office import CASE, an_office, upload
from tests.web.words import words_of

PAGE = f"{CASE}/contained"
EVIDENCE = b"2024.08 was taken out of service on November 18"
STOPPED = {
    "stopped-release": "2024.08",
    "stopped-done_by": "Platform engineering",
    "stopped-done_on": "2026-11-18",
    "stopped-note": "Taken out.",
}
FIXED = {"fixed-done_by": "Engineering", "fixed-release": "2026.11.1", "fixed-note": "The cap is checked again."}


def test_who_stopped_the_release_is_on_record_with_the_file_that_shows_it(app: Flask) -> None:
    office = an_office(app, stage="reported")

    answer = upload(office.admin, f"{PAGE}/stopped", on=PAGE, file="stopped-evidence", content=EVIDENCE, **STOPPED)

    assert answer.headers["Location"] == CASE
    page, sha256 = office.auditor.get(PAGE).text, hashlib.sha256(EVIDENCE).hexdigest()
    assert "Who Platform engineering When November 18, 2026" in words_of(page)
    assert sha256 in page
    file = office.auditor.post(f"{PAGE}/evidence", on=PAGE, sha256=sha256)
    assert file.data == EVIDENCE
    assert file.headers["Content-Disposition"] == "attachment; filename=change-record.txt"


def test_a_day_to_come_is_refused_and_the_words_are_kept(app: Flask) -> None:
    office = an_office(app, stage="reported")
    fields = STOPPED | {"stopped-done_on": "2999-01-01"}

    answer = upload(office.admin, f"{PAGE}/stopped", on=PAGE, file="stopped-evidence", content=EVIDENCE, **fields)

    assert answer.status_code == 422
    says = "The day the release was stopped, 2999-01-01, lies in the future. Write the day it happened."
    assert f"There is a problem {says}" in words_of(answer.text)
    assert 'value="Platform engineering"' in answer.text


def test_a_statement_needs_evidence_with_something_in_it(app: Flask) -> None:
    office = an_office(app, stage="reported")

    without = office.admin.post(f"{PAGE}/stopped", on=PAGE, **STOPPED)
    empty = upload(office.admin, f"{PAGE}/stopped", on=PAGE, file="stopped-evidence", content=b"", **STOPPED)

    assert "Choose the file that shows it." in words_of(without.text)
    assert "The file is empty." in words_of(empty.text)
    assert "It is not on record" in words_of(office.admin.get(PAGE).text)


def test_the_fix_names_a_release_that_runs_another_rule(app: Flask) -> None:
    office = an_office(app, stage="contained")
    assert "2024.08, runs" not in office.admin.get(PAGE).text.split('id="fixed-title"')[1]

    faulty = FIXED | {"fixed-release": "2024.08"}
    refused = upload(office.admin, f"{PAGE}/fixed", on=PAGE, file="fixed-evidence", content=EVIDENCE, **faulty)
    taken = upload(office.admin, f"{PAGE}/fixed", on=PAGE, file="fixed-evidence", content=EVIDENCE, **FIXED)

    assert refused.status_code == 422
    assert taken.status_code == 302
    assert "Release 2026.11.1 fixed the cause." in words_of(office.admin.get(CASE).text)


def test_every_file_that_is_taken_is_in_the_log_with_who_took_it(app: Flask) -> None:
    office = an_office(app, stage="reported")
    upload(office.admin, f"{PAGE}/stopped", on=PAGE, file="stopped-evidence", content=EVIDENCE, **STOPPED)

    office.auditor.post(f"{PAGE}/evidence", on=PAGE, sha256=hashlib.sha256(EVIDENCE).hexdigest())

    taken = [each for each in session.scalars(select(AuditEvent)) if each.entry["action"] == "evidence.handed_out"]
    assert [each.entry["actor"] for each in taken] == [office.staff.auditor.audit_name]
    assert taken[0].said["name"] == "change-record.txt"


def test_a_file_that_is_no_evidence_of_the_incident_or_is_gone_is_refused(app: Flask) -> None:
    office = an_office(app, stage="contained")  # its evidence was named, but never stored

    other = office.admin.post(f"{PAGE}/evidence", on=PAGE, sha256="00" * 32)
    gone = office.admin.post(f"{PAGE}/evidence", on=PAGE, sha256="ab" * 32)

    assert other.status_code == gone.status_code == 422
    assert "This file is no evidence of the incident." in words_of(other.text)
    assert "change-record.txt is missing or was changed on disk." in words_of(gone.text)


def test_further_files_are_kept_with_what_they_show_and_each_once(app: Flask) -> None:
    office = an_office(app, stage="contained")

    for _ in range(2):
        answer = upload(
            office.admin,
            f"{PAGE}/more",
            on=PAGE,
            file="more-files",
            content=b"1 failed, 1 passed",
            **{"more-kind": "test"},
        )

    assert answer.status_code == 422
    assert "the same file is among the evidence already" in words_of(answer.text)
    words = words_of(office.auditor.get(PAGE).text)
    assert "The test that fails on the old release and passes on the new Nora Weiss" in words
    assert words.count(hashlib.sha256(b"1 failed, 1 passed").hexdigest()) == 1


def test_a_wrong_statement_is_corrected_by_a_newer_one_and_stays_on_record(app: Flask) -> None:
    office = an_office(app, stage="contained")
    fields = STOPPED | {"stopped-done_by": "Night shift"}

    upload(office.admin, f"{PAGE}/stopped", on=PAGE, file="stopped-evidence", content=EVIDENCE, **fields)

    words = words_of(office.auditor.get(PAGE).text)
    assert words.index("Who Night shift") < words.index("Corrected since: 1 earlier statement")
    assert words.index("Corrected since") < words.index("Who Platform engineering")
    deployed = session.scalars(select(Release.deployed_on).where(Release.name == "2024.08")).one()
    assert f"First faulty release: 2024.08, {format_date(deployed)}." in words
