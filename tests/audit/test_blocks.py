"""Verifying compares blocks of rows at once: what looks alike once it is joined must be told apart all the same."""

from pathlib import Path

import pytest
from flask import Flask
from uuid_utils import uuid7

from app import audit
from app.audit.stored import BLOCK
from app.core.db import session, transaction
from tests.audit.builders import AT, Thing, an_event, committed_events
from tests.audit.log import SignedLog, tamper

UNCHECKED = "PRAGMA ignore_check_constraints=ON"
CHECKED = "PRAGMA ignore_check_constraints=OFF"


@pytest.fixture
def log(app: Flask, tmp_path: Path) -> SignedLog:
    """Eleven entries, all of them anchored."""
    log = SignedLog(tmp_path)
    committed_events(11)
    log.sign()
    return log


def lent(table: str, column: str, first: str, second: str) -> list[str]:
    """The first byte of the second value goes to the end of the first: joined they are what they were."""
    taken = f"(SELECT substr({column}, 1, 1) FROM {table} WHERE {second})"
    return [
        UNCHECKED,
        f"UPDATE {table} SET {column} = CAST({column} || {taken} AS BLOB) WHERE {first}",
        f"UPDATE {table} SET {column} = substr({column}, 2) WHERE {second}",
        CHECKED,
    ]


def event_at(idx: int) -> str:
    return f"(SELECT event_id FROM audit_leaf WHERE idx = {idx})"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (lent("audit_event", "leaf_hash", f"id = {event_at(7)}", f"id = {event_at(8)}"), "TAMPERED 7"),
        (lent("audit_event", "leaf", f"id = {event_at(7)}", f"id = {event_at(8)}"), "TAMPERED 7"),
        (lent("audit_node", "hash", "level = 1 AND idx = 2", "level = 1 AND idx = 3"), "NODE_MISMATCH 1 2"),
        (
            lent("audit_opening", "salt", f"event_id = {event_at(7)}", f"event_id = {event_at(8)}"),
            "OPENING 7",
        ),
        (
            lent("audit_opening", "value", f"event_id = {event_at(7)}", f"event_id = {event_at(8)}"),
            "OPENING 7",
        ),
    ],
)
def test_a_byte_that_moves_to_the_row_before_is_seen(log: SignedLog, changes: list[str], line: str) -> None:
    tamper(*changes)

    assert log.verdict() == line


@pytest.mark.both_databases
def test_a_log_of_one_entry_is_ok(app: Flask, tmp_path: Path) -> None:
    log = SignedLog(tmp_path)
    committed_events(1)
    log.sign()

    assert log.verdict().startswith("OK 1 ")


@pytest.mark.both_databases
def test_what_one_entry_says_cannot_be_put_under_the_next(log: SignedLog) -> None:
    with transaction():
        note, role = (
            audit.record(action="proposal.approved", actor=Thing("person"), subject=Thing(), at=AT, **said)
            for said in ({"note": "why"}, {"role": "legal"})
        )
    log.sign()
    tamper(
        f"INSERT INTO audit_opening SELECT '{role.id}', part, salt, value FROM audit_opening "
        f"WHERE event_id = '{note.id}'",
        f"DELETE FROM audit_opening WHERE event_id = '{note.id}'",
    )

    assert log.verdict() == "OPENING 12"


def test_one_place_does_not_stand_for_two_entries(log: SignedLog) -> None:
    tamper(
        f"UPDATE audit_leaf SET event_id = event_id || ',' || {event_at(10)} WHERE idx = 9",
        "DELETE FROM audit_leaf WHERE idx = 10",
    )

    assert log.verdict() == "MISSING 9"


