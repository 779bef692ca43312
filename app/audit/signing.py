"""Signing checkpoints: the worker's work, and nobody else's. See `app.audit.anchors` for where they go.

A checkpoint is signed over committed rows only, and only if it continues everything that was signed before.
"""

import os
import sqlite3
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.audit.anchors import FileAnchor
from app.audit.models import AuditAnchor, AuditCheckpoint, AuditEvent, AuditLeaf
from app.audit.queries import BrokenTree, consistency_path, find_newest_checkpoint, list_events, load_nodes, log_size
from app.core.db import session, transaction
from app.core.errors import DomainError
from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import Checkpoint, SignerKey, VerifierKey, open_checkpoint
from app.tlog.proof import verify_consistency
from app.tlog.tree import RightEdge, cover_range, hash_leaf

BATCH = 1000


class WillNotSign(DomainError):
    """The log is not a continuation of what was signed before; somebody must look."""


class BadKeyFile(DomainError):
    """The signing key cannot be used."""


def make_key_file(*, path: Path, origin: str) -> VerifierKey:
    """Make a signing key for the log of this name, in a file that only its owner may read; returns its public half.

    Raises BadKeyFile when the file is there already: a key is never overwritten.
    """
    key = SignerKey.generate(origin)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BadKeyFile(f"{path} exists already. A signing key is never overwritten; move it away first.") from error
    with os.fdopen(handle, "w") as file:
        file.write(key.export() + "\n")
    return key.verifier


