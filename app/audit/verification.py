"""Verifying the whole log: every leaf from its bytes, every node, every opening, every checkpoint, every anchor.

Nothing that is compared is trusted: hashes are made again from the stored bytes, and what was signed is read from
the anchor as well as from the database. Nothing is written. The first finding ends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.exc import SQLAlchemyError

from app.audit.anchors import AnchorUnreadable, FileAnchor
from app.audit.entries import Entries
from app.audit.models import AuditCheckpoint, AuditEvent, AuditHead, AuditLeaf
from app.audit.stored import Stored
from app.audit.verdicts import Finding, Found, Verdict
from app.audit.walking import Walk, Watch
from app.core.db import db, session
from app.core.text import plural
from app.tlog.encoding import read_json, to_base64
from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import Checkpoint, VerifierKey, open_checkpoint, read_unverified
from app.tlog.tree import RightEdge

LONGEST_UNANCHORED = timedelta(hours=24)


@dataclass
class _Signed:
    """What was signed: this log's roots by size, how far its anchor reaches, and the notes of logs it continues."""

    roots: dict[int, bytes] = field(default_factory=dict)
    anchored: int = 0
    earlier: list[str] = field(default_factory=list)

    def add(self, note: str, key: VerifierKey, place: str) -> Checkpoint:
        """Take in a note; one of another origin is kept until the log has said whose it is."""
        checkpoint = _read(note, place)
        if checkpoint.origin != key.name:
            self.earlier.append(note)
            return checkpoint
        checkpoint = _open(note, key, place)
        if self.roots.setdefault(checkpoint.size, checkpoint.root) != checkpoint.root:
            raise Found(Finding.FORKED, checkpoint.size, says="Two different logs of this size were signed.")
        return checkpoint

    @property
    def size(self) -> int:
        return max(self.roots, default=0)


def _unwatched(_: int) -> None:
    """Nobody asked how far it has come."""


def verify(*, key: VerifierKey, anchor: FileAnchor, at: datetime, watch: Watch = _unwatched) -> Verdict:
    """Examine everything in one view of the database; `at` is the time now, `watch` hears how far it has come.

    The view is a connection of its own, so that `watch` may write. Raises RuntimeError inside a writing transaction.
    """
    if session.info.get("writing"):
        raise RuntimeError("only what is committed can be verified")
    session.rollback()
    try:
        signed = _read_anchor(key, anchor)
        with db.engine.connect().execution_options(**_one_view()) as connection:
            _add_stored(signed, key, connection)
            verdict = _verify(signed, key, at, watch, connection)
            _check_held(signed, key, anchor, connection)
            return verdict
    except Found as found:
        return found.verdict
    except (SQLAlchemyError, db.engine.dialect.loaded_dbapi.Error, AnchorUnreadable, Malformed) as error:
        return Verdict(Finding.UNREADABLE, (), f"{type(error).__name__}: {error}")


def _one_view() -> dict[str, str]:
    """One view of everything, while others go on writing. SQLite's read transactions are that already."""
    return {"isolation_level": "REPEATABLE READ"} if db.engine.dialect.name == "postgresql" else {}


def _verify(signed: _Signed, key: VerifierKey, at: datetime, watch: Watch, connection: Connection) -> Verdict:
    entries = Entries()
    wanted = {_read(note, "the anchor").size for note in signed.earlier}
    walk = Walk(entries, signed.roots, wanted, watch)
    stored = Stored(connection)
    walk.over(stored)
    _check_end(walk.growing.size, signed, connection)
    if stray := stored.find_stray_node():
        raise Found(Finding.NODE_MISMATCH, *stray, says="A node is stored that covers no entries.")
    entries.finish()
    if entries.log not in ("", key.name):
        raise Found(Finding.UNREADABLE, says=f"The newest entries are of {entries.log}, not of {key.name}.")
    lost = _check_earlier(signed, entries, walk)
    _check_anchored(walk.growing.size, signed, at, connection)
    return _ok(walk.growing, signed, entries, lost)


def _ok(grown: RightEdge, signed: _Signed, entries: Entries, lost: str) -> Verdict:
    erasures = f", by events {', '.join(map(str, entries.erasures))}" if entries.erasures else ""
    says = (
        f"{grown.size} entries, {signed.anchored} of them anchored; {entries.count_erased} openings erased{erasures}."
    )
    return Verdict(Finding.OK, (grown.size, to_base64(grown.root())), says + lost)


def _read_anchor(key: VerifierKey, anchor: FileAnchor) -> _Signed:
    signed = _Signed()
    for note in anchor.notes():
        signed.add(note, key, "the anchor")
    signed.anchored = signed.size
    return signed