@pytest.mark.both_databases
def test_entries_of_a_clock_that_ran_backwards_are_verified_too(
    log: SignedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [uuid7() for _ in range(3)]
    monkeypatch.setattr("app.audit.operations.uuid7", ids.pop)
    committed_events(3)
    log.sign()

    assert log.verdict().startswith("OK 14 ")
    tamper(f"UPDATE audit_opening SET value = '\"other\"' WHERE event_id = {event_at(12)}")
    assert log.verdict() == "OPENING 12"


@pytest.mark.both_databases
def test_an_entry_before_the_first_is_seen(log: SignedLog) -> None:
    tamper(
        "INSERT INTO audit_event (id, leaf, leaf_hash) SELECT 'one more', leaf, leaf_hash FROM audit_event LIMIT 1",
        "INSERT INTO audit_leaf (idx, event_id) VALUES (-1, 'one more')",
    )

    assert log.verdict() == "MISSING 0"


@pytest.mark.both_databases
def test_the_block_does_not_hide_where_something_is_wrong(app: Flask, tmp_path: Path) -> None:
    log = SignedLog(tmp_path)
    with transaction():
        for _ in range(2 * BLOCK + 70):
            an_event()
    log.sign()
    assert log.verdict().startswith(f"OK {2 * BLOCK + 70} ")

    session.rollback()
    tamper(f"DELETE FROM audit_opening WHERE event_id = {event_at(BLOCK + 300)}")
    assert log.verdict() == f"OPENING {BLOCK + 300}"
    tamper("DELETE FROM audit_node WHERE level = 12 AND idx = 0")
    assert log.verdict() == "NODE_MISMATCH 12 0"
    tamper(f"DELETE FROM audit_leaf WHERE idx = {BLOCK + 5}")
    assert log.verdict() == f"MISSING {BLOCK + 5}"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("UPDATE audit_leaf SET idx = 4.5 WHERE idx = 5", "MISSING 5"),
        ("UPDATE audit_node SET idx = 1.5 WHERE level = 1 AND idx = 2", "NODE_MISMATCH 1 2"),
        ("UPDATE audit_node SET level = 1.5 WHERE level = 1 AND idx = 2", "NODE_MISMATCH 1 2"),
        ("INSERT INTO audit_node SELECT 1, 1.5, hash FROM audit_node LIMIT 1", "NODE_MISMATCH 1 1.5"),
        ("INSERT INTO audit_node SELECT 1.5, 2, hash FROM audit_node LIMIT 1", "NODE_MISMATCH 1.5 2"),
        ("UPDATE audit_head SET size = 'text'", "UNREADABLE"),
        ("UPDATE audit_head SET size = x'0b'", "UNREADABLE"),
        ("UPDATE audit_checkpoint SET note = CAST(note AS BLOB)", "UNREADABLE"),
    ],
)
def test_what_sqlite_keeps_in_a_column_of_another_kind_has_its_verdict(log: SignedLog, change: str, line: str) -> None:
    tamper(UNCHECKED, change, CHECKED)

    assert log.verdict() == line


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_head SET size = 'text'",
        "UPDATE audit_checkpoint SET size = x'0b'",
        "UPDATE audit_checkpoint SET made_at = 7",
        "UPDATE audit_checkpoint SET note = CAST(CAST(note AS BLOB) || x'ff' AS TEXT)",
        "UPDATE audit_event SET leaf = CAST(x'ff' AS TEXT)",
    ],
)
def test_nothing_is_signed_over_what_cannot_be_read_as_a_log(log: SignedLog, change: str) -> None:
    committed_events(1)
    tamper(UNCHECKED, change, CHECKED)

    with pytest.raises(audit.WillNotSign, match="cannot be read as a log"):
        log.sign()
    assert len(log.anchor.notes()) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_checkpoint SET note = CAST(x'ff' AS TEXT)",
        "UPDATE audit_checkpoint SET note = 'no checkpoint'",
        "INSERT INTO audit_checkpoint SELECT size + 1, 'no checkpoint', made_at FROM audit_checkpoint",
    ],
)
def test_nothing_is_signed_where_the_place_of_a_checkpoint_is_taken(log: SignedLog, change: str) -> None:
    committed_events(1)
    tamper(change)

    with pytest.raises(audit.WillNotSign, match="no checkpoint of this log"):
        log.sign()
    assert len(log.anchor.notes()) == 1
