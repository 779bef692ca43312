"""The admin sends files, sees what is wrong or what would change, and confirms; nothing happens before."""

import io
from collections.abc import Iterable

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import deals, worker
from app.core import jobs
from app.core.db import session, transaction
from app.deals import ImportChange, Upload, UploadState
from app.identity import Role
from app.web.admin.data import imports_folder
from tests.deals.builders import a_workbook, a_zip, demo_files, demo_files_plus, demo_files_with
from tests.identity.builders import a_member_of_staff
from tests.web.browsers import hidden_fields_in
from tests.web.browsing import TOKEN, Browser
from tests.web.sign_in.visiting import staff_signed_in
from tests.web.words import words_of


@pytest.fixture
def admin(app: Flask) -> Browser:
    return signed_in_as(app, Role.ADMIN)


def signed_in_as(app: Flask, role: Role, name: str = "Sam Rivera") -> Browser:
    with transaction():
        person = a_member_of_staff(roles=[role], full_name=name)
    return staff_signed_in(app, person)


def send(browser: Browser, files: Iterable[tuple[str, bytes]], on: str = "/admin/data", to: str = "") -> TestResponse:
    token = TOKEN.search(browser.get(on).text)
    chosen = [(io.BytesIO(content), name) for name, content in files]
    fields = {"csrf_token": token.group(1) if token else "", "files": chosen}
    answer = browser.open(to or on, method="POST", data=fields, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the test client keeps a large body in a file of its own
    return answer


def checked(browser: Browser, files: Iterable[tuple[str, bytes]]) -> str:
    """Send the files, let the worker check them, and answer where their page is."""
    path = send(browser, files).location
    worker.do_jobs()
    return path


def confirm(browser: Browser, path: str, **fields: str) -> TestResponse:
    plan = hidden_fields_in(browser.get(path).text).get("plan", "")
    return browser.post(f"{path}/confirm", on=path, **({"plan": plan, "compared": "y"} | fields))


def take_in(browser: Browser, files: Iterable[tuple[str, bytes]]) -> TestResponse:
    path = checked(browser, files)
    confirm(browser, path)
    worker.do_jobs()
    return browser.get(path)


def uploads() -> list[Upload]:
    session.rollback()
    return list(session.scalars(select(Upload).order_by(Upload.id)))


def kept_files(app: Flask) -> int:
    return sum(path.is_file() for path in imports_folder().rglob("*"))


def test_an_empty_house_says_so_and_offers_the_templates(admin: Browser) -> None:
    page = words_of(admin.get("/admin/data").text)

    assert "Nothing has been imported yet." in page
    for kind in ("zip", "xlsx"):
        answer = admin.get(f"/admin/data/templates.{kind}")
        assert f"filename=import-template{'s' if kind == 'zip' else ''}.{kind}" in answer.headers["Content-Disposition"]
        assert deals.check(deals.read_uploads([(f"a.{kind}", answer.data)])).added["requests"] == 1


@pytest.mark.both_databases
def test_files_are_checked_then_previewed_then_confirmed_and_only_then_imported(app: Flask, admin: Browser) -> None:
    path = send(admin, demo_files().items()).location
    waiting = admin.get(path).text
    worker.do_jobs()
    preview = words_of(admin.get(path).text)

    assert "Checking 7 files It waits for the worker" in words_of(waiting)
    assert 'hx-trigger="every 2s"' in waiting
    assert "What 7 files would change" in preview
    assert "requests 16 0 0 0" in preview
    assert "Orbit Robotics (new) 8 $715,000.00 $500,000.00 $500,000.00 $0.00 $500,000.00" in preview
    assert "All in USD 16" in preview
    assert deals.list_deals() == []

    confirm(admin, path)
    assert "Importing 7 files" in words_of(admin.get(path).text)
    assert deals.list_deals() == []
    worker.do_jobs()

    done = admin.get(admin.get(path).location)
    assert "36 rows imported" in words_of(done.text)
    assert deals.read_files(demo_files()).digest in done.text
    assert "Tidewater Energy" in words_of(admin.get("/admin/data").text)
    assert kept_files(app) == 7


def test_a_workbook_and_a_zip_will_do_and_the_same_again_changes_nothing(admin: Browser) -> None:
    take_in(admin, [("deals.xlsx", a_workbook(demo_files()))])

    again = words_of(admin.get(checked(admin, [("demo.zip", a_zip(demo_files(), "demo/"))])).text)

    assert "Nothing in demo.zip is new Everything in these files was imported before" in again
    assert "Import exactly this" not in again
    assert len(deals.list_imports()) == 1


def test_a_change_shows_both_values_and_is_kept(admin: Browser) -> None:
    take_in(admin, demo_files().items())
    path = checked(admin, demo_files_with("marks.csv", "1.40", "1.41").items())

    preview = words_of(admin.get(path).text)
    confirm(admin, path)
    worker.do_jobs()
    done = words_of(admin.get(admin.get(path).location).text)

    assert "1 stored value would change or go" in preview
    assert "marks: orbit, 2026-10-31 2 multiple 1.4 1.41" in preview
    assert "0 rows imported, 1 row changed" in done
    assert "marks: orbit, 2026-10-31 multiple 1.4 1.41" in done
    assert session.scalar(select(func.count()).select_from(ImportChange)) == 1


def test_nothing_is_imported_before_somebody_compared_the_totals(admin: Browser) -> None:
    path = checked(admin, demo_files().items())

    answer = admin.post(f"{path}/confirm", on=path, plan=uploads()[0].plan or "")
    worker.do_jobs()

    assert answer.status_code == 422
    assert "Compare the totals with your own books, then tick the box." in words_of(answer.text)
    assert deals.list_deals() == []


def test_bad_rows_are_shown_where_they_stand_and_corrected_files_go_in_on_the_same_page(
    app: Flask, admin: Browser
) -> None:
    path = checked(admin, demo_files_with("requests.csv", "INV-011,2026", "INV-099,2026").items())

    page = words_of(admin.get(path).text)
    assert "There are some problems with requests" in page
    assert "13 account_id INV-099 It does not stand in accounts. Add it to accounts, or correct it here." in page
    assert "INV-010" not in page  # only rows with problems
    assert confirm(admin, path).status_code == 422

    corrected = send(admin, demo_files().items(), on=path, to=f"{path}/replace")
    worker.do_jobs()
    assert "What 7 files would change" in words_of(admin.get(corrected.location).text)
    assert admin.get(path).status_code == 404
    assert len(uploads()) == 1
    assert kept_files(app) == 7
    assert deals.list_deals() == []


def test_only_the_first_hundred_problems_are_shown(admin: Browser) -> None:
    rows = "\n".join(f"rate-{number},2024-01-01,x" for number in range(150))

    page = words_of(admin.get(checked(admin, demo_files_plus("rates.csv", rows).items())).text)

    assert "There are 150 problems; these are the first 100." in page
    assert page.count("It is not a number.") == 100


def test_what_a_file_holds_is_shown_as_text(admin: Browser) -> None:
    answer = admin.get(checked(admin, demo_files_with("marks.csv", "1.40", "<script>alert(1)</script>").items()))

    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_cancelling_leaves_nothing_behind(app: Flask, admin: Browser) -> None:
    path = send(admin, demo_files().items()).location

    admin.post(f"{path}/cancel", on=path)
    worker.do_jobs()

    assert uploads() == []
    assert kept_files(app) == 0
    assert not jobs.has_waiting_jobs()
    assert admin.get(path).status_code == 404


def test_cancelling_keeps_the_files_that_were_imported(app: Flask, admin: Browser) -> None:
    take_in(admin, demo_files().items())
    path = checked(admin, demo_files().items())

    admin.post(f"{path}/cancel", on=path)

    assert kept_files(app) == 7


@pytest.mark.both_databases
def test_a_preview_that_the_data_outran_is_refused_and_made_again(admin: Browser) -> None:
    take_in(admin, demo_files().items())
    path = checked(admin, demo_files_with("marks.csv", "1.40", "1.41").items())
    take_in(admin, demo_files_with("marks.csv", "1.40", "1.42").items())

    confirm(admin, path)
    worker.do_jobs()

    page = words_of(admin.get(path).text)
    assert "The data changed after the preview was made, so nothing was imported." in page
    assert "marks: orbit, 2026-10-31 2 multiple 1.42 1.41" in page
    assert len(deals.list_imports()) == 2


def test_another_preview_than_the_one_that_was_read_is_not_confirmed(admin: Browser) -> None:
    path = checked(admin, demo_files().items())

    answer = confirm(admin, path, plan="0" * 64)

    assert "The preview was made again after you opened it." in words_of(answer.text)
    assert uploads()[0].state is UploadState.READY


def test_two_imports_at_once_are_told_of_each_other(app: Flask, admin: Browser) -> None:
    other = signed_in_as(app, Role.ADMIN, "Nora Weiss")
    theirs, ours = checked(other, demo_files().items()), checked(admin, [("mine.zip", a_zip(demo_files()))])

    seen = words_of(admin.get(ours).text)
    confirm(other, theirs)
    answer = confirm(admin, ours)

    assert "Other files wait as well 7 files, sent by Nora Weiss" in seen
    assert "Nora Weiss is importing 7 files at this moment. Wait until that is done." in words_of(answer.text)


def test_a_check_that_was_stopped_can_be_made_again(admin: Browser) -> None:
    path = send(admin, demo_files().items()).location
    with transaction():
        jobs.stop(session.get_one(jobs.Job, uploads()[0].job_id))

    page = words_of(admin.get(path).text)
    admin.post(f"{path}/again", on=path)
    worker.do_jobs()

    assert "The check was stopped. Nothing was imported." in page
    assert "What 7 files would change" in words_of(admin.get(path).text)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([], "Choose a workbook, a zip, or the CSV files."),
        ([("deals.xlsx", b"PK\x03\x04")], "deals.xlsx is damaged, protected, or no workbook."),
        ([("photo.png", b"\x89PNG")], "photo.png is neither CSV, nor a zip of CSV files, nor a workbook."),
        ([("deals.zip", b"PK\x03\x04")], "The zip is damaged or protected."),
    ],
)
def test_what_is_no_import_is_refused_on_the_same_page(
    admin: Browser, files: list[tuple[str, bytes]], says: str
) -> None:
    answer = send(admin, files)

    assert answer.status_code == 422
    assert f"There is a problem {says}" in words_of(answer.text)
    assert uploads() == []