def _add_stored(signed: _Signed, key: VerifierKey, connection: Connection) -> None:
    for size, note, _ in _read_checkpoints(connection):
        if not isinstance(note, str):  # SQLite keeps bytes in a column of text
            raise Found(Finding.UNREADABLE, says=f"The checkpoint stored for size {size!r} is no text.")
        checkpoint = signed.add(note, key, "the database")
        if checkpoint.size != size:
            raise Found(Finding.UNREADABLE, says=f"The checkpoint stored for size {size} is of {checkpoint.size}.")


def _read_checkpoints(connection: Connection) -> Sequence[Row[int, str, datetime]]:
    """Size, note and time of each; a time that is none is met by whoever reads the checkpoint, so it is read too."""
    stored = select(AuditCheckpoint.size, AuditCheckpoint.note, AuditCheckpoint.made_at)
    try:
        return connection.execute(stored).all()
    except (TypeError, ValueError) as error:
        says = f"A checkpoint is stored with a time that is none: {error}."
        raise Found(Finding.UNREADABLE, says=says) from error


def _read(note: str, place: str) -> Checkpoint:
    try:
        return read_unverified(note)
    except Malformed as error:
        raise Found(Finding.UNREADABLE, says=f"What stands in {place} is no checkpoint: {error}.") from error


def _open(note: str, key: VerifierKey, place: str) -> Checkpoint:
    try:
        return open_checkpoint(note, key)
    except (Malformed, NotVerified) as error:
        raise Found(Finding.UNREADABLE, says=f"A checkpoint in {place} is not ours: {error}.") from error


def _check_earlier(signed: _Signed, entries: Entries, walk: Walk) -> str:
    """Notes of the logs that this one continues must be theirs and fit its prefix; what was lost since, in words."""
    lost = 0
    for note in signed.earlier:
        checkpoint = _read(note, "the anchor")
        key = next((key for key in entries.earlier if key.name == checkpoint.origin), None)
        if key is None:
            raise Found(Finding.UNREADABLE, says=f"A checkpoint is of {checkpoint.origin}, which this log never was.")
        _open(note, key, "the anchor")
        ended = entries.ended[checkpoint.origin]
        if checkpoint.size > ended:
            lost = max(lost, checkpoint.size - ended)
        elif walk.made[checkpoint.size] != checkpoint.root:
            raise Found(Finding.FORKED, checkpoint.size, says="The log is not the one that was signed at this size.")
    return f" {plural(lost, 'entry', 'entries')} of the log before it were lost with a restored copy." if lost else ""


def _check_end(size: int, signed: _Signed, connection: Connection) -> None:
    head = connection.execute(select(AuditHead.size)).scalar_one()
    if not isinstance(head, int):  # SQLite keeps text and bytes in a column of numbers
        raise Found(Finding.UNREADABLE, says=f"The head counts {head!r} entries, which is no number.")
    if min(size, head) < signed.size:
        raise Found(Finding.TRUNCATED, min(size, head), signed.size, says="The log's newest entries were removed.")
    if size != head:
        raise Found(Finding.MISSING, min(size, head), says=f"The head counts {head} entries, there are {size}.")
    if connection.execute(select(func.count()).select_from(AuditEvent)).scalar_one() != size:
        raise Found(Finding.MISSING, size, says="An event is recorded that has no place in the log.")


def _check_anchored(size: int, signed: _Signed, at: datetime, connection: Connection) -> None:
    if size == signed.anchored:
        return
    since = _at(signed.anchored, connection)
    if signed.anchored == 0 or at - datetime.fromisoformat(since) > LONGEST_UNANCHORED:
        raise Found(Finding.UNANCHORED, since, says="No anchor covers the entries since then. Is the worker running?")


def _check_held(signed: _Signed, key: VerifierKey, anchor: FileAnchor, connection: Connection) -> None:
    """A checkpoint is stored once the anchor holds it; only what was signed meanwhile is not in the first reading."""
    if signed.size > signed.anchored and _read_anchor(key, anchor).size < signed.size:
        says = f"A checkpoint of size {signed.size} was put into the anchor, and is not there any more."
        raise Found(Finding.UNANCHORED, _at(signed.anchored, connection), says=says)


def _at(idx: int, connection: Connection) -> str:
    """When the entry was recorded, as it says."""
    leaf = select(AuditEvent.leaf).join(AuditLeaf).where(AuditLeaf.idx == idx)
    return str(read_json(connection.execute(leaf).scalar_one())["at"])
