"""The list of incidents, opening one, its nine rows, and ending the rehearsal."""

import re

import pytest
from flask import Flask

from app.identity import Role
from app.web.access import Access
from tests.incidents.builders import STAGES
from tests.web.admin.office import CASE, a_supporter, an_office
from tests.web.words import words_of

NEW = {
    "title": "Shares above the request",
    "deals": "orbit",
    "detected_on": "2026-11-17",
    "contact_name": "Sam Carter",
    "contact_phone": "+1 212 555 0100",
    "contact_hours": "weekdays 9 am to 5 pm",
    "zone": "America/New_York",
}


def test_without_an_incident_the_admin_is_shown_the_way(app: Flask) -> None:
    office = an_office(app)

    page = office.admin.get("/admin/").text

    assert 'href="/admin/incidents/new"' in page
    assert 'href="/admin/data"' in page
    assert "An admin opens an incident" in words_of(office.auditor.get("/admin/").text)


def test_the_list_says_what_is_left_and_by_when(app: Flask) -> None:
    words = words_of(an_office(app, stage="told").legal.get("/admin/").text)

    assert "INC-2026-001" in words
    assert "Orbit Robotics and Tidewater Energy" in words
    assert "12 days left" in words
    assert "Who is affected To do" in words


def test_an_opened_incident_has_its_page(app: Flask) -> None:
    office = an_office(app, stage="reported")

    answer = office.admin.post("/admin/incidents/new", **NEW)

    assert answer.headers["Location"] == "/admin/incidents/INC-2026-002"
    words = words_of(office.admin.get("/admin/incidents/INC-2026-002").text)
    assert "You opened INC-2026-002." in words
    assert "Sam Carter +1 212-555-0100" in words


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"deals": ""}, "Choose at least one deal."),
        ({"contact_phone": "call me"}, "Write the number with + and the country code, such as +1 212 555 0100."),
        ({"title": ""}, "Write a title."),
        ({"detected_on": "yesterday"}, "“yesterday” is no date. Write year, month and day"),
    ],
)
def test_what_cannot_be_opened_is_said_and_the_rest_is_kept(app: Flask, wrong: dict[str, str], says: str) -> None:
    office = an_office(app, stage="reported")
    fields = {name: text for name, text in (NEW | wrong).items() if text}

    answer = office.admin.post("/admin/incidents/new", **fields)

    assert answer.status_code == 422
    assert f"There is a problem {says}" in words_of(answer.text)
    assert "weekdays 9 am to 5 pm" in answer.text
    assert "INC-2026-002" not in office.admin.get("/admin/").text


@pytest.mark.parametrize("stage", STAGES)
def test_the_nine_rows_stand_on_the_page_at_every_stage(app: Flask, stage: str) -> None:
    page = an_office(app, stage=stage).auditor.get(CASE)

    assert page.status_code == 200
    assert page.text.count('class="row-says"') == 9


def test_an_admin_asks_to_go_live_and_only_legal_confirms(app: Flask) -> None:
    office = an_office(app, stage="contained")
    assert "An admin has to ask for it" in words_of(office.legal.get(CASE).text)

    office.admin.post(f"{CASE}/ask-live", on=CASE)
    assert "A legal approver has to confirm it." in words_of(office.admin.get(CASE).text)
    assert office.admin.post(CASE).status_code == 403
    assert "Rehearsal." in words_of(office.admin.get(CASE).text)

    office.legal.post(CASE)
    words = words_of(office.legal.get(CASE).text)
    assert "Nora Weiss asked for it, and Lena Ortiz confirmed it for legal." in words
    assert "Rehearsal." not in words


def test_going_live_before_containment_is_refused_on_the_page(app: Flask) -> None:
    office = an_office(app, stage="reported")

    answer = office.admin.post(f"{CASE}/ask-live", on=CASE)

    assert answer.status_code == 422
    assert "First record who stopped the faulty release, and when." in words_of(answer.text)
    assert 'class="row-says"' in answer.text


def test_the_data_of_an_incident_are_those_of_every_deal(app: Flask) -> None:
    office = an_office(app, stage="reported")

    assert office.auditor.get(f"{CASE}/data").location == "/admin/data"
    assert office.auditor.get("/admin/incidents/INC-1999-001/data").status_code == 404


def test_an_unknown_incident_is_not_found(app: Flask) -> None:
    assert an_office(app, stage="reported").admin.get("/admin/incidents/INC-2026-009").status_code == 404


def test_signing_in_after_a_post_leads_back_to_the_page_with_the_form(app: Flask) -> None:
    answer = an_office(app, stage="reported").admin.get(f"{CASE}/first-notice/send")

    assert answer.headers["Location"] == f"{CASE}/first-notice"


PAGES = ("", "/contained", "/first-notice", "/affected", "/decide", "/sign", "/publish", "/reached", "/money")


@pytest.mark.parametrize("stage", STAGES)
def test_an_auditor_reads_every_page_at_every_stage_and_nobody_of_support_reads_one(app: Flask, stage: str) -> None:
    office, support = an_office(app, stage=stage), a_supporter(app)
    paths = ["/admin/", "/admin/log", "/admin/people", "/admin/settings", *(f"{CASE}{page}" for page in PAGES)]

    assert {path: office.auditor.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
    assert {path: support.get(path).status_code for path in paths} == dict.fromkeys(paths, 403)


def test_an_auditor_acts_on_nothing(app: Flask) -> None:
    office = an_office(app, stage="approved")
    posts = [
        re.sub(r"<any\((\w+)[^>]*>|<int:\w+>", lambda found: found[1] or "1", str(rule)).replace(
            "<reference>", "INC-2026-001"
        )
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/admin")
        and "POST" in (rule.methods or ())
        and not _is_for_auditors(app, rule.endpoint)
    ]

    answers = {path: office.auditor.post(path, on="/admin/").status_code for path in posts}

    assert len(posts) >= 14
    assert set(answers.values()) == {403}


def _is_for_auditors(app: Flask, endpoint: str) -> bool:
    """Reading that is asked for by a post, such as an export; a test of the log names each of them."""
    access: Access = app.view_functions[endpoint].__dict__["access"]
    return Role.AUDITOR in access.roles


def test_the_page_of_a_refusal_names_the_role_that_is_needed(app: Flask) -> None:
    answer = an_office(app, stage="reported").auditor.get("/admin/incidents/new")

    assert answer.status_code == 403
    assert f"This page is for: {Role.ADMIN.label}." in words_of(answer.text)
