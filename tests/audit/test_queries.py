"""Reading the log: who is named, receipts, record marks."""

from pathlib import Path

import pytest
from flask import Flask

from app import audit
from app.core.db import transaction
from app.tlog.encoding import to_base64
from app.tlog.note import open_checkpoint
from app.tlog.proof import verify_consistency
from app.tlog.receipt import check_receipt
from tests.audit.builders import AT, Thing, an_event, committed_events
from tests.audit.log import SignedLog


@pytest.fixture
def log(app: Flask, tmp_path: Path) -> SignedLog:
    return SignedLog(tmp_path)


@pytest.mark.both_databases
def test_events_are_listed_newest_first_and_by_whom_they_name(app: Flask) -> None:
    grace, hugo, incident = Thing("person"), Thing("person"), Thing()
    with transaction():
        an_event()
        audit.record(action="incident.opened", actor=grace, subject=incident, at=AT)
        audit.record(action="session.ended", actor=hugo, subject=hugo, at=AT)
        audit.record(action="export.made", actor=hugo, subject=incident, at=AT, name=f'"actor":"{grace.audit_name}"')

    def listed(**which: object) -> list[int]:
        return [each.idx for each in audit.list_events(**which)]  # type: ignore[arg-type]  # one filter at a time

    assert listed() == [3, 2, 1, 0]
    assert listed(mentions=[grace.audit_name]) == [1]
    assert listed(mentions=[hugo.audit_name]) == [3, 2]
    assert listed(mentions=[grace.audit_name, incident.audit_name]) == [3, 1]
    assert listed(action="session.ended") == [2]
    assert listed(before=2, limit=1) == [1]


@pytest.mark.both_databases
def test_a_receipt_is_ready_once_a_checkpoint_covers_the_event(log: SignedLog) -> None:
    committed_events(3)
    log.sign()
    with transaction():
        event = audit.record(
            action="correction.acknowledged",
            actor=Thing("person"),
            subject=Thing(),
            at=AT,
            number="R-7Q2M",
            figures=["$1"],
        )
        assert audit.receipt_for(event) is None
    assert audit.receipt_for(event) is None
    log.sign()
    receipt = audit.receipt_for(event)
    committed_events(6)
    log.sign()

    for text in (receipt, audit.receipt_for(event)):
        assert text is not None
        checked = check_receipt(text.decode(), log.key.verifier)
        assert checked.index == audit.find_index(event) == 3
        assert checked.said == {"number": "R-7Q2M", "figures": ["$1"]}
        assert checked.entry == event.entry


@pytest.mark.both_databases
def test_every_entry_has_a_proof_that_keeps_to_itself_what_was_said(log: SignedLog) -> None:
    committed_events(7)
    log.sign()

    for idx in range(7):
        event = audit.find_event_at(idx)
        assert event is not None
        proof = audit.proof_for(event)
        assert proof is not None
        assert b"a test" not in proof
        assert check_receipt(proof.decode(), log.key.verifier).index == idx
    assert audit.find_event_at(7) is None


@pytest.mark.both_databases
def test_one_checkpoint_is_proven_to_continue_another(log: SignedLog) -> None:
    notes = []
    for count in (3, 5, 1):
        committed_events(count)
        notes.append(log.sign() or "")
    first, *later = [open_checkpoint(note, log.key.verifier) for note in notes]

    for other in later:
        path = audit.consistency_path(first.size, other.size)
        verify_consistency(old_size=3, old_root=first.root, size=other.size, root=other.root, path=path)


@pytest.mark.parametrize(("old", "new"), [(0, 2), (2, 1), (2, 3), (-1, 2)])
def test_sizes_the_log_never_had_have_no_proof(log: SignedLog, old: int, new: int) -> None:
    committed_events(2)

    with pytest.raises(ValueError, match=r"no consistency proof|has 2 entries"):
        audit.consistency_path(old, new)


def test_the_record_mark_is_size_and_root_of_the_newest_checkpoint(log: SignedLog) -> None:
    assert audit.record_mark() is None
    committed_events(4)
    log.sign()
    note = log.sign() or log.anchor.notes()[-1]

    assert audit.record_mark() == f"4 {to_base64(open_checkpoint(note, log.key.verifier).root)}"


def test_an_event_is_found_by_its_id(app: Flask) -> None:
    (event_id,) = committed_events(1)

    assert audit.get_event(event_id).audit_name == f"event:{event_id}"
