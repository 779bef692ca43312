"""Every variant as one PDF, what differs between versions, and words that survive a password."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, update

from app import incidents, worker
from app.core import clock
from app.core.db import session, transaction
from app.identity import LoginSession
from app.incidents import Proposal
from tests.identity.builders import PASSWORD, code_of_app
from tests.papers import needs_pango
from tests.web.admin.office import CASE, an_office
from tests.web.admin.test_deciding import digest_on, propose_again
from tests.web.words import words_of

SIGN, PAPER = f"{CASE}/sign", f"{CASE}/papers/correction"


@needs_pango
def test_legal_saves_every_variant_with_its_people_and_the_digest_on_every_page(app: Flask) -> None:
    office = an_office(app, stage="proposed")
    answer = office.legal.post(PAPER, on=SIGN)
    worker.do_jobs()

    assert "Save the PDF" in words_of(office.legal.get(answer.headers["Location"]).text)
    saved = office.legal.get(PAPER)
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(saved.data)).pages]
    digest = session.scalars(select(Proposal.digest)).one()
    assert all(digest in page.replace(" ", "") for page in pages)
    text = " ".join(pages)
    assert "variants for 11 people" in text
    assert "1 person like Lars Lindqvist (a copy)" in text
    assert "We are paying you back $29,366.20, plus $4,219.08 in interest." in text
    assert "[link]" in text
    assert "This letter has no link and no code." in text
    reminders = text.partition("What may remind of it")[2]
    assert "There is still something you can choose." in reminders
    assert "and have not seen you on your page." in reminders
    assert office.auditor.get(PAPER).status_code == 403


def test_the_shapes_are_gathered_over_everybody_page_by_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    an_office(app, stage="proposed")
    proposal = session.scalars(select(Proposal)).one()
    whole = incidents.list_variants(proposal, on=clock.now().date(), at_most=None)
    monkeypatch.setattr("app.incidents.previews.PAGE", 3)
    read: list[int] = []

    paged = incidents.list_variants(proposal, on=clock.now().date(), at_most=None, count=read.append)

    assert paged == whole
    assert read == [3, 6, 9, 11]


def test_the_redline_shows_words_dates_and_the_amounts_of_whom_it_changes(app: Flask) -> None:
    office = an_office(app, stage="proposed")
    later = clock.now().date() + timedelta(days=25)
    propose_again(office, pay_by=later.isoformat(), pay_to="Another account")

    assert "What differs from version 1" in words_of(office.legal.get(SIGN).text)
    page = office.legal.get(f"{CASE}/redline").text
    assert "<h2>" in page
    assert "<h3>" not in page
    words = words_of(page)

    assert "Version 2 against version 1" in words
    assert "Refunds sent by" in words
    assert "<ins>" in page
    assert "added Another" in words
    assert "Changed Interest $4,219.08" in words
    assert office.auditor.get(f"{CASE}/redline").status_code == 403


def test_words_survive_the_password_and_are_sent_with_it(app: Flask) -> None:
    office = an_office(app, stage="proposed")
    note = "A long reason. " * 60
    seen = digest_on(office.legal.get(SIGN).text)
    with transaction():
        session.execute(update(LoginSession).values(proved_at=clock.now() - timedelta(minutes=6)))

    sent_away = office.legal.post(SIGN, on="/staff/confirm", digest_seen=seen, decision="approve", note=note)
    assert sent_away.status_code == 307
    fields = {"digest_seen": seen, "decision": "approve", "note": note}
    page = office.legal.post(sent_away.headers["Location"], **fields)
    assert "Nothing that you wrote is lost" in words_of(page.text)
    assert "There is a problem" not in page.text
    assert note.strip() in page.text
    wrong = office.legal.post("/staff/confirm", **fields, password="wrong", next=SIGN)
    assert note.strip() in wrong.text

    code = code_of_app(office.staff.legal)
    right = office.legal.post("/staff/confirm", **fields, password=PASSWORD, code=code, next=SIGN)
    assert (right.status_code, right.headers["Location"]) == (307, SIGN)
    office.legal.post(SIGN, **fields)
    assert "A long reason." in words_of(office.auditor.get(SIGN).text)


def test_what_has_left_is_no_longer_drawn_from_what_is_known_today(app: Flask) -> None:
    office = an_office(app, stage="published")
    assert "Draw the PDF" not in office.legal.get(SIGN).text

    answer = office.legal.post(PAPER, on="/staff/confirm")
    worker.do_jobs()

    words = words_of(office.legal.get(answer.headers["Location"]).text)
    assert "its words would be put together from what is known today" in words
