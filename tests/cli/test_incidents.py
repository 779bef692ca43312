"""The incidents and their papers from the command line."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app import audit
from app.core.db import transaction
from tests.incidents.builders import an_incident, the_staff
from tests.papers import needs_pango


def _run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["incidents", *words])


@pytest.fixture
def reference(app: Flask, at: datetime) -> str:
    with transaction():
        return an_incident(the_staff(), at=at, stage="proposed").reference


@needs_pango
def test_the_dossier_is_written_and_its_making_logged(app: Flask, reference: str, tmp_path: Path) -> None:
    done = _run(app, "dossier", reference, "--out", str(tmp_path / "out"))

    assert done.exit_code == 0, done.stderr
    written = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "out").iterdir()}
    assert set(written) == {f"{reference}-dossier.json", f"{reference}-dossier.pdf"}
    assert all(sha256 in done.stdout for sha256 in written.values())
    newest = audit.list_events(limit=1)[0].event
    assert newest.entry["action"] == "dossier.made"
    assert newest.entry["actor"].startswith("shell:")
    assert newest.said["files"] == written


@needs_pango
def test_an_attestation_is_written_and_fails_where_something_does_not_hold(
    app: Flask, reference: str, tmp_path: Path
) -> None:
    done = _run(app, "attest", reference, "--out", str(tmp_path))

    assert done.exit_code == 1, "the log has no key here, so it was not verified"
    assert "The audit log: It was not verified" in done.stderr
    assert {path.name.removeprefix(f"{reference}-") for path in tmp_path.iterdir() if path.is_file()} >= {
        "attestation.json",
        "attestation.pdf",
        "reperformance.csv",
        "sample.txt",
    }
    assert audit.list_events(limit=1)[0].event.entry["action"] == "attestation.made"


def test_incidents_are_listed_and_shown_for_people_and_for_programs(app: Flask, reference: str) -> None:
    assert reference in _run(app, "list").stdout
    assert json.loads(_run(app, "list", "--json").stdout)[0]["reference"] == reference
    shown = json.loads(_run(app, "show", reference, "--json").stdout)
    assert shown["deals"] == ["orbit: 1 over, 3 under", "tidewater: 2 over, 3 under"]
    assert "rule at fault: single-pass" in _run(app, "show", reference).stdout


@pytest.mark.parametrize("words", [["show"], ["dossier", "--out", "x"]])
def test_an_incident_that_does_not_exist_is_refused(app: Flask, words: list[str]) -> None:
    refused = _run(app, words[0], "INC-1999-001", *words[1:])

    assert refused.exit_code == 2
    assert "'INC-1999-001': no such incident" in refused.stderr


def test_the_corrected_allocations_are_written_for_the_books_and_that_is_logged(
    app: Flask, at: datetime, tmp_path: Path
) -> None:
    with transaction():
        reference = an_incident(the_staff(), at=at, stage="published").reference

    done = _run(app, "books", reference, "--out", str(tmp_path / "books.csv"))

    written = (tmp_path / "books.csv").read_bytes()
    assert done.exit_code == 0, done.stderr
    assert written.startswith(b"deal_id,account_id,currency,recorded_allocation,corrected_allocation,allocation,")
    assert done.stdout.startswith(hashlib.sha256(written).hexdigest())
    newest = audit.list_events(limit=1)[0].event
    assert (newest.entry["action"], newest.said["name"]) == ("export.made", "books.csv")


def test_books_before_publication_or_to_nowhere_are_bad_input(app: Flask, reference: str, tmp_path: Path) -> None:
    done = _run(app, "books", reference, "--out", str(tmp_path / "books.csv"))

    assert done.exit_code == 2
    assert "no correction is published to everybody yet" in done.stderr
    assert not (tmp_path / "books.csv").exists()
