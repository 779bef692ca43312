"""`flask import` at the shell."""

import getpass
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app import deals
from app.audit import AuditEvent
from app.core.db import session, transaction
from app.identity import Role
from tests.deals.builders import DEMO, a_workbook, a_zip, demo_files, demo_files_with
from tests.identity.builders import a_member_of_staff

ADMIN = "ada@platform.example"


@pytest.fixture(autouse=True)
def _an_admin(app: Flask) -> None:
    with transaction():
        a_member_of_staff(roles=[Role.ADMIN], email=ADMIN)
        a_member_of_staff(roles=[Role.LEGAL], email="legal@platform.example")


def run(app: Flask, *arguments: str | Path) -> Result:
    return app.test_cli_runner().invoke(args=["import", *map(str, arguments)])


def test_a_folder_is_imported_and_its_sums_are_printed(app: Flask) -> None:
    result = run(app, DEMO, "--as", ADMIN)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "requests: 16 rows added, 0 unchanged" in result.stdout
    assert "orbit: 8 requests, 500000.00 of 500000.00 USD recorded" in result.stdout
    assert f"digest: {deals.read_folder(DEMO).digest}" in result.stdout


def test_the_log_names_the_shell_and_beside_it_the_admin(app: Flask) -> None:
    run(app, DEMO, "--as", ADMIN)

    events = [event for event in session.scalars(select(AuditEvent)) if event.entry["action"] == "import.sealed"]
    assert [event.entry["actor"] for event in events] == [f"shell:{getpass.getuser()}"]
    assert events[0].said["as_email"] == ADMIN


def test_a_zip_is_imported_and_the_same_again_changes_nothing(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "deals.zip").write_bytes(a_zip(demo_files(), "july/"))
    run(app, tmp_path / "deals.zip", "--as", ADMIN)

    again = run(app, DEMO, "--as", ADMIN)

    assert again.exit_code == 0
    assert "unchanged. Nothing was written." in again.stdout
    assert len(deals.list_imports()) == 1


def test_a_workbook_is_imported_alike(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "deals.xlsx").write_bytes(a_workbook(demo_files()))

    result = run(app, tmp_path / "deals.xlsx", "--as", ADMIN)
    again = run(app, DEMO, "--as", ADMIN)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "requests: 16 rows added, 0 unchanged" in result.stdout
    assert "unchanged. Nothing was written." in again.stdout


def test_stored_rows_change_only_with_the_word_for_it(app: Flask, tmp_path: Path) -> None:
    run(app, DEMO, "--as", ADMIN)
    for name, content in demo_files_with("marks.csv", "1.40", "1.41").items():
        (tmp_path / name).write_bytes(content)

    refused = run(app, tmp_path, "--as", ADMIN)
    done = run(app, tmp_path, "--as", ADMIN, "--replace")

    assert refused.exit_code == 2
    assert "marks, orbit, 2026-10-31, multiple: '1.4' -> '1.41'" in refused.stderr
    assert "--replace" in refused.stderr
    assert "marks: 0 rows added, 0 unchanged, 1 changed" in done.stdout


def test_every_bad_row_is_printed_and_nothing_is_written(app: Flask, tmp_path: Path) -> None:
    files = demo_files_with("requests.csv", "INV-011,2026", "INV-099,2026")
    files |= {"marks.csv": demo_files_with("marks.csv", "1.40", "-1")["marks.csv"]}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    result = run(app, tmp_path, "--as", ADMIN)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "requests, row 13, account_id: 'INV-099': It does not stand in accounts. Add it" in result.stderr
    assert "marks, row 2, multiple: '-1': It is negative." in result.stderr
    assert deals.list_deals() == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("deals.xlsx", b"PK\x03\x04", "is damaged, protected, or no workbook"),
        ("deals.zip", b"PK\x03\x04", "The zip is damaged"),
        ("notes.txt", b"hello", "is neither CSV, nor a zip of CSV files, nor a workbook"),
        ("deals.csv", b"", "accounts.csv is missing"),
    ],
)
def test_what_is_no_import_is_refused_with_exit_code_2(
    app: Flask, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)

    result = run(app, tmp_path / name, "--as", ADMIN)

    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


@pytest.mark.parametrize("email", ["nobody@platform.example", "legal@platform.example"])
def test_only_an_admin_can_be_named(app: Flask, email: str) -> None:
    result = run(app, DEMO, "--as", email)

    assert result.exit_code == 2
    assert f"--as {email}: no admin has this address" in result.stderr


def test_a_path_that_does_not_exist_is_refused(app: Flask, tmp_path: Path) -> None:
    result = run(app, tmp_path / "nowhere", "--as", ADMIN)

    assert result.exit_code == 2
    assert "does not exist" in result.stderr
