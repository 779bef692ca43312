"""The books page: the file leaves, somebody says the books were changed, and investors read the day."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask

from app import audit
from app.core import clock
from app.core.db import session
from app.core.text import format_date
from app.identity import Person
from app.incidents import get_incident
from tests.web.admin.office import CASE, Office, an_office, upload
from tests.web.sign_in.visiting import ask, signed_in

BOOKS = f"{CASE}/money/books"


@pytest.fixture
def office(app: Flask) -> Office:
    return an_office(app, stage="published", days_ago=15)


def record(office: Office, content: bytes, *, proof: str, done_on: date | None = None) -> int:
    page = office.admin.get(BOOKS).text
    seen = re.search(r'name="out_seen"[^>]*value="([0-9a-f]{64})"', page)
    fields = {
        "out_seen": seen.group(1) if seen else "",
        "proof": proof,
        "done_by": "Fund accounting",
        "done_on": (done_on or today()).isoformat(),
        "note": "Changed by the file.",
    }
    return upload(office.admin, BOOKS, on=BOOKS, file="evidence", content=content, **fields).status_code


def today() -> date:
    return clock.now().date() - timedelta(days=1)


def test_the_books_go_from_file_to_record_and_the_investor_reads_the_day(office: Office) -> None:
    grace = session.query(Person).filter_by(email="grace@example.com").one()
    reader = signed_in(office.admin.app, ask(office.admin.app, grace)[1])
    before = reader.get("/corrections/INC-2026-001").text

    out = office.auditor.post(f"{BOOKS}/file", on=BOOKS)
    assert record(office, out.data, proof="export") == 302

    assert "We are correcting your allocation in our books." in before
    after = reader.get("/corrections/INC-2026-001").text
    assert f"We corrected your allocation in our books on {format_date(today())}." in after
    assert "The books carry the corrected allocations" in office.auditor.get(BOOKS).text
    assert audit.list_events(action="books.changed")[0].event.said["proof"] == "export"


def test_an_export_that_differs_is_refused_on_the_page_with_its_rows(office: Office) -> None:
    out = office.admin.post(f"{BOOKS}/file", on=BOOKS).data

    assert record(office, out.replace(b"45000.00", b"44000.00"), proof="export") == 422
    assert "Nobody has recorded" in office.admin.get(BOOKS).text


def test_only_an_admin_records_and_the_page_says_so(office: Office) -> None:
    assert "An admin records it" in office.legal.get(BOOKS).text
    assert office.legal.post(BOOKS, on=BOOKS).status_code == 403
    assert office.auditor.post(BOOKS, on=BOOKS).status_code == 403


def test_a_record_of_the_change_is_kept_with_the_evidence(office: Office) -> None:
    assert record(office, b"Ticket 4711: done.", proof="record") == 302

    assert "change-record.txt" in office.auditor.get(BOOKS).text


def test_before_publication_the_page_says_when_books_are_changed(app: Flask) -> None:
    office = an_office(app, stage="approved")

    assert "The books stay as they are" in office.admin.get(BOOKS).text
    assert get_incident("INC-2026-001")
    assert office.admin.post(f"{BOOKS}/file", on=CASE).status_code == 404
