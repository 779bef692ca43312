"""Verifying the whole log: every leaf from its bytes, every node, every opening, every checkpoint, every anchor.

Nothing that is compared is trusted: hashes are made again from the stored bytes, and what was signed is read from
the anchor as well as from the database. Nothing is written. The first finding ends it.
"""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.audit.anchors import AnchorUnreadable, FileAnchor
from app.audit.models import AuditCheckpoint, AuditEvent, AuditHead, AuditLeaf
from app.audit.streams import Stored
from app.audit.verdicts import Finding, Found, Verdict
from app.core.db import session
from app.tlog.commitments import Opening
from app.tlog.encoding import from_base64, read_json, to_base64
from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import Checkpoint, VerifierKey, open_checkpoint
from app.tlog.tree import RightEdge, hash_leaf

LONGEST_UNANCHORED = timedelta(hours=24)


@dataclass
class _Signed:
    """What was signed: roots by size, and how far the anchors reach."""

    roots: dict[int, bytes] = field(default_factory=dict)
    anchored: int = 0

    def add(self, checkpoint: Checkpoint) -> None:
        if self.roots.setdefault(checkpoint.size, checkpoint.root) != checkpoint.root:
            raise Found(Finding.FORKED, checkpoint.size, says="Two different logs of this size were signed.")

    @property
    def size(self) -> int:
        return max(self.roots, default=0)


@dataclass
class _Openings:
    """Which openings are gone, and which erasures account for them."""

    absent: dict[str, tuple[int, set[str]]] = field(default_factory=dict)
    erased: dict[str, set[str]] = field(default_factory=dict)
    erasures: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(parts) for _, parts in self.absent.values())


def verify(*, key: VerifierKey, anchor: FileAnchor, at: datetime) -> Verdict:
    """Examine everything in one view of the database; `at` is the time now.

    Ends the session's read transaction; raises RuntimeError inside a writing one.
    """
    if session.info.get("writing"):
        raise RuntimeError("only what is committed can be verified")
    try:
        signed = _read_signed(key, anchor)
        _begin_snapshot()
        _add_stored(signed, key)
        return _verify(signed, at)
    except Found as found:
        return found.verdict
    except (SQLAlchemyError, AnchorUnreadable, Malformed) as error:
        return Verdict(Finding.UNREADABLE, (), f"{type(error).__name__}: {error}")
    finally:
        session.rollback()


def _verify(signed: _Signed, at: datetime) -> Verdict:
    openings = _Openings()
    with closing(Stored()) as stored:
        growing = _walk(signed, openings, stored)
        _check_end(growing.size, signed)
        if extra := stored.find_next_node():
            raise Found(Finding.NODE_MISMATCH, *extra, says="A node is stored that covers no entries.")
    _check_erasures(openings)
    _check_anchored(growing.size, signed, at)
    erasures = f", by events {', '.join(map(str, openings.erasures))}" if openings.erasures else ""
    return Verdict(
        Finding.OK,
        (growing.size, to_base64(growing.root())),
        f"{growing.size} entries, {signed.anchored} of them anchored; {openings.count} openings erased{erasures}.",
    )


def _read_signed(key: VerifierKey, anchor: FileAnchor) -> _Signed:
    signed = _Signed()
    for note in anchor.notes():
        signed.add(_open(note, key, "the anchor"))
    signed.anchored = signed.size
    return signed


def _add_stored(signed: _Signed, key: VerifierKey) -> None:
    for size, note in session.execute(select(AuditCheckpoint.size, AuditCheckpoint.note)):
        checkpoint = _open(note, key, "the database")
        if checkpoint.size != size:
            raise Found(Finding.UNREADABLE, says=f"The checkpoint stored for size {size} is of {checkpoint.size}.")
        signed.add(checkpoint)


def _open(note: str, key: VerifierKey, place: str) -> Checkpoint:
    try:
        return open_checkpoint(note, key)
    except (Malformed, NotVerified) as error:
        raise Found(Finding.UNREADABLE, says=f"A checkpoint in {place} is not ours: {error}.") from error