def read_key_file(*, path: Path, origin: str) -> SignerKey:
    """The signing key of the log of this name. Raises BadKeyFile."""
    try:
        key = SignerKey.parse(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise BadKeyFile(f"{path} holds no signing key that this process can read ({type(error).__name__}).") from error
    if key.name != origin:
        raise BadKeyFile(f"{path} is the key of {key.name}, but this log is {origin}. Set AUDIT_ORIGIN or the key.")
    return key


def find_verifier(*, vkey: str | None, key_file: Path | None, origin: str) -> VerifierKey | None:
    """The pinned key, else the public half of the signing key where there is one to read. Raises BadKeyFile."""
    if vkey:
        try:
            return VerifierKey.parse(vkey)
        except Malformed as error:
            raise BadKeyFile(f"AUDIT_VKEY: {error}.") from error
    if key_file is None or not key_file.exists():
        return None
    return read_key_file(path=key_file, origin=origin).verifier


def sign_checkpoint(*, key: SignerKey, anchor: FileAnchor, at: datetime) -> str | None:
    """Sign what was committed since the anchor's newest checkpoint; the signed note, or None when nothing was.

    The note is on the anchor's disk before the database hears of it. Runs a transaction of its own at the end.
    Raises WillNotSign, AnchorBusy, AnchorUnreadable; RuntimeError inside an open transaction.
    """
    if session.info.get("writing"):
        raise RuntimeError("only committed rows are signed")
    with anchor.held():
        anchored = _anchored(anchor, key.name)
        before = _newest(anchored, key.verifier)
        stored, now = _examine(before, key.name)
        _check_places({now.size, before.size if before else 0} - {stored.size if stored else 0})
        if before and now.size == before.size and (stored is None or stored.size < before.size):
            _store(anchored[-1], before.size, "found", anchor.sink, at)
        if now.size == (before.size if before else 0):
            return None
        note = key.sign(Checkpoint(key.name, now.size, now.root()).text)
        _store(note, now.size, f"byte {anchor.append(note)}", anchor.sink, at)
        return note


def _examine(before: Checkpoint | None, origin: str) -> tuple[AuditCheckpoint | None, RightEdge]:
    """The newest stored checkpoint and the committed tree, in a view of the database younger than that of the anchor.

    SQLite keeps any kind of value in any column; what is not of its column's kind cannot even be compared.
    """
    session.rollback()
    try:
        stored = find_newest_checkpoint(origin)
        _compare_with_stored(before, stored)
        return stored, _continue(before)
    except (TypeError, ValueError) as error:
        raise WillNotSign(f"What is stored cannot be read as a log: {error}.") from error
    except OperationalError as error:
        if not _comes_from_text(error):
            raise
        raise WillNotSign("What is stored cannot be read as a log: it holds text that is not UTF-8.") from error


def _comes_from_text(error: OperationalError) -> bool:
    """SQLite gives its errors a code. One without is its driver's own: it has read text that it cannot decode."""
    return isinstance(error.orig, sqlite3.OperationalError) and not hasattr(error.orig, "sqlite_errorcode")


def _check_places(sizes: set[int]) -> None:
    """Nothing may stand where a checkpoint is going to be: if it were one, it would have been found."""
    taken = session.scalar(select(AuditCheckpoint.size).where(AuditCheckpoint.size.in_(sizes)).limit(1))
    if taken is not None:
        raise WillNotSign(f"What is stored for size {taken} is no checkpoint of this log.")


def _anchored(anchor: FileAnchor, origin: str) -> list[str]:
    """The notes of this log. What stands before them must be of a log that it continues, which verifying judges."""
    notes = anchor.notes()
    if notes and not notes[-1].startswith(f"{origin}\n") and not _continues():
        raise WillNotSign("The newest checkpoint in the anchor is not ours: it is of another log.")
    return [note for note in notes if note.startswith(f"{origin}\n")]


def _continues() -> bool:
    """Whether the log says that it continues another."""
    return bool(list_events(action="log.continued", limit=1))


def _newest(notes: list[str], key: VerifierKey) -> Checkpoint | None:
    if not notes:
        return None
    try:
        return open_checkpoint(notes[-1], key)
    except (Malformed, NotVerified) as error:
        raise WillNotSign(f"The newest checkpoint in the anchor is not ours: {error}.") from error


def _compare_with_stored(anchored: Checkpoint | None, stored: AuditCheckpoint | None) -> None:
    """What the database saw anchored must still be in the anchor."""
    if stored is not None and (anchored is None or anchored.size < stored.size):
        held = anchored.size if anchored else 0
        raise WillNotSign(f"The anchor ends at size {held}, but a checkpoint of size {stored.size} was put into it.")


def _continue(before: Checkpoint | None) -> RightEdge:
    """The committed tree, grown from the anchored one over the leaves' own bytes."""
    start, size = before.size if before else 0, log_size()
    if size < start:
        raise WillNotSign(f"The log has {size} entries, but {start} were anchored: its tail was cut.")
    try:
        growing = RightEdge(start, load_nodes(cover_range(0, start)))
        if before and growing.root() != before.root:
            raise WillNotSign(f"The first {start} entries are not those that were anchored.")
        _grow(growing, size)
        if before:
            _check_consistency(before, growing)
    except BrokenTree as error:
        raise WillNotSign(str(error)) from error
    return growing


def _grow(growing: RightEdge, size: int) -> None:
    while growing.size < size:
        places = select(AuditLeaf.idx, AuditEvent.leaf, AuditEvent.leaf_hash).join(AuditEvent).order_by(AuditLeaf.idx)
        batch = places.where(AuditLeaf.idx >= growing.size, AuditLeaf.idx < min(size, growing.size + BATCH))
        rows = session.execute(batch).all()
        if not rows:
            raise WillNotSign(f"Entry {growing.size} is missing.")
        for idx, leaf, leaf_hash in rows:
            if idx != growing.size:
                raise WillNotSign(f"Entry {growing.size} is missing.")
            if hash_leaf(leaf) != leaf_hash:
                raise WillNotSign(f"Entry {idx} was changed after it was recorded.")
            growing.append(leaf_hash)


def _check_consistency(before: Checkpoint, now: RightEdge) -> None:
    """The stored nodes must agree with what was just hashed, by the verifier that strangers use too."""
    path = consistency_path(before.size, now.size)
    try:
        verify_consistency(old_size=before.size, old_root=before.root, size=now.size, root=now.root(), path=path)
    except NotVerified as error:
        raise WillNotSign(f"The log does not continue the anchored one: {error}.") from error


def _store(note: str, size: int, ref: str, sink: str, at: datetime) -> None:
    with transaction():
        session.add(AuditCheckpoint(size=size, note=note, made_at=at))
        session.flush()
        session.add(AuditAnchor(sink=sink, size=size, ref=ref, at=at))
