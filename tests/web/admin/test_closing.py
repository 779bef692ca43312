"""The closing page: every blocker with the way to its remedy, exceptions with a reason, and two people."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app import audit, worker
from app.core import clock
from app.core.db import session, transaction
from app.identity import Person
from app.incidents import IncidentState, closing, get_incident
from app.notices import Message
from tests.incidents.builders import accept_all
from tests.incidents.test_closing import make_ready
from tests.papers import needs_pango
from tests.web.admin.office import CASE, Office, an_office
from tests.web.words import words_of

CLOSE = f"{CASE}/close"
KEPT = (clock.now() + timedelta(days=2557)).date().isoformat()


@pytest.fixture
def office(app: Flask) -> Office:
    office = an_office(app, stage="published", days_ago=15)
    with transaction():
        accept_all(clock.now() - timedelta(days=15))
    return office


def test_every_blocker_leads_to_its_remedy(office: Office) -> None:
    page = office.auditor.get(CLOSE).text

    assert "9 settlements are not settled or ended." in page
    assert f'href="{CASE}/money"' in page
    assert f'href="{CASE}/money/books"' in page
    assert f'href="{CASE}/told"' in page
    assert "First put right what is missing above." in page


def test_before_publication_the_page_leads_to_publishing(app: Flask) -> None:
    page = an_office(app, stage="approved").admin.get(CLOSE).text

    assert "No correction is published to everybody yet." in page
    assert f'href="{CASE}/publish"' in page


def test_a_settlement_is_let_go_by_an_admin_with_a_reason(office: Office) -> None:
    (gap, *_) = closing.find_gaps(get_incident("INC-2026-001"), at=clock.now()).money
    assert gap.settlement is not None
    path = f"{CLOSE}/let-go/settlement/{gap.settlement.pseudonym}"

    assert office.admin.post(path, on=CLOSE, reason="").status_code == 422
    assert office.legal.post(path, on=CLOSE, reason="No.").status_code == 403
    assert office.admin.post(path, on=CLOSE, reason="A court decides about it.").status_code == 302

    assert "A court decides about it." in office.auditor.get(CLOSE).text


def test_what_is_not_there_is_not_let_go(office: Office) -> None:
    assert office.admin.post(f"{CLOSE}/let-go/settlement/none", on=CLOSE, reason="Why.").status_code == 404
    hers = session.query(Person).filter_by(email="grace@example.com").one().pseudonym
    assert office.admin.post(f"{CLOSE}/let-go/deal/{hers}", on=CLOSE, reason="Why.").status_code == 404


@needs_pango
def test_an_admin_asks_legal_closes_and_the_pages_stay(app: Flask, office: Office) -> None:
    make_ready(get_incident("INC-2026-001"), office.staff, clock.now())
    settings = app.extensions["settings"]
    audit.make_key_file(path=settings.audit_key_file, origin=settings.audit_origin)
    office.admin.post(f"{CASE}/dossier", on=CLOSE, kind="archive")
    worker.do_jobs()  # which signs the log first: nothing was signed until now
    assert "Nothing is missing: it can be closed" in words_of(office.legal.get(CLOSE).text)
    assert office.legal.post(f"{CLOSE}/ask", on=CLOSE, note="Done.").status_code == 403
    assert office.admin.post(f"{CLOSE}/ask", on=CLOSE, note="All is done.").status_code == 422, (
        "until when is mail kept?"
    )

    assert office.admin.post(f"{CLOSE}/ask", on=CLOSE, note="All is done.", mail_until=KEPT).status_code == 302
    assert office.admin.post(f"{CLOSE}/confirm", on=CLOSE).status_code == 403
    asked = closing.find_closing(get_incident("INC-2026-001"))
    assert asked is not None
    page = office.legal.get(CLOSE).text
    assert f'name="mail_until_seen" type="hidden" value="{KEPT}"' in page
    closed = office.legal.post(f"{CLOSE}/confirm", on=CLOSE, archive_seen=asked.archive_sha256, mail_until_seen=KEPT)

    assert closed.status_code == 302
    assert get_incident("INC-2026-001").state is IncidentState.CLOSED
    assert "INC-2026-001 is closed" in words_of(office.auditor.get(CLOSE).text)
    for page in (CASE, "/admin/", f"{CASE}/money", f"{CASE}/money/books", f"{CASE}/reached", f"{CASE}/dossier"):
        assert office.auditor.get(page).status_code == 200
    refused = office.admin.post(f"{CASE}/money/batches", on=f"{CASE}/money")
    assert refused.status_code == 422
    assert "INC-2026-001 is closed" in words_of(refused.text)


def test_an_admin_withdraws_what_nobody_was_told_of(app: Flask) -> None:
    office = an_office(app, stage="reported")

    assert office.legal.post(f"{CLOSE}/withdraw", on=CLOSE, why="No.").status_code == 403
    assert office.admin.post(f"{CLOSE}/withdraw", on=CLOSE, why="").status_code == 422
    assert office.admin.post(f"{CLOSE}/withdraw", on=CLOSE, why="No error after all.").status_code == 302

    words = words_of(office.auditor.get(CLOSE).text)
    assert "INC-2026-001 was withdrawn" in words
    assert "Rehearsal." not in words
    assert "Nora Weiss withdrew it" in words
    assert "No error after all." in words


def test_what_people_were_told_of_has_no_button_to_withdraw_it(app: Flask) -> None:
    office = an_office(app, stage="told")

    assert "Withdraw it" not in words_of(office.admin.get(CLOSE).text)
    assert office.admin.post(f"{CLOSE}/withdraw", on=CLOSE, why="No error.").status_code == 422


def test_legal_has_the_mail_forgotten_once_its_day_is_over(office: Office) -> None:
    with transaction():
        incident = get_incident("INC-2026-001")
        incident.state = IncidentState.CLOSED
        admin, legal = session.get_one(Person, office.staff.admin.id), session.get_one(Person, office.staff.legal.id)
        made = closing.Closing(incident=incident, archive_sha256="a" * 64, facts_sha256="b" * 64, note="Done.")
        made.asked_by, made.asked_at, made.closed_by, made.closed_at = admin, clock.now(), legal, clock.now()
        made.mail_until = clock.now().date() + timedelta(days=2)
        session.add(made)
    assert "is kept until" in words_of(office.legal.get(CLOSE).text)
    assert "Forget what was written" not in words_of(office.legal.get(CLOSE).text)
    early = office.legal.post(f"{CLOSE}/forget-mail", on=CLOSE, because="Now.")
    assert early.status_code == 422
    assert "Come back after that day" in words_of(early.text)

    with transaction():
        made.mail_until = clock.now().date() - timedelta(days=2)
    assert "Legal can have it forgotten." in words_of(office.auditor.get(CLOSE).text)
    assert office.admin.post(f"{CLOSE}/forget-mail", on=CLOSE, because="Now.").status_code == 403
    assert office.legal.post(f"{CLOSE}/forget-mail", on=CLOSE, because="").status_code == 422
    assert office.legal.post(f"{CLOSE}/forget-mail", on=CLOSE, because="Its time is over.").status_code == 302

    assert "What mail and letters said was forgotten" in words_of(office.auditor.get(CLOSE).text)
    assert all(each.is_forgotten for each in session.scalars(select(Message)))
