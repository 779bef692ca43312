"""A restored copy: one that holds the last anchor goes on, an older one becomes another log and says so."""

from pathlib import Path

import pytest
from flask import Flask

from app import audit
from app.audit.operations import record_in
from app.core.db import db, transaction
from app.tlog.note import open_checkpoint
from app.tlog.receipt import check_receipt
from tests.audit.builders import AT, Thing, an_event, committed_events
from tests.audit.log import ORIGIN, SignedLog, tamper

SECOND = "portal.example/audit/2"


@pytest.fixture
def log(app: Flask, tmp_path: Path) -> SignedLog:
    """Eleven entries; anchored at six and at eleven."""
    log = SignedLog(tmp_path)
    committed_events(6)
    log.sign()
    committed_events(5)
    log.sign()
    return log


def restore(size: int) -> None:
    """What an older copy of the database would hold, of at least two entries."""
    nodes = [(level, idx) for level in range(1, 5) for idx in range(size >> level)]
    tamper(
        f"DELETE FROM audit_anchor WHERE size > {size}",
        f"DELETE FROM audit_checkpoint WHERE size > {size}",
        f"DELETE FROM audit_opening WHERE event_id IN (SELECT event_id FROM audit_leaf WHERE idx >= {size})",
        f"DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_leaf WHERE idx >= {size})",
        f"DELETE FROM audit_leaf WHERE idx >= {size}",
        f"DELETE FROM audit_node WHERE (level, idx) NOT IN (VALUES {', '.join(map(str, nodes))})",
        f"UPDATE audit_head SET size = {size}",
    )


def go_on(log: SignedLog, folder: Path) -> audit.Continued:
    return audit.continue_log(
        key=log.key.verifier, anchor=log.anchor, key_file=folder / "audit.key.2", by="shell:root", at=AT
    )


@pytest.mark.both_databases
def test_a_copy_that_ends_at_the_last_anchor_goes_on_as_it_is(log: SignedLog, tmp_path: Path) -> None:
    committed_events(3)
    restore(11)

    assert log.sign() is None
    with pytest.raises(audit.CannotContinue, match="goes on as it is"):
        go_on(log, tmp_path)
    committed_events(2)
    assert log.sign() is not None
    assert log.verdict().startswith("OK 13")


@pytest.mark.both_databases
def test_an_older_copy_is_not_signed_until_it_is_another_log(log: SignedLog, tmp_path: Path) -> None:
    restore(8)
    assert log.verdict() == "TRUNCATED 8 11"
    with pytest.raises(audit.WillNotSign, match="its tail was cut"):
        log.sign()

    done = go_on(log, tmp_path)
    log.key = audit.read_key_file(path=done.key_file, origin=SECOND)
    note = log.sign()

    assert (done.origin, done.lost) == (SECOND, 3)
    assert note is not None
    assert open_checkpoint(note, done.verifier).size == 9
    assert len(log.anchor.notes()) == 3
    first = audit.find_event_at(8)
    assert first is not None
    assert first.entry["log"] == SECOND
    assert first.said["note"] == log.anchor.notes()[1]
    verdict = log.verify()
    assert verdict.finding is audit.Finding.OK
    assert "3 entries of the log before it were lost" in verdict.says


def test_the_new_log_goes_on_under_its_name(log: SignedLog, tmp_path: Path, app: Flask) -> None:
    before = audit.receipt_for(found(2)) or b""
    old = log.key.verifier
    restore(8)
    done = go_on(log, tmp_path)
    log.key = audit.read_key_file(path=done.key_file, origin=SECOND)
    db.engine.dispose()
    db.engine.update_execution_options(audit_origin=SECOND)
    with transaction():
        event = an_event()
    log.sign()

    assert log.verdict().startswith("OK 10")
    assert check_receipt((audit.receipt_for(event) or b"").decode(), log.key.verifier).index == 9
    assert check_receipt(before.decode(), old).index == 2
    assert check_receipt((audit.receipt_for(found(2)) or b"").decode(), old).checkpoint.size == 6


def found(idx: int) -> audit.AuditEvent:
    event = audit.find_event_at(idx)
    assert event is not None
    return event


def test_a_log_that_was_written_anew_is_no_older_copy(log: SignedLog, tmp_path: Path) -> None:
    restore(2)
    committed_events(6)

    with pytest.raises(audit.CannotContinue, match="anchored at size 6: this is no copy"):
        go_on(log, tmp_path)


def test_a_leaf_of_another_log_is_seen(log: SignedLog) -> None:
    with transaction():
        record_in(origin=SECOND, action="session.ended", actor="shell:root", subject=Thing(), at=AT, reason="a test")

    assert log.verify().line == "UNREADABLE"
    assert "Entry 11 was written for another log" in log.verify().says


def test_the_command_prints_the_settings_of_the_new_log(app: Flask, log: SignedLog) -> None:
    restore(8)
    done = app.test_cli_runner().invoke(args=["audit", "continue", "--yes"])

    assert done.exit_code == 0, done.output
    assert f"AUDIT_ORIGIN={SECOND}\n" in done.stdout
    assert "3 anchored entries are not in this copy" in done.stderr
    assert ORIGIN not in done.stdout.split("AUDIT_VKEY=")[1]