def test_a_file_of_fifty_megabytes_is_refused_by_its_length_and_told_the_limit(admin: Browser) -> None:
    class Unread(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("the file was read")

    sent = {"wsgi.input": Unread(), "CONTENT_LENGTH": "50000000", "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = admin.open("/admin/data", method="POST", environ_overrides=sent)

    assert answer.status_code == 413
    assert "at most 25 MB" in words_of(answer.text)
    assert "the number none" not in words_of(answer.text)


@pytest.mark.parametrize("role", [Role.MANAGEMENT, Role.LEGAL, Role.AUDITOR])
def test_approvers_and_auditors_read_and_do_not_import(app: Flask, admin: Browser, role: Role) -> None:
    reader = signed_in_as(app, role)
    path = checked(admin, demo_files().items())

    assert "Check the files" not in reader.get("/admin/data").text
    assert "An admin confirms it." in reader.get(path).text
    assert send(reader, demo_files().items()).status_code in (400, 403)
    for action in ("confirm", "cancel", "again", "replace"):
        assert reader.post(f"{path}/{action}", on=path, compared="y").status_code in (400, 403)
    assert uploads()[0].state is UploadState.READY


def test_support_has_no_business_here(app: Flask) -> None:
    assert signed_in_as(app, Role.SUPPORT).get("/admin/data").status_code == 403


def test_without_its_token_the_form_does_nothing(admin: Browser) -> None:
    chosen = [(io.BytesIO(content), name) for name, content in demo_files().items()]

    answer = admin.open("/admin/data", method="POST", data={"files": chosen}, content_type="multipart/form-data")

    assert answer.status_code == 400
    assert uploads() == []
