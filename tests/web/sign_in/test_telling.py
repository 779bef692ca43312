"""Whoever signs in as staff is told by mail when that changes, and the mail opens nothing."""

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from app import identity, notices
from app.core import clock
from app.core.db import database_now, session, transaction
from app.identity import Person, Role
from app.identity.factor_models import Passkey
from app.notices import AccessChange, AccessChanged, Kind, Message
from tests.identity.builders import PASSWORD, a_member_of_staff
from tests.web.admin.office import an_office
from tests.web.browsing import Browser
from tests.web.sign_in.test_enrolling import shown_by_the_app
from tests.web.sign_in.visiting import staff_signed_in

FACTORS = "/staff/factors"


def _told(person: Person) -> Sequence[Message]:
    about = (Message.kind == Kind.ACCESS_CHANGED, Message.person_id == person.id)
    return session.scalars(select(Message).where(*about).order_by(Message.id)).all()


def _changes_told(person: Person) -> list[AccessChange]:
    contents = [notices.read_content(message) for message in _told(person)]
    return [content.change for content in contents if isinstance(content, AccessChanged)]


def _roles_told(person: Person) -> list[tuple[str, str | None]]:
    contents = [notices.read_content(message) for message in _told(person)]
    return [(content.change, content.role) for content in contents if isinstance(content, AccessChanged)]


@pytest.fixture
def sam(app: Flask) -> Person:
    """A member of support with an app and a passkey."""
    with transaction():
        sam = a_member_of_staff(email="sam@example.com")
        session.add(
            Passkey(
                person_id=sam.id,
                credential_id=b"one",
                public_key=b"key",
                sign_count=0,
                name="laptop",
                added_at=database_now(),
                last_used_at=None,
            )
        )
        return sam


def test_everything_that_somebody_changes_about_their_own_sign_in_is_mailed_to_them(app: Flask, sam: Person) -> None:
    browser = staff_signed_in(app, sam)
    key = session.scalars(select(Passkey.pseudonym)).one()
    browser.post(f"{FACTORS}/app", on=FACTORS, code=shown_by_the_app(browser.get(FACTORS).text))
    browser.post(f"{FACTORS}/app/remove", on=FACTORS)
    browser.post(f"{FACTORS}/app", on=FACTORS, code=shown_by_the_app(browser.get(FACTORS).text))
    browser.post(f"{FACTORS}/passkeys/{key}/remove", on=FACTORS)
    browser.post(f"{FACTORS}/recovery-codes", on=FACTORS)
    browser.post(f"{FACTORS}/password", on=FACTORS, password="seven quiet boats at dawn")

    assert _changes_told(sam) == [
        AccessChange.APP,
        AccessChange.APP_REMOVED,
        AccessChange.APP,
        AccessChange.PASSKEY_REMOVED,
        AccessChange.RECOVERY_CODES,
        AccessChange.PASSWORD,
    ]
    assert {(message.address, message.link_id) for message in _told(sam)} == {("sam@example.com", None)}


def test_what_was_refused_is_not_mailed(app: Flask, sam: Person) -> None:
    browser = staff_signed_in(app, sam)
    refused = [
        browser.post(f"{FACTORS}/password", on=FACTORS, password="short"),
        browser.post(f"{FACTORS}/app", on=FACTORS, code="000000"),
        browser.post(f"{FACTORS}/passkey", on=FACTORS, passkey="{}", name="x"),
    ]

    assert [answer.status_code for answer in refused] == [422, 422, 422]
    assert _told(sam) == []


def test_somebody_who_sets_up_their_first_factor_is_told(app: Flask) -> None:
    with transaction():
        ida = identity.create_staff(
            full_name="Ida Holm",
            email="ida@example.com",
            roles=[Role.SUPPORT],
            time_zone="UTC",
            by="shell:tester",
            at=clock.now(),
        )
        code = identity.issue_enrolment(person=ida, by="shell:tester", at=clock.now())
    browser = Browser(app)
    browser.post("/staff/enrol", email=ida.email, enrolment=code, password=PASSWORD)
    shown = shown_by_the_app(browser.get("/staff/enrol/factor").text)
    browser.post("/staff/enrol/app", on="/staff/enrol/factor", code=shown)

    assert _changes_told(ida) == [AccessChange.SET_UP]


def test_somebody_whose_sign_in_is_reset_is_told_without_the_code(app: Flask, sam: Person) -> None:
    office = an_office(app)
    page = f"/admin/people/{sam.pseudonym}"
    shown = office.admin.post(f"{page}/reset", on=page, **{"reset-reason": "lost the telephone"})

    (message,) = _told(sam)
    code = shown.text.split("<code>")[1].split("</code>")[0]
    assert _changes_told(sam) == [AccessChange.RESET]
    assert code not in message.context


def test_an_approver_is_told_of_a_reset_only_when_it_is_confirmed(app: Flask) -> None:
    office = an_office(app)
    legal = office.staff.legal
    page = f"/admin/people/{legal.pseudonym}"
    office.admin.post(f"{page}/reset", on=page, **{"reset-reason": "lost the telephone"})
    told_before = list(_told(legal))
    (change,) = identity.list_open_changes()
    office.management.post(f"/admin/people/changes/{change.pseudonym}/confirm", on="/admin/people")

    assert told_before == []
    assert _changes_told(legal) == [AccessChange.RESET]


def test_the_shell_tells_whom_it_resets(app: Flask, sam: Person) -> None:
    done = app.test_cli_runner().invoke(args=["user", "reset-factors", sam.email, "--reason", "lost the telephone"])

    assert done.exit_code == 0
    assert _changes_told(sam) == [AccessChange.RESET]


def test_somebody_is_told_of_a_role_that_is_given_and_of_one_that_is_taken(app: Flask, sam: Person) -> None:
    office = an_office(app)
    page = f"/admin/people/{sam.pseudonym}"
    office.admin.post(f"{page}/roles", on=page, role="auditor", reason="Reads for the auditors.")
    office.admin.post(f"{page}/roles/auditor/withdraw", on=page)

    assert _roles_told(sam) == [(AccessChange.ROLE_GIVEN, "auditor"), (AccessChange.ROLE_TAKEN, "auditor")]
    assert {(message.address, message.link_id) for message in _told(sam)} == {("sam@example.com", None)}


def test_a_role_that_is_refused_is_not_told(app: Flask) -> None:
    office = an_office(app)
    page = f"/admin/people/{office.staff.legal.pseudonym}"
    refused = [
        office.admin.post(f"{page}/roles", on=page, role="admin", reason="Helps out."),
        office.admin.post(f"{page}/roles/auditor/withdraw", on=page),
    ]

    assert [answer.status_code for answer in refused] == [422, 422]
    assert _told(office.staff.legal) == []


def test_an_approvers_role_is_told_only_when_it_is_confirmed(app: Flask, sam: Person) -> None:
    office = an_office(app)
    page = f"/admin/people/{sam.pseudonym}"
    office.admin.post(f"{page}/roles", on=page, role="legal", reason="Our new counsel.")
    told_before = _roles_told(sam)
    (change,) = identity.list_open_changes()
    office.management.post(f"/admin/people/changes/{change.pseudonym}/confirm", on="/admin/people")

    assert told_before == []
    assert _roles_told(sam) == [(AccessChange.ROLE_GIVEN, "legal approver")]
