"""The log, the staff and the settings, as staff read them."""

import re
from dataclasses import replace

import pytest
from flask import Flask

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.settings import setting_fields
from tests.web.admin.office import an_office
from tests.web.words import words_of


def test_the_log_lists_events_newest_first_with_who(app: Flask) -> None:
    words = words_of(an_office(app, stage="contained").auditor.get("/admin/log").text)

    assert "in the audit log" in words
    assert words.index("incident.contained Nora Weiss incident") < words.index("incident.opened Nora Weiss incident")


def test_the_log_can_be_narrowed_to_one_kind_of_event(app: Flask) -> None:
    office = an_office(app, stage="told")

    rows = office.auditor.get("/admin/log?action=incident.opened").text.split("<tbody>")[1]

    assert "incident.opened" in rows
    assert "incident.contained" not in rows


def test_older_events_are_on_further_pages(app: Flask) -> None:
    office = an_office(app, stage="investigating")
    with transaction():
        for _ in range(12):
            incidents.investigate(incident=incidents.list_incidents()[0], by=office.staff.admin, at=clock.now())
    first = office.auditor.get("/admin/log").text
    older = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")

    second = office.auditor.get(older).text

    assert set(_numbers(first)).isdisjoint(_numbers(second))
    assert min(_numbers(first)) == max(_numbers(second)) + 1


def test_an_event_says_what_is_hashed_and_that_no_checkpoint_covers_it_yet(app: Flask) -> None:
    office = an_office(app, stage="contained")
    opened = office.auditor.get("/admin/log?action=incident.opened").text

    page = office.auditor.get(f"/admin/log/{_numbers(opened)[0]}").text

    assert "reference INC-2026-001" in words_of(page)
    assert "Not covered by a checkpoint yet" in words_of(page)
    assert "The leaf as it is hashed" in words_of(page)


def test_an_event_that_is_not_there_is_not_found(app: Flask) -> None:
    assert an_office(app).admin.get("/admin/log/999").status_code == 404


def test_the_staff_are_listed_with_their_roles(app: Flask) -> None:
    words = words_of(an_office(app).auditor.get("/admin/people").text)

    assert "4 members of staff" in words
    assert "Legal approver since" in words
    assert "An admin and an approver are never one person." in words
    assert "Add somebody" not in words


def test_the_settings_are_shown_and_no_secret_ever_is(app: Flask) -> None:
    office = an_office(app)
    secrets = {field.name: f"hidden-{field.name}-0123456789" for field in setting_fields() if field.metadata["secret"]}
    secrets["secret_key_fallbacks"] = ("hidden-earlier-key-0123456789",)  # type: ignore[assignment]  # a tuple, as parsed
    app.extensions["settings"] = replace(
        app.extensions["settings"], database_url="postgresql://portal:hidden@db/portal", **secrets
    )

    page = office.auditor.get("/admin/settings").text

    assert "hidden" not in page.replace("hidden-text", "").replace('type="hidden"', "").replace(" hidden", "")
    assert "postgresql://portal:…@db/portal" in page
    assert "SESSION_HOURS 24 Default" in words_of(page)


@pytest.mark.parametrize("name", [field.name.upper() for field in setting_fields()])
def test_every_setting_has_its_row(app: Flask, name: str) -> None:
    assert f"<code>{name}</code>" in an_office(app).admin.get("/admin/settings").text


def _numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/admin/log/(\d+)"', page)]
