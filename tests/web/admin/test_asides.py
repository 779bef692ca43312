"""The checklist of who else is told, legal's notes, other words, and who signs for whom."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.models import AuditEvent, AuditOpening
from app.core import clock
from app.core.db import session, transaction
from app.identity import Delegation, Role
from tests.identity.builders import a_member_of_staff
from tests.web.admin.office import CASE, Office, a_supporter, an_office
from tests.web.sign_in.visiting import staff_signed_in
from tests.web.words import words_of

CANARY = "privileged pelican"
NOTES, TOLD, EDIT, ABSENCES = f"{CASE}/notes", f"{CASE}/told", f"{CASE}/edit", "/admin/absences"
CONTACT = {"contact-hours": "always", "contact-zone": "UTC", "contact-name": "Maya Ortiz"}


@pytest.fixture
def office(app: Flask) -> Office:
    return an_office(app, stage="approved")


def test_what_legal_notes_is_read_by_legal_and_stands_nowhere_else(
    office: Office, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    office.legal.post(NOTES, text=CANARY)

    assert CANARY in office.legal.get(NOTES).text
    pages = [CASE, f"{CASE}/sign", f"{CASE}/decide", f"{CASE}/redline", TOLD, "/admin/", "/admin/log", "/admin/data"]
    for reader in (office.admin, office.management, office.auditor, a_supporter(app)):
        assert reader.get(NOTES).status_code == 403
        assert reader.post(NOTES, on="/staff/confirm", text="mine").status_code == 403
        assert all(CANARY not in reader.get(page).text for page in pages)
    openings = session.scalars(select(AuditOpening.value)).all()
    leaves = session.scalars(select(AuditEvent.leaf)).all()
    assert all(CANARY not in str(each) for each in (*openings, *leaves))
    assert any(b"note.made" in leaf for leaf in leaves)
    assert CANARY not in caplog.text


def test_the_checklist_is_filled_in_line_by_line(office: Office) -> None:
    today = clock.now().date().isoformat()
    office.legal.post(f"{TOLD}/insurer", on=TOLD, **{"insurer-told_on": today, "insurer-because": ""})
    office.admin.post(f"{TOLD}/bank", on=TOLD, **{"bank-told_on": "", "bank-because": "No client money moved."})

    words = words_of(office.auditor.get(CASE).text)
    assert "Insurer Told " in words
    assert "Bank Not needed because: No client money moved." in words
    assert "Regulator Open" in words


def test_a_line_with_both_or_neither_is_refused_and_a_reader_records_nothing(office: Office) -> None:
    refused = office.admin.post(f"{TOLD}/bank", on=TOLD, **{"bank-told_on": "", "bank-because": ""})

    assert refused.status_code == 422
    assert "one of the two" in words_of(refused.text)
    assert office.auditor.post(f"{TOLD}/bank", on="/staff/confirm", **{"bank-because": "No."}).status_code == 403
    assert office.admin.post(f"{TOLD}/milkman", on=TOLD).status_code == 404


def test_before_the_contact_is_changed_the_page_says_what_that_voids(office: Office) -> None:
    says = words_of(office.admin.get(EDIT).text)
    assert "Another contact voids what is signed, or waits for it. Version 1 of the correction becomes void." in says
    assert "2 signatures are lost: Marcus Bell and Lena Ortiz." in says

    answer = office.admin.post(f"{EDIT}/contact", on=EDIT, **CONTACT, **{"contact-phone": "+12125550199"})

    assert answer.headers["Location"] == CASE
    words = words_of(office.admin.get(CASE).text)
    assert "Investors now call Maya Ortiz. This voided 2 signatures of Marcus Bell and Lena Ortiz." in words
    assert "Version 1 is void" in words_of(office.legal.get(f"{CASE}/sign").text)


def test_a_wrong_number_or_the_same_words_are_refused_and_kept(office: Office) -> None:
    refused = office.admin.post(f"{EDIT}/contact", on=EDIT, **CONTACT, **{"contact-phone": "12"})
    assert refused.status_code == 422
    assert "Write the number with +" in words_of(refused.text)
    assert "Maya Ortiz" in refused.text

    same = office.admin.post(f"{EDIT}/cause", on=EDIT, **{"cause-cause": "Our software erred."})
    assert same.status_code == 302
    again = office.admin.post(f"{EDIT}/cause", on=EDIT, **{"cause-cause": "Our software erred."})
    assert "These are the words already" in words_of(again.text)


def test_a_deputy_is_named_confirmed_and_signs_for_the_absent_approver(app: Flask) -> None:
    office = an_office(app, stage="proposed")
    with transaction():
        ida = a_member_of_staff(roles=[Role.SUPPORT], full_name="Ida Holm")
        pseudonym = ida.pseudonym
    deputy = staff_signed_in(app, ida)
    assert deputy.get(f"{CASE}/sign").status_code == 403
    today = clock.now().date()
    days = {"from_on": today.isoformat(), "to_on": (today + timedelta(days=7)).isoformat()}

    office.legal.post(ABSENCES, role="legal", deputy=pseudonym, **days, reason="A week away.")
    asked = session.scalars(select(Delegation)).one()
    assert office.legal.post(f"{ABSENCES}/{asked.pseudonym}/confirm", on=ABSENCES).status_code == 422
    office.management.post(f"{ABSENCES}/{asked.pseudonym}/confirm", on=ABSENCES)

    page = deputy.get(f"{CASE}/sign").text
    assert "You decide as legal approver, for Lena Ortiz." in words_of(page)
    seen = page.split('name="digest_seen"')[1].split('value="')[1].split('"', maxsplit=1)[0]
    deputy.post(f"{CASE}/sign", digest_seen=seen, decision="approve", note="Read for Lena.")
    assert "Approved Legal approver Ida Holm, for Lena Ortiz" in words_of(office.auditor.get(f"{CASE}/sign").text)
    assert deputy.get(NOTES).status_code == 403
    office.management.post(f"{ABSENCES}/{asked.pseudonym}/end", on=ABSENCES)
    assert deputy.get(f"{CASE}/sign").status_code == 403
