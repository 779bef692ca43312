"""The admin takes the data in, and sees which row is wrong."""

import io
import re
from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import deals, identity
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.web.sign_in import cookies, login
from tests.deals.builders import a_zip, demo_files, demo_files_plus, demo_files_with
from tests.identity.builders import PASSWORD, a_member_of_staff
from tests.web.words import words_of

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser:
    """The browser of a member of staff who signed in; each request stands alone, as under a real server."""

    def __init__(self, app: Flask, role: Role) -> None:
        self.app = app
        self.client = app.test_client()
        with transaction():
            person = a_member_of_staff(roles=[role])
        email = person.email
        proof = identity.check_password(email=email, password=PASSWORD)
        with transaction():
            fresh = identity.sign_in_staff(proof=proof, device="", at=clock.now())
        self.client.set_cookie(cookies.SESSION, fresh.token)
        self.client.set_cookie(cookies.SEEN, login._seen_now(fresh.token))

    def open(self, path: str, **wanted: Any) -> TestResponse:
        """One request, without following what it answers."""
        with self.app.app_context():
            return self.client.open(path, **wanted)

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.open(path, method="GET")


@pytest.fixture
def admin(app: Flask) -> Browser:
    return Browser(app, Role.ADMIN)


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

    assert again.status_code == 422
    assert "was imported before and is unchanged. Nothing was written." in words_of(again.text)
    assert len(deals.list_imports()) == 1


def test_bad_rows_are_shown_where_they_stand_and_corrected_files_go_in_on_the_same_page(admin: Browser) -> None:
    answer = send(admin, demo_files_with("requests.csv", "INV-011,2026", "INV-099,2026").items())

    page = words_of(answer.text)
    assert answer.status_code == 422
    assert "There are some problems with requests" in page
    assert "13 account_id INV-099 It does not stand in accounts. Add it to accounts, or correct it here." in page
    assert "INV-010" not in page  # only rows with problems
    assert deals.list_deals() == []
    assert send(admin, demo_files().items()).status_code == 302


def test_only_the_first_hundred_problems_are_shown(admin: Browser) -> None:
    rows = "\n".join(f"rate-{number},2024-01-01,x" for number in range(150))

    page = words_of(send(admin, demo_files_plus("rates.csv", rows).items()).text)

    assert "There are 150 problems; these are the first 100." in page
    assert "rate-99" not in page


def test_what_a_file_holds_is_shown_as_text(admin: Browser) -> None:
    answer = send(admin, demo_files_with("marks.csv", "1.40", "<script>alert(1)</script>").items())

    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([], "Choose a zip, or the CSV files."),
        ([("deals.xlsx", b"PK\x03\x04")], "deals.xlsx is a workbook, which cannot be imported yet."),
        ([("photo.png", b"\x89PNG")], "photo.png is neither a CSV file nor a zip of CSV files."),
        ([("deals.zip", b"PK\x03\x04")], "The zip is damaged or protected."),
        ([("deals.csv", b"x" * 6_000_000)], "The files together: 6.0 MB; at most 5 MB are taken."),
    ],
)
def test_what_is_no_import_is_refused_on_the_same_page(
    admin: Browser, files: list[tuple[str, bytes]], says: str
) -> None:
    answer = send(admin, files)

    assert answer.status_code == 422
    assert f"There is a problem {says}" in words_of(answer.text)


def test_an_upload_beyond_all_bounds_gets_its_own_page(admin: Browser) -> None:
    assert send(admin, [("deals.csv", b"x" * 11_000_000)]).status_code == 413


@pytest.mark.parametrize("role", [Role.MANAGEMENT, Role.LEGAL, Role.AUDITOR])
def test_approvers_and_auditors_read_and_do_not_import(app: Flask, role: Role) -> None:
    reader = Browser(app, role)

    page = reader.get("/admin/data")

    assert page.status_code == 200
    assert "Check and import" not in page.text
    assert send(reader, demo_files().items()).status_code in (400, 403)
    assert deals.list_deals() == []


def test_support_has_no_business_here(app: Flask) -> None:
    assert Browser(app, Role.SUPPORT).get("/admin/data").status_code == 403


def test_without_its_token_the_form_does_nothing(admin: Browser) -> None:
    chosen = [(io.BytesIO(content), name) for name, content in demo_files().items()]

    answer = admin.open("/admin/data", method="POST", data={"files": chosen}, content_type="multipart/form-data")

    assert answer.status_code == 400
    assert deals.list_deals() == []
