"""What legal keeps to itself stands in no paper, no export and no message."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from app import incidents
from app.core import clock
from app.core.db import session
from app.identity import Role
from app.incidents import Incident, papers
from app.incidents.papers import PaperKind, Press
from app.notices import Message
from app.web.access import Access
from tests.papers import needs_pango
from tests.web.admin.office import CASE, Office, an_office

CANARY = "privileged pelican"
NOTES = f"{CASE}/notes"


def an_office_with_a_note(app: Flask) -> Office:
    office = an_office(app, stage="published")
    assert office.legal.post(NOTES, text=CANARY).status_code == 302
    return office


@needs_pango
def test_no_paper_of_the_incident_holds_a_legal_note(app: Flask) -> None:
    an_office_with_a_note(app)

    read = list(_papers(app, incidents.get_incident("INC-2026-001")))

    assert len(read) >= 5
    assert [name for name, words in read if CANARY in words] == []


def test_no_message_and_no_export_of_the_log_holds_a_legal_note(app: Flask) -> None:
    office = an_office_with_a_note(app)

    exported = office.auditor.post("/admin/log/export", on="/admin/log").text

    assert "note.made" in exported
    assert CANARY not in exported
    assert all(CANARY not in context for context in session.scalars(select(Message.context)))


def test_no_page_but_the_notes_shows_a_legal_note_not_even_to_legal(app: Flask) -> None:
    office = an_office_with_a_note(app)
    paths = {
        str(rule).replace("<reference>", "INC-2026-001")
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/admin")
        and "GET" in (rule.methods or ())
        and str(rule).count("<") == str(rule).count("<reference>")
    }

    shown = {path for path in paths if CANARY.encode() in office.legal.get(path).data}

    assert len(paths) > 20
    assert shown == {NOTES}
    access: Access = app.view_functions["notes.show"].__dict__["access"]
    assert (access.roles, access.deputies) == (frozenset({Role.LEGAL}), False)


def _papers(app: Flask, incident: Incident) -> Iterator[tuple[str, str]]:
    """Name and words of everything that is handed out."""
    press: Press = replace(app.extensions["press"], read=lambda _: b"evidence")
    for kind in set(PaperKind) - {PaperKind.ARCHIVE}:  # which holds these very papers, and needs a verified log
        for paper in papers.print_papers(incident, kind, press):
            yield paper.name, _words(paper.content)
    variants = incidents.list_variants(incidents.get_proposal(incident), on=clock.now().date())
    for shown in papers.show_variants(variants, office=app.extensions["office"]):
        yield shown.subject, shown.text


def _words(content: bytes) -> str:
    if not content.startswith(b"%PDF"):
        return content.decode()
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
