"""The pages on which admins ask for changes of staff and approvers decide them."""

import re

from flask import Flask
from sqlalchemy import select

from app import identity
from app.core.db import session, transaction
from app.identity import Person, Role, StaffChange
from tests.identity.builders import a_member_of_staff
from tests.web.admin.office import an_office
from tests.web.sign_in.test_staff import grow_stale

PEOPLE = "/admin/people"
CODE = re.compile(r"<code>([A-Z2-9]{4}(?:-[A-Z2-9]{4}){4})</code>")


def _sam() -> Person:
    with transaction():
        return a_member_of_staff(full_name="Sam Rivera", email="sam@example.com")


def _page_of(person: Person) -> str:
    return f"{PEOPLE}/{person.pseudonym}"


def _asked() -> StaffChange:
    return session.scalars(select(StaffChange).where(StaffChange.decided_at.is_(None))).one()


def test_an_admin_adds_somebody_and_is_shown_their_code_once(app: Flask) -> None:
    office = an_office(app)
    given = {"full_name": "Ida Holm", "email": "ida@example.com", "role": "support", "time_zone": "UTC"}
    added = office.admin.post(f"{PEOPLE}/new", **given)
    again = office.admin.post(f"{PEOPLE}/new", **given)

    assert len(CODE.findall(added.text)) == 1
    assert again.status_code == 422
    assert "already here" in again.text
    assert "Ida Holm" in office.auditor.get(PEOPLE).text
    assert CODE.findall(office.admin.get(PEOPLE).text) == []


def test_an_approvers_role_waits_until_the_other_kind_confirms_it_and_all_of_it_is_shown(app: Flask) -> None:
    office, sam = an_office(app), _sam()
    office.admin.post(f"{_page_of(sam)}/roles", on=_page_of(sam), role="legal", reason="more hands")
    confirming = f"{PEOPLE}/changes/{_asked().pseudonym}/confirm"
    by_legal = office.legal.post(confirming, on=PEOPLE)
    was_given = Role.LEGAL in sam.roles
    by_management = office.management.post(confirming, on=PEOPLE)

    assert (by_legal.status_code, was_given) == (422, False)
    assert by_management.status_code == 303
    session.expire_all()
    assert sam.roles == {Role.SUPPORT, Role.LEGAL}
    page = " ".join(office.auditor.get(_page_of(sam)).text.split())
    assert "by Nora Weiss: “more hands”" in page
    assert re.search(r"Confirmed .* by Marcus Bell", page)
    assert "signs what was proposed since" in page


def test_an_approvers_reset_shows_its_code_to_who_confirms_it(app: Flask) -> None:
    office = an_office(app).all_signed_in()
    page = _page_of(office.staff.legal)
    asked = office.admin.post(f"{page}/reset", on=page, **{"reset-reason": "lost the telephone"})
    confirmed = office.management.post(f"{PEOPLE}/changes/{_asked().pseudonym}/confirm", on=PEOPLE)

    assert asked.status_code == 303
    assert len(CODE.findall(confirmed.text)) == 1
    assert office.legal.get("/admin/").status_code == 302


def test_closing_somebody_ends_what_they_have_open(app: Flask) -> None:
    office = an_office(app).all_signed_in()
    page = _page_of(office.staff.auditor)
    closed = office.admin.post(f"{page}/disable", on=page, **{"close-reason": "left the company"})

    assert closed.status_code == 303
    assert office.auditor.get("/admin/").status_code == 302
    assert "closed" in office.admin.get(page).text


def test_a_role_is_taken_away_at_once_and_an_unknown_one_is_not_found(app: Flask) -> None:
    office, sam = an_office(app), _sam()
    taken = office.admin.post(f"{_page_of(sam)}/roles/support/withdraw", on=_page_of(sam))

    assert taken.status_code == 303
    session.expire_all()
    assert sam.roles == frozenset()
    assert office.admin.post(f"{_page_of(sam)}/roles/king/withdraw", on=_page_of(sam)).status_code == 404


def test_only_admins_ask_and_only_with_both_factors_fresh(app: Flask) -> None:
    office, sam = an_office(app).all_signed_in(), _sam()
    paths = [f"{_page_of(sam)}/{part}" for part in ("roles", "roles/support/withdraw", "reset", "disable")]

    for path in paths:
        assert office.legal.post(path, on=PEOPLE).status_code == 403
        assert office.auditor.post(path, on=PEOPLE).status_code == 403
    grow_stale()
    for path in paths:
        assert office.admin.post(path, on=PEOPLE).headers["Location"].startswith("/staff/confirm")
    assert identity.list_open_changes() == []
    assert identity.factors_of(sam).is_set_up


def test_an_investor_is_no_member_of_staff(app: Flask) -> None:
    office = an_office(app, stage="reported")
    grace = identity.find_person_by_email("grace@example.com")
    assert grace is not None

    assert office.admin.get(_page_of(grace)).status_code == 404
