"""After a restore: a log that no longer contains what was anchored goes on as another log, whose first leaf says so.

A restored log that still contains the newest anchored note as a prefix needs nothing: the worker signs on. An older
copy can never be signed under its old name again, since entries that were promised are gone. It takes the next origin
(`…/2`) and a key of its own; its first leaf carries the last note of the log before it. Nothing old is touched.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.audit.anchors import FileAnchor
from app.audit.findings import Log
from app.audit.operations import Subject, record_in
from app.audit.queries import load_nodes, log_size
from app.audit.signing import make_key_file
from app.core.db import session, transaction
from app.core.errors import DomainError
from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import Checkpoint, VerifierKey, open_checkpoint
from app.tlog.tree import cover_range, fold


class CannotContinue(DomainError):
    """This log needs no new origin, or may not have one."""


@dataclass(frozen=True)
class Continued:
    """The new log: what it is called, where its key lies, how it is verified, and how many entries were lost."""

    origin: str
    key_file: Path
    verifier: VerifierKey
    lost: int


def continue_log(
    *,
    key: VerifierKey,
    anchor: FileAnchor,
    key_file: Path,
    by: Subject | str,
    at: datetime,
    as_email: str | None = None,
) -> Continued:
    """Open the next origin over an older copy of the log that `key` signed. Needs no open transaction.

    Web and worker must be stopped. Raises CannotContinue, AnchorUnreadable, BadKeyFile.
    """
    session.rollback()
    note, lost = _check_older_copy(anchor, key)
    origin = next_origin(key.name)
    verifier = make_key_file(path=key_file, origin=origin)
    with transaction():
        record_in(
            origin=origin,
            action="log.continued",
            actor=by,
            subject=Log(),
            at=at,
            note=note,
            vkey=str(key),
            lost=lost,
            as_email=as_email,
        )
    return Continued(origin, key_file, verifier, lost)


def next_origin(origin: str) -> str:
    """`portal.example/audit/2` after `portal.example/audit/1`."""
    match = re.fullmatch(r"(.*/)([1-9][0-9]{0,8})", origin)
    return f"{match[1]}{int(match[2]) + 1}" if match else f"{origin}/2"


def _newest(anchor: FileAnchor, key: VerifierKey) -> tuple[str, Checkpoint]:
    notes = anchor.notes_of(key.name)
    if not notes:
        raise CannotContinue("The anchor holds no checkpoint of this log, so there is nothing to continue.")
    return notes[-1], _open(notes[-1], key)


def _check_older_copy(anchor: FileAnchor, key: VerifierKey) -> tuple[str, int]:
    """The newest note and how many entries it is ahead; what was anchored of the copy's own time must agree with it."""
    note, newest = _newest(anchor, key)
    size = log_size()
    if newest.size <= size and _root_at(newest.size) == newest.root:
        raise CannotContinue("The log contains the newest anchored note, so it goes on as it is. Start the worker.")
    older = [checkpoint for each in anchor.notes_of(key.name) if (checkpoint := _open(each, key)).size <= size]
    if older and _root_at(older[-1].size) != older[-1].root:
        raise CannotContinue(f"The log differs from what was anchored at size {older[-1].size}: this is no copy.")
    return note, newest.size - size


def _open(note: str, key: VerifierKey) -> Checkpoint:
    try:
        return open_checkpoint(note, key)
    except (Malformed, NotVerified) as error:
        raise CannotContinue(f"A checkpoint in the anchor is not under this key: {error}.") from error


def _root_at(size: int) -> bytes:
    cover = cover_range(0, size)
    nodes = load_nodes(cover)
    return fold(nodes[node] for node in cover)
