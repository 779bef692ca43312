"""Signing: committed rows only, into the anchor first, and never over a log that does not continue the last one."""

import multiprocessing
import stat
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import audit
from app.audit.models import AuditAnchor, AuditCheckpoint
from app.core.db import session, transaction
from app.tlog.note import SignerKey, open_checkpoint
from tests.audit.builders import an_event, committed_events
from tests.audit.log import ORIGIN, SignedLog, tamper


@pytest.fixture
def log(app: Flask, tmp_path: Path) -> SignedLog:
    return SignedLog(tmp_path)


@pytest.mark.both_databases
def test_what_is_committed_is_signed_into_the_anchor_and_stored(log: SignedLog) -> None:
    committed_events(5)
    first = log.sign()
    committed_events(8)
    second = log.sign()

    assert log.anchor.notes() == [first, second]
    assert [open_checkpoint(note, log.key.verifier).size for note in log.anchor.notes()] == [5, 13]
    assert session.scalars(select(AuditCheckpoint.note).order_by(AuditCheckpoint.size)).all() == [first, second]
    assert session.scalars(select(AuditAnchor.size).order_by(AuditAnchor.size)).all() == [5, 13]


def test_nothing_is_signed_when_nothing_was_added(log: SignedLog) -> None:
    assert log.sign() is None
    committed_events(2)
    assert log.sign() is not None
    assert log.sign() is None
    assert len(log.anchor.notes()) == 1


def test_uncommitted_rows_are_never_signed(log: SignedLog) -> None:
    with transaction():
        an_event()
        with pytest.raises(RuntimeError, match="only committed rows"):
            log.sign()


def test_a_crash_between_anchor_and_database_is_made_good(log: SignedLog) -> None:
    committed_events(3)
    note = log.sign()
    tamper("DELETE FROM audit_anchor", "DELETE FROM audit_checkpoint")

    assert log.sign() is None
    assert session.scalars(select(AuditCheckpoint.note)).all() == [note]
    assert log.verdict().startswith("OK 3")


def test_an_unfinished_write_is_cut_off_and_signing_goes_on(log: SignedLog) -> None:
    committed_events(1)
    first = log.sign()
    committed_events(1)
    for torn in (f"{ORIGIN}\n2", f"{ORIGIN}\n2\nAAAA\n\n\u2014 {ORIGIN} AAAA"):
        with log.anchor.path.open("a") as file:
            file.write(torn)
        assert log.anchor.notes() == [first]
    second = log.sign()

    assert log.anchor.path.read_text() == f"{first}\n{second}\n"


A_NODE = "(SELECT hash FROM audit_node WHERE level = 2 AND idx = 0)"
ENTRY_7 = "(SELECT event_id FROM audit_leaf WHERE idx = 7)"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (["DELETE FROM audit_leaf WHERE idx >= 3", "UPDATE audit_head SET size = 3"], "its tail was cut"),
        (["UPDATE audit_head SET size = 3"], "its tail was cut"),
        ([f"UPDATE audit_node SET hash = {A_NODE} WHERE level = 1 AND idx = 2"], "are not those"),
        (["DELETE FROM audit_node WHERE level = 2 AND idx = 0"], "Node 0 of level 2 is missing"),
        ([f"UPDATE audit_event SET leaf = leaf_hash WHERE id = {ENTRY_7}"], "Entry 7 was changed"),
        (["DELETE FROM audit_leaf WHERE idx = 8"], "Entry 8 is missing"),
        (["DELETE FROM audit_leaf WHERE idx = 7"], "Entry 7 is missing"),
        ([f"UPDATE audit_node SET hash = {A_NODE} WHERE level = 1 AND idx = 3"], "does not continue"),
    ],
)
def test_a_log_that_was_tampered_with_is_not_signed(log: SignedLog, changes: list[str], reason: str) -> None:
    committed_events(6)
    log.sign()
    committed_events(3)
    tamper(*changes)

    with pytest.raises(audit.WillNotSign, match=reason):
        log.sign()
    assert len(log.anchor.notes()) == 1


def test_an_anchor_that_lost_a_checkpoint_stops_the_signing(log: SignedLog) -> None:
    committed_events(2)
    first = log.sign()
    committed_events(2)
    log.sign()
    for left, held in ((f"{first}\n", 2), ("", 0)):
        log.anchor.path.write_text(left)
        with pytest.raises(audit.WillNotSign, match=f"ends at size {held}"):
            log.sign()


def test_an_anchor_of_another_key_stops_the_signing(log: SignedLog) -> None:
    committed_events(1)
    log.sign()
    log.key = SignerKey.generate(ORIGIN)

    with pytest.raises(audit.WillNotSign, match="not ours"):
        log.sign()


def hold_the_anchor(path: Path, held: Event, done: Event) -> None:
    with audit.FileAnchor(path).held():
        held.set()
        done.wait(30)


def test_two_processes_never_sign_at_once(log: SignedLog) -> None:
    committed_events(1)
    spawn = multiprocessing.get_context("spawn")
    held, done = spawn.Event(), spawn.Event()
    other = spawn.Process(target=hold_the_anchor, args=(log.anchor.path, held, done))
    other.start()
    assert held.wait(30)

    with pytest.raises(audit.AnchorBusy):
        log.sign()

    done.set()
    other.join(30)
    assert log.sign() is not None


def test_a_key_file_is_for_its_owner_only_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "audit.key"
    verifier = audit.make_key_file(path=path, origin=ORIGIN)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert audit.read_key_file(path=path, origin=ORIGIN).verifier == verifier
    with pytest.raises(audit.BadKeyFile, match="never overwritten"):
        audit.make_key_file(path=path, origin=ORIGIN)


def test_a_key_that_cannot_be_used_is_refused_without_showing_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    with pytest.raises(audit.BadKeyFile, match="FileNotFoundError"):
        audit.read_key_file(path=path, origin=ORIGIN)
    path.write_text("PRIVATE+KEY+secret")
    with pytest.raises(audit.BadKeyFile, match="Malformed"):
        audit.read_key_file(path=path, origin=ORIGIN)
    path.write_text(SignerKey.generate("portal.example/audit/2").export())
    with pytest.raises(audit.BadKeyFile, match="the key of portal"):
        audit.read_key_file(path=path, origin=ORIGIN)
