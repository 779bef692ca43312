"""Verifying: each way to tamper has its verdict."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app import audit
from app.audit import Finding
from app.audit.models import AuditEvent
from app.core.db import db, session, transaction
from app.tlog.note import Checkpoint
from app.tlog.tree import RightEdge, hash_leaf
from tests.audit.builders import AT, Thing, an_event, committed_events
from tests.audit.log import ORIGIN, SignedLog, tamper

EVENT_7 = "(SELECT event_id FROM audit_leaf WHERE idx = 7)"


@pytest.fixture
def log(app: Flask, tmp_path: Path) -> SignedLog:
    """Eleven entries, the first six of them anchored."""
    log = SignedLog(tmp_path)
    committed_events(6)
    log.sign()
    committed_events(5)
    return log


@pytest.mark.both_databases
def test_an_untouched_log_is_ok(log: SignedLog) -> None:
    verdict = log.verify()

    assert verdict.line.startswith("OK 11 ")
    assert verdict.exit_code == 0
    assert "0 openings erased" in verdict.says


def test_an_empty_log_is_ok(app: Flask, tmp_path: Path) -> None:
    assert SignedLog(tmp_path).verdict().startswith("OK 0 ")


def sql_bytes(data: bytes) -> str:
    return f"x'{data.hex()}'" if session.get_bind().dialect.name == "sqlite" else f"'\\x{data.hex()}'::bytea"


def rewrite_entry_7() -> bytes:
    event = audit.find_event_at(7)
    assert event is not None
    return event.leaf.replace(b"staff.disabled", b"staff.created")


def edited_leaf() -> list[str]:
    return [f"UPDATE audit_event SET leaf = {sql_bytes(rewrite_entry_7())} WHERE id = {EVENT_7}"]


def edited_leaf_with_its_hash() -> list[str]:
    leaf = rewrite_entry_7()
    changed = f"leaf = {sql_bytes(leaf)}, leaf_hash = {sql_bytes(hash_leaf(leaf))}"
    return [f"UPDATE audit_event SET {changed} WHERE id = {EVENT_7}"]


def removed_entry() -> list[str]:
    return ["DELETE FROM audit_leaf WHERE idx = 7"]


def removed_event() -> list[str]:
    return [f"DELETE FROM audit_opening WHERE event_id = {EVENT_7}", f"DELETE FROM audit_event WHERE id = {EVENT_7}"]


def swapped_entries() -> list[str]:
    ids = [event.id for event in map(audit.find_event_at, (7, 8)) if event]
    return [
        f"DELETE FROM audit_leaf WHERE event_id IN ('{ids[0]}', '{ids[1]}')",
        f"INSERT INTO audit_leaf (idx, event_id) VALUES (7, '{ids[1]}'), (8, '{ids[0]}')",
    ]


def cut_tail() -> list[str]:
    return ["DELETE FROM audit_leaf WHERE idx >= 4", "UPDATE audit_head SET size = 4"]


def cut_tail_cleanly() -> list[str]:
    return [
        *cut_tail(),
        "DELETE FROM audit_opening WHERE event_id NOT IN (SELECT event_id FROM audit_leaf)",
        "DELETE FROM audit_event WHERE id NOT IN (SELECT event_id FROM audit_leaf)",
        "DELETE FROM audit_node WHERE (level, idx) NOT IN (VALUES (1, 0), (1, 1), (2, 0))",
        "DELETE FROM audit_anchor",
        "DELETE FROM audit_checkpoint",
    ]


def cut_unanchored_tail() -> list[str]:
    return ["DELETE FROM audit_leaf WHERE idx >= 8", "UPDATE audit_head SET size = 8"]


def set_head_back() -> list[str]:
    return ["UPDATE audit_head SET size = 9"]


def set_head_behind_anchor() -> list[str]:
    return ["UPDATE audit_head SET size = 5"]


def set_head_forward() -> list[str]:
    return ["UPDATE audit_head SET size = 12"]


def removed_node() -> list[str]:
    return ["DELETE FROM audit_node WHERE level = 1 AND idx = 3"]


def changed_node() -> list[str]:
    return ["UPDATE audit_node SET hash = (SELECT leaf_hash FROM audit_event LIMIT 1) WHERE level = 2 AND idx = 1"]


def extra_node() -> list[str]:
    return ["INSERT INTO audit_node (level, idx, hash) SELECT 1, 5, leaf_hash FROM audit_event LIMIT 1"]


def extra_level() -> list[str]:
    return ["INSERT INTO audit_node (level, idx, hash) SELECT 4, 0, leaf_hash FROM audit_event LIMIT 1"]


def changed_opening() -> list[str]:
    return [f"UPDATE audit_opening SET value = {sql_bytes(b'1')} WHERE event_id = {EVENT_7}"]


def changed_salt() -> list[str]:
    return [f"UPDATE audit_opening SET salt = {sql_bytes(b's' * 32)} WHERE event_id = {EVENT_7}"]


def added_opening() -> list[str]:
    of_entry_7 = f"FROM audit_opening WHERE event_id = {EVENT_7}"
    return [f"INSERT INTO audit_opening SELECT event_id, 'note', salt, value {of_entry_7}"]


def removed_opening() -> list[str]:
    return [f"DELETE FROM audit_opening WHERE event_id = {EVENT_7}"]


def foreign_checkpoint() -> list[str]:
    return ["UPDATE audit_checkpoint SET note = replace(note, 'portal.example/audit/1', 'portal.example/audit/9')"]


def misplaced_checkpoint() -> list[str]:
    return ["DELETE FROM audit_anchor", "UPDATE audit_checkpoint SET size = 5"]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("tampering", "line", "exit_code"),
    [
        (edited_leaf, "TAMPERED 7", 10),
        (edited_leaf_with_its_hash, "NODE_MISMATCH 1 3", 12),
        (removed_entry, "MISSING 7", 11),
        (removed_event, "MISSING 7", 11),
        (swapped_entries, "NODE_MISMATCH 1 3", 12),
        (cut_tail, "TRUNCATED 4 6", 13),
        (cut_tail_cleanly, "TRUNCATED 4 6", 13),
        (cut_unanchored_tail, "MISSING 8", 11),
        (set_head_back, "MISSING 9", 11),
        (set_head_behind_anchor, "TRUNCATED 5 6", 13),
        (set_head_forward, "MISSING 11", 11),
        (removed_node, "NODE_MISMATCH 1 3", 12),
        (changed_node, "NODE_MISMATCH 2 1", 12),
        (extra_node, "NODE_MISMATCH 1 5", 12),
        (extra_level, "NODE_MISMATCH 4 0", 12),
        (changed_opening, "OPENING 7", 17),
        (changed_salt, "OPENING 7", 17),
        (added_opening, "OPENING 7", 17),
        (removed_opening, "OPENING 7", 17),
        (foreign_checkpoint, "UNREADABLE", 16),
        (misplaced_checkpoint, "UNREADABLE", 16),
    ],
)
def test_each_way_to_tamper_has_its_verdict(
    log: SignedLog, tampering: Callable[[], list[str]], line: str, exit_code: int
) -> None:
    tamper(*tampering())

    verdict = log.verify()

    assert (verdict.line, verdict.exit_code) == (line, exit_code)


@pytest.mark.both_databases
def test_a_log_rewritten_from_end_to_end_is_seen_by_the_anchor(log: SignedLog) -> None:
    tamper(
        "DELETE FROM audit_anchor",
        "DELETE FROM audit_checkpoint",
        "DELETE FROM audit_node",
        "DELETE FROM audit_leaf",
        "DELETE FROM audit_opening",
        "DELETE FROM audit_event",
        "UPDATE audit_head SET size = 0",
    )
    committed_events(11)

    assert log.verify().line == "FORKED 6"
    assert log.verify().exit_code == 14
    with pytest.raises(audit.WillNotSign, match="not those"):
        log.sign()


def test_two_signed_logs_of_one_size_are_a_fork(log: SignedLog) -> None:
    other = log.key.sign(Checkpoint(ORIGIN, 6, b"r" * 32).text)
    log.anchor.append(other)

    assert log.verdict() == "FORKED 6"


def test_a_log_that_no_anchor_holds_is_unanchored(app: Flask, tmp_path: Path) -> None:
    log = SignedLog(tmp_path)
    committed_events(2)

    assert log.verify().line == "UNANCHORED 2026-11-22T15:00:00.000000Z"
    assert log.verify().exit_code == 15


def test_an_entry_may_wait_a_day_for_its_anchor(log: SignedLog) -> None:
    assert log.verify(after=timedelta(hours=24)).finding is Finding.OK
    assert log.verify(after=timedelta(hours=24, seconds=1)).line == "UNANCHORED 2026-11-22T15:00:00.000000Z"
    log.sign()
    assert log.verify(after=timedelta(days=400)).finding is Finding.OK


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (f"UPDATE audit_event SET leaf = CAST(leaf AS TEXT) WHERE id = {EVENT_7}", "TAMPERED 7"),
        (f"UPDATE audit_event SET leaf_hash = '{'x' * 32}' WHERE id = {EVENT_7}", "TAMPERED 7"),
        (f"UPDATE audit_opening SET value = CAST(value AS TEXT) WHERE event_id = {EVENT_7}", "OPENING 7"),
        (f"UPDATE audit_opening SET salt = '{'x' * 32}' WHERE event_id = {EVENT_7}", "OPENING 7"),
        (f"UPDATE audit_node SET hash = '{'x' * 32}' WHERE level = 1 AND idx = 3", "NODE_MISMATCH 1 3"),
    ],
)
def test_text_where_bytes_belong_has_its_verdict_too(log: SignedLog, statement: str, expected: str) -> None:
    tamper(statement)

    assert log.verdict().startswith(expected)


@pytest.mark.parametrize("lost", ["last line", "whole note"])
def test_an_anchor_that_lost_what_was_put_into_it_is_seen_at_once(log: SignedLog, lost: str) -> None:
    log.sign()
    held = log.anchor.path.read_bytes()
    log.anchor.path.write_bytes(held[:-1] + b"*" if lost == "last line" else held[: len(held) // 2])

    assert log.verify().line == "UNANCHORED 2026-11-22T15:00:00.000000Z"
    assert "was put into the anchor" in log.verify().says


@pytest.mark.parametrize("garbage", ["what is this\n\nand this\n\n", "\ud800"])
def test_an_anchor_that_cannot_be_read_is_unreadable(log: SignedLog, garbage: str) -> None:
    log.anchor.path.write_bytes(garbage.encode(errors="surrogatepass"))

    assert log.verify().line == "UNREADABLE"
    assert log.verify().exit_code == 16


def test_a_database_without_its_tables_is_unreadable(log: SignedLog) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE audit_opening"))

    assert log.verify().line == "UNREADABLE"


def test_another_key_makes_the_anchor_unreadable(log: SignedLog, tmp_path: Path) -> None:
    stranger = audit.make_key_file(path=tmp_path / "other.key", origin=ORIGIN)

    assert audit.verify(key=stranger, anchor=log.anchor, at=AT).line == "UNREADABLE"


@pytest.mark.both_databases
def test_an_erased_opening_is_ok_once_the_log_says_so(log: SignedLog) -> None:
    with transaction():
        event = an_event(reason="what a person asked to have forgotten")
        name = event.audit_name
    with transaction():
        session.execute(text("DELETE FROM audit_opening WHERE event_id = :id"), {"id": name.removeprefix("event:")})
        erased = Thing()
        erased.audit_name = name
        audit.record(
            action="opening.erased", actor=Thing("person"), subject=erased, at=AT, parts=["reason"], reason="asked"
        )

    verdict = log.verify()

    assert verdict.finding is Finding.OK
    assert "1 openings erased, by events 12" in verdict.says


def test_an_erasure_accounts_only_for_the_parts_it_names(log: SignedLog) -> None:
    with transaction():
        event = audit.record(
            action="proposal.approved", actor=Thing("person"), subject=Thing(), at=AT, role="legal", note="why"
        )
        erased = Thing()
        erased.audit_name = event.audit_name
        audit.record(action="opening.erased", actor=Thing("person"), subject=erased, at=AT, parts=["note"], reason="-")
    with transaction():
        session.execute(text("DELETE FROM audit_opening WHERE event_id = :id"), {"id": event.id})

    assert log.verdict() == "OPENING 11"


def test_verifying_writes_nothing_and_not_inside_a_transaction(log: SignedLog) -> None:
    with transaction(), pytest.raises(RuntimeError, match="only what is committed"):
        log.verify()


def test_the_tree_of_a_large_log_is_followed_batch_by_batch(app: Flask, tmp_path: Path) -> None:
    log = SignedLog(tmp_path)
    with transaction():
        for _ in range(4500):
            an_event()
    log.sign()
    growing = RightEdge(0, {})
    for event in session.query(AuditEvent).order_by(AuditEvent.id):
        growing.append(event.leaf_hash)

    assert log.verify().finding is Finding.OK
    assert growing.size == 4500


@pytest.mark.parametrize("line_break", [b"\n", b" "])
def test_an_entry_that_is_not_written_as_ours_are_is_read_not_guessed(
    app: Flask, tmp_path: Path, line_break: bytes
) -> None:
    log = SignedLog(tmp_path)
    committed_events(2)
    event = audit.find_event_at(1)
    assert event is not None
    leaf = event.leaf.replace(b"{", b'{"log":"portal.example/audit/9",' + line_break, 1)
    changed = f"leaf = {sql_bytes(leaf)}, leaf_hash = {sql_bytes(hash_leaf(leaf))}"
    tamper(
        f"UPDATE audit_event SET {changed} WHERE id = '{event.id}'",
        "DELETE FROM audit_node",
    )
    with db.engine.begin() as connection:
        edge = RightEdge(0, {})
        edge.append(connection.execute(text("SELECT leaf_hash FROM audit_event ORDER BY id LIMIT 1")).scalar_one())
        ((_, made),) = edge.append(hash_leaf(leaf))
        connection.execute(text("INSERT INTO audit_node VALUES (1, 0, :made)"), {"made": made})
    log.sign()

    assert log.verdict() == "UNREADABLE"
