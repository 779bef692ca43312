"""Papers are made by the worker, kept, and taken with a record of who took them."""

import hashlib

import pytest
from flask import Flask

from app import audit, worker
from app.core.queue import create_queue
from app.incidents.papers import PaperKind
from tests.papers import needs_pango
from tests.web.admin.office import CASE, Office, an_office
from tests.web.words import words_of

PAGE = f"{CASE}/dossier"


@pytest.fixture
def office(app: Flask) -> Office:
    create_queue(app.extensions["settings"].queue_url)
    return an_office(app, stage="investigating")


@needs_pango
def test_papers_are_made_by_the_worker_kept_and_taken_on_record(app: Flask, office: Office) -> None:
    office.all_signed_in()
    legal, auditor = office.staff.legal.audit_name, office.staff.auditor.audit_name
    assert "Nothing was made yet." in words_of(office.auditor.get(PAGE).text)
    job = office.auditor.post(PAGE, on=PAGE, kind="dossier")
    worker.do_jobs()

    assert "See the papers" in office.auditor.get(job.location).text
    page = office.auditor.get(PAGE)
    assert "Made by Ada Quinn." in words_of(page.text)
    [path] = [part for part in page.text.split('"') if part.endswith("-dossier.pdf")]
    saved = office.legal.post(path, on=PAGE)

    assert saved.mimetype == "application/pdf"
    assert "attachment" in saved.headers["Content-Disposition"]
    taken, made = (logged.event for logged in audit.list_events(limit=2))
    assert taken.entry["action"] == "papers.taken"
    assert taken.entry["actor"] == legal
    assert made.entry["action"] == "dossier.made"
    assert made.entry["actor"] == auditor
    sha256 = hashlib.sha256(saved.data).hexdigest()
    assert taken.said["sha256"] == sha256 == made.said["files"]["INC-2026-001-dossier.pdf"]


@needs_pango
def test_an_attestation_has_four_files(app: Flask, office: Office) -> None:
    office.admin.post(PAGE, on=PAGE, kind=PaperKind.ATTESTATION)
    worker.do_jobs()

    page = words_of(office.admin.get(PAGE).text)
    for name in ("attestation.json", "attestation.pdf", "reperformance.csv", "sample.txt"):
        assert f"INC-2026-001-{name}" in page


def test_papers_that_do_not_exist_are_refused_or_not_found(office: Office) -> None:
    refused = office.admin.post(PAGE, on=PAGE, kind="novel")

    assert refused.status_code == 422
    assert "Choose dossier or attestation." in refused.text
    assert office.admin.post(f"{PAGE}/0/INC-2026-001-dossier.pdf", on=PAGE).status_code == 404
