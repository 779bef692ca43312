"""Reading the log."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal, or_, select, tuple_
from sqlalchemy.orm import selectinload

from app.audit.models import AuditCheckpoint, AuditEvent, AuditHead, AuditLeaf, AuditNode, Readable
from app.core.db import session
from app.core.errors import DomainError
from app.tlog.commitments import Opening
from app.tlog.encoding import canonical, to_base64
from app.tlog.note import Checkpoint
from app.tlog.receipt import write_receipt
from app.tlog.tree import Cover, Node, cover_consistency, cover_inclusion, fold

_EVENT, _LEAF, _NODE = AuditEvent.__table__, AuditLeaf.__table__, AuditNode.__table__


class BrokenTree(DomainError):
    """A node that must be stored is not."""


@dataclass(frozen=True)
class LoggedEvent:
    """An event and its place in the log."""

    idx: int
    event: AuditEvent


def get_event(event_id: str) -> AuditEvent:
    """The event with this id. Raises NoResultFound."""
    return session.execute(select(AuditEvent).where(AuditEvent.id == event_id)).scalar_one()


def list_events(
    *, mentions: Collection[str] = (), action: str = "", before: int | None = None, limit: int = 50
) -> list[LoggedEvent]:
    """Committed events, newest first: those that have one of the names as actor or subject, if any are given.

    `before` is the index to go on from. Found by reading the leaves, so that what is shown is what is hashed.
    """
    asked = select(AuditLeaf.idx, AuditEvent).join(AuditEvent, AuditEvent.id == AuditLeaf.event_id)
    if mentions:
        asked = asked.where(or_(*(_leaf_has(key, name) for name in mentions for key in ("actor", "subject"))))
    if action:
        asked = asked.where(_leaf_has("action", action))
    if before is not None:
        asked = asked.where(AuditLeaf.idx < before)
    newest = asked.order_by(AuditLeaf.idx.desc()).limit(limit).options(selectinload(AuditEvent.openings))
    return [LoggedEvent(idx, event) for idx, event in session.execute(newest)]


def log_size() -> int:
    """How many leaves are committed."""
    return session.execute(select(AuditHead.size)).scalar_one()


def find_newest_checkpoint(origin: str | None = None) -> AuditCheckpoint | None:
    """The checkpoint that covers most; of the log of that name, if one is given."""
    asked = select(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).limit(1)
    if origin is not None:
        asked = asked.where(AuditCheckpoint.note.startswith(f"{origin}\n", autoescape=True))
    return session.scalar(asked)


def find_index(event: Readable) -> int | None:
    """The event's place in the log; None before its transaction has committed."""
    return session.scalar(select(AuditLeaf.idx).where(AuditLeaf.event_id == event.id))


def find_event_at(idx: int) -> AuditEvent | None:
    """The event in this place."""
    return session.scalar(select(AuditEvent).join(AuditLeaf).where(AuditLeaf.idx == idx))


def record_mark() -> str | None:
    """Size and root of the newest checkpoint, such as `1284 3fQx…=`: what notices carry as record mark."""
    newest = find_newest_checkpoint()
    if newest is None:
        return None
    checkpoint = Checkpoint.parse(newest.note.partition("\n\n")[0] + "\n")
    return f"{checkpoint.size} {to_base64(checkpoint.root)}"


def receipt_for(event: Readable) -> bytes | None:
    """The `.tlog-proof` file of an event with everything it says; None until a checkpoint covers it."""
    return _prove(event, event.opened)


def proof_for(event: Readable) -> bytes | None:
    """The `.tlog-proof` file of an event without what it says; None until a checkpoint covers it."""
    return _prove(event, [])


def consistency_path(old: int, new: int) -> list[bytes]:
    """The proof that the log of size `new` begins with that of size `old`. Raises ValueError for sizes without one."""
    if new > log_size():
        raise ValueError(f"the log has {log_size()} entries")
    return _path(cover_consistency(old, new))


def load_nodes(nodes: Collection[Node]) -> dict[Node, bytes]:
    """The stored hashes of these nodes; level 0 are leaf hashes. Raises BrokenTree when one is missing."""
    found: dict[Node, bytes] = {}
    connection = session.connection()
    if leaves := [node.idx for node in nodes if node.level == 0]:
        hashes = select(_LEAF.c.idx, _EVENT.c.leaf_hash).join_from(_LEAF, _EVENT).where(_LEAF.c.idx.in_(leaves))
        found |= {Node(0, idx): leaf_hash for idx, leaf_hash in connection.execute(hashes)}
    if inner := [node for node in nodes if node.level > 0]:
        stored = select(_NODE).where(tuple_(_NODE.c.level, _NODE.c.idx).in_(inner))
        found |= {Node(level, idx): stored_hash for level, idx, stored_hash in connection.execute(stored)}
    if missing := sorted(set(nodes) - found.keys()):
        raise BrokenTree(f"Node {missing[0].idx} of level {missing[0].level} is missing from the log's tree.")
    return found


def _prove(event: Readable, openings: Iterable[Opening]) -> bytes | None:
    idx, newest = find_index(event), find_newest_checkpoint(event.entry["log"])
    if idx is None or newest is None or newest.size <= idx:
        return None
    path = _path(cover_inclusion(idx, newest.size))
    return write_receipt(leaf=event.leaf, openings=openings, index=idx, path=path, checkpoint=newest.note).encode()


def _path(covers: Sequence[Cover]) -> list[bytes]:
    nodes = load_nodes({node for cover in covers for node in cover})
    return [fold(nodes[node] for node in cover) for cover in covers]


def _leaf_has(key: str, value: str) -> ColumnElement[bool]:
    """Canonical JSON escapes quotes inside text, so these bytes can only be the key with its value."""
    needle = literal(canonical(key) + b":" + canonical(value))
    if session.get_bind().dialect.name == "sqlite":
        return func.instr(AuditEvent.leaf, needle) > 0
    return func.position(needle.op("IN")(AuditEvent.leaf)) > 0