def _begin_snapshot() -> None:
    """One view of everything, while others go on writing. SQLite's read transactions are that already."""
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _walk(signed: _Signed, openings: _Openings, stored: Stored) -> RightEdge:
    growing = RightEdge(0, {})
    for idx, event_id, leaf, leaf_hash in stored.entries():
        if idx != growing.size or leaf is None:
            raise Found(Finding.MISSING, growing.size, says="An entry was removed.")
        entry = _read_entry(idx, event_id, leaf, leaf_hash)
        for node, made in growing.append(leaf_hash):
            if stored.next_node(node.level) != (node.idx, made):
                raise Found(Finding.NODE_MISMATCH, *node, says="A stored node is not the hash of what is under it.")
        if growing.size in signed.roots and signed.roots[growing.size] != growing.root():
            raise Found(Finding.FORKED, growing.size, says="The log is not the one that was signed at this size.")
        _check_openings(idx, entry, stored.openings_of(idx), openings)
    return growing


def _read_entry(idx: int, event_id: str, leaf: bytes, leaf_hash: bytes) -> dict[str, Any]:
    if hash_leaf(leaf) != leaf_hash:
        raise Found(Finding.TAMPERED, idx, says="The entry's bytes were changed after it was recorded.")
    entry: dict[str, Any] = read_json(leaf)
    match entry:
        case {"id": str(written), "action": str(), "subject": str(), "at": str(), "c": dict()}:
            if written == event_id:
                return entry
            raise Found(Finding.TAMPERED, idx, says="The entry stands under another event's id.")
    raise Found(Finding.UNREADABLE, says=f"Entry {idx} is no audit event.")


def _check_openings(idx: int, entry: dict[str, Any], found: list[Opening], openings: _Openings) -> None:
    for opening in found:
        commitment = entry["c"].get(opening.part)
        if commitment is None or not opening.opens(from_base64(commitment)):
            raise Found(Finding.OPENING, idx, says=f"{opening.part!r} is not what was recorded.")
    if missing := entry["c"].keys() - {opening.part for opening in found}:
        openings.absent[f"event:{entry['id']}"] = (idx, missing)
    if entry["action"] == "opening.erased":
        openings.erasures.append(idx)
        said = {opening.part: opening.said for opening in found}
        match said.get("parts"):
            case [*parts]:
                openings.erased.setdefault(entry["subject"], set()).update(map(str, parts))


def _check_erasures(openings: _Openings) -> None:
    for name, (idx, parts) in openings.absent.items():
        if parts - openings.erased.get(name, set()):
            raise Found(Finding.OPENING, idx, says="What the entry says was removed, and no erasure accounts for it.")


def _check_end(size: int, signed: _Signed) -> None:
    head = session.execute(select(AuditHead.size)).scalar_one()
    if min(size, head) < signed.size:
        raise Found(Finding.TRUNCATED, min(size, head), signed.size, says="The log's newest entries were removed.")
    if size != head:
        raise Found(Finding.MISSING, min(size, head), says=f"The head counts {head} entries, there are {size}.")
    outside = select(AuditEvent.id).where(~select(AuditLeaf.idx).where(AuditLeaf.event_id == AuditEvent.id).exists())
    if session.scalar(outside.limit(1)):
        raise Found(Finding.MISSING, size, says="An event is recorded that has no place in the log.")


def _check_anchored(size: int, signed: _Signed, at: datetime) -> None:
    if size == signed.anchored:
        return
    first = select(AuditEvent.leaf).join(AuditLeaf).where(AuditLeaf.idx == signed.anchored)
    since = str(read_json(session.execute(first).scalar_one())["at"])
    if signed.anchored == 0 or at - datetime.fromisoformat(since) > LONGEST_UNANCHORED:
        raise Found(Finding.UNANCHORED, since, says="No anchor covers the entries since then. Is the worker running?")
