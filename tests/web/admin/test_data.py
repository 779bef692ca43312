"""The admin takes the data in, and sees which row is wrong."""

import io
from collections.abc import Iterable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import deals
from app.core.db import transaction
from app.identity import Role
from tests.deals.builders import a_zip, demo_files, demo_files_plus, demo_files_with
from tests.identity.builders import a_member_of_staff
from tests.web.browsing import TOKEN, Browser
from tests.web.sign_in.visiting import staff_signed_in
from tests.web.words import words_of


@pytest.fixture
def admin(app: Flask) -> Browser:
    return signed_in_as(app, Role.ADMIN)


def signed_in_as(app: Flask, role: Role) -> Browser:
    with transaction():
        person = a_member_of_staff(roles=[role])
    return staff_signed_in(app, person)


def send(browser: Browser, files: Iterable[tuple[str, bytes]]) -> TestResponse:
    token = TOKEN.search(browser.get("/admin/data").text)
    chosen = [(io.BytesIO(content), name) for name, content in files]
    fields = {"csrf_token": token.group(1) if token else "", "files": chosen}
    answer = browser.open("/admin/data", method="POST", data=fields, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the test client keeps a large body in a file of its own
    return answer


def test_an_empty_house_says_so_and_offers_the_templates(admin: Browser) -> None:
    page = words_of(admin.get("/admin/data").text)

    assert "Nothing has been imported yet." in page
    header = admin.get("/admin/data/templates/requests.csv")
    assert header.text.strip() == demo_files()["requests.csv"].decode().splitlines()[0]
    assert header.headers["Content-Disposition"] == "attachment; filename=requests.csv"
    assert admin.get("/admin/data/templates/secrets.csv").status_code == 404


def test_files_are_imported_and_the_control_totals_shown(admin: Browser) -> None:
    answer = send(admin, demo_files().items())

    page = words_of(admin.get(answer.location).text)
    assert answer.status_code == 302
    assert "36 rows imported" in page
    assert "Orbit Robotics November 22, 2024 8 $715,000.00 $500,000.00 $500,000.00 $0.00 $500,000.00" in page
    assert deals.read_files(demo_files()).digest in page
    assert "Tidewater Energy" in words_of(admin.get("/admin/data").text)


def test_a_zip_will_do_and_the_same_again_changes_nothing(admin: Browser) -> None:
    send(admin, [("demo.zip", a_zip(demo_files(), "demo/"))])

    again = send(admin, demo_files().items())

    assert again.status_code == 200
    assert "was imported before and is unchanged. Nothing was written." in words_of(again.text)
    assert len(deals.list_imports()) == 1


def test_bad_rows_are_shown_where_they_stand_and_corrected_files_go_in_on_the_same_page(admin: Browser) -> None:
    answer = send(admin, demo_files_with("requests.csv", "INV-011,2026", "INV-099,2026").items())

    page = words_of(answer.text)
    assert answer.status_code == 200
    assert "There are some problems with requests.csv" in page
    assert "13 account_id INV-099 It does not stand in accounts. Add it to accounts, or correct it here." in page
    assert "INV-010" not in page  # only rows with problems
    assert deals.list_deals() == []
    assert send(admin, demo_files().items()).status_code == 302


def test_only_the_first_hundred_problems_are_shown(admin: Browser) -> None:
    rows = "\n".join(f"rate-{number},2024-01-01,x" for number in range(150))

    page = words_of(send(admin, demo_files_plus("rates.csv", rows).items()).text)

    assert "There are 150 problems; these are the first 100." in page
    assert page.count("It is not a number.") == 100


def test_what_a_file_holds_is_shown_as_text(admin: Browser) -> None:
    answer = send(admin, demo_files_with("marks.csv", "1.40", "<script>alert(1)</script>").items())

    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([], "Choose a zip, or the CSV files."),
        ([("deals.xlsx", b"PK\x03\x04")], "deals.xlsx is damaged, protected, or no workbook."),
        ([("photo.png", b"\x89PNG")], "photo.png is neither CSV, nor a zip of CSV files, nor a workbook."),
        ([("deals.zip", b"PK\x03\x04")], "The zip is damaged or protected."),
    ],
)
def test_what_is_no_import_is_refused_on_the_same_page(
    admin: Browser, files: list[tuple[str, bytes]], says: str
) -> None:
    answer = send(admin, files)

    assert answer.status_code == 200
    assert f"There is a problem {says}" in words_of(answer.text)


def test_an_upload_beyond_all_bounds_gets_its_own_page(admin: Browser) -> None:
    assert send(admin, [("deals.csv", b"x" * 11_000_000)]).status_code == 413


@pytest.mark.parametrize("role", [Role.MANAGEMENT, Role.LEGAL, Role.AUDITOR])
def test_approvers_and_auditors_read_and_do_not_import(app: Flask, role: Role) -> None:
    reader = signed_in_as(app, role)

    page = reader.get("/admin/data")

    assert page.status_code == 200
    assert "Check and import" not in page.text
    assert send(reader, demo_files().items()).status_code in (400, 403)
    assert deals.list_deals() == []


def test_support_has_no_business_here(app: Flask) -> None:
    assert signed_in_as(app, Role.SUPPORT).get("/admin/data").status_code == 403


def test_without_its_token_the_form_does_nothing(admin: Browser) -> None:
    chosen = [(io.BytesIO(content), name) for name, content in demo_files().items()]

    answer = admin.open("/admin/data", method="POST", data={"files": chosen}, content_type="multipart/form-data")

    assert answer.status_code == 400
    assert deals.list_deals() == []
