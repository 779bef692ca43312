"""`flask doctor` says what is wrong with the log and its key."""

from pathlib import Path

import pytest
from flask import Flask

from app import audit
from app.audit.verdicts import Finding, Verdict
from app.cli import house
from app.core import clock


def test_a_key_that_others_can_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    assert house._signing_key(path) is None
    audit.make_key_file(path=path, origin="portal.example/audit/1")
    assert house._signing_key(path) is None
    path.chmod(0o640)

    assert "can be read by others" in str(house._signing_key(path))


def test_a_user_who_could_sign_is_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "audit.key"
    audit.make_key_file(path=path, origin="portal.example/audit/1")
    house._signing_key(path)

    assert "can read the signing key" in capsys.readouterr().err


def test_a_log_that_did_not_verify_is_named(app: Flask) -> None:
    assert house._log() is None
    audit.keep_verdict(Verdict(Finding.FORKED, (7,), "Two logs."), at=clock.now())

    assert house._log() == "FORKED 7: Two logs."
