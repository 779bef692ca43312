"""Recording what happened. Callers own the transaction; see `app.core.db`."""

import getpass
import re
from datetime import datetime
from typing import Protocol

from sqlalchemy import event as orm_event
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, SessionTransaction
from uuid_utils import uuid7

from app.audit.leaves import write_leaf
from app.audit.models import AuditEvent, AuditHead, AuditLeaf, AuditNode, AuditOpening
from app.audit.queries import load_nodes
from app.core.db import session
from app.tlog.commitments import Opening
from app.tlog.encoding import JSON
from app.tlog.tree import Node, RightEdge, edge, hash_leaf

WAITING = "audit_waiting"
"""Event ids and leaf hashes recorded in the open transaction, in order."""
SAVEPOINT_LOST = "audit_savepoint_lost"
"""Whether a savepoint rolled back, so that some of them may be gone."""


class Subject(Protocol):
    """What the log may name."""

    @property
    def audit_name(self) -> str:
        """`kind:uuid`, the uuid random."""


def record(*, action: str, actor: Subject | str, subject: Subject, at: datetime, **parts: JSON) -> AuditEvent:
    """Write down that `actor` did `action` to `subject`; it stands or falls with the open transaction.

    `action` and the names of its parts are those of `app.audit.catalogue`; an actor that is no row is
    `shell:<OS user>` or `system:<name>`. Raises ValueError for other words and Malformed for a value that is
    no JSON, RuntimeError outside a transaction.
    """
    if not session.info.get("writing"):
        raise RuntimeError("an event is recorded inside a transaction")
    openings = [Opening.of(part, value) for part, value in parts.items()]
    event_id = str(uuid7())
    leaf = write_leaf(
        origin=log_origin(),
        event_id=event_id,
        at=at,
        action=action,
        actor=actor if isinstance(actor, str) else actor.audit_name,
        subject=subject.audit_name,
        commitments={opening.part: opening.commitment for opening in openings},
    )
    return _insert(event_id, leaf, openings)


def _insert(event_id: str, leaf: bytes, openings: list[Opening]) -> AuditEvent:
    event = AuditEvent(id=event_id, leaf=leaf, leaf_hash=hash_leaf(leaf))
    event.openings = [AuditOpening(part=opening.part, salt=opening.salt, value=opening.value) for opening in openings]
    session.add(event)
    session.info.setdefault(WAITING, []).append((event.id, event.leaf_hash))
    return event


def log_origin() -> str:
    """The name of the log that the database keeps: the setting AUDIT_ORIGIN, which the engine carries."""
    return str(session.get_bind().get_execution_options()["audit_origin"])


def shell_actor() -> str:
    """Who runs a command: `shell:<OS user>`."""
    return "shell:" + re.sub(r"[^A-Za-z0-9._-]", "_", getpass.getuser())[:60]


@orm_event.listens_for(Session, "before_commit")
def _append_leaves(committing: Session) -> None:
    """Give the events their places in the tree: the last thing an outermost transaction does.

    The one UPDATE locks the head and allots indexes on both databases; no other lock is taken after it.
    """
    if committing.in_nested_transaction():
        return
    committing.flush()
    waiting = committing.info.pop(WAITING, [])
    if committing.info.pop(SAVEPOINT_LOST, False):
        waiting = _still_there(committing, waiting)
    if not waiting:
        return
    added = len(waiting)
    grown = update(AuditHead).where(AuditHead.id == 1).values(size=AuditHead.size + added).returning(AuditHead.size)
    start = committing.execute(grown, execution_options={"synchronize_session": False}).scalar_one() - added
    places = [{"idx": idx, "event_id": event_id} for idx, (event_id, _) in enumerate(waiting, start)]
    growing = RightEdge(start, load_nodes(edge(start, added)))
    nodes = [_row(*made) for _, leaf_hash in waiting for made in growing.append(leaf_hash)]
    committing.execute(insert(AuditLeaf), places)
    if nodes:
        committing.execute(insert(AuditNode), nodes)


@orm_event.listens_for(Session, "after_soft_rollback")
def _forget(rolled_back: Session, ended: SessionTransaction) -> None:
    if ended.nested:
        rolled_back.info[SAVEPOINT_LOST] = True
    else:
        rolled_back.info.pop(WAITING, None)
        rolled_back.info.pop(SAVEPOINT_LOST, None)


def _still_there(committing: Session, waiting: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    ids = [event_id for event_id, _ in waiting]
    there = set(committing.scalars(select(AuditEvent.id).where(AuditEvent.id.in_(ids))))
    return [(event_id, leaf_hash) for event_id, leaf_hash in waiting if event_id in there]


def _row(node: Node, found: bytes) -> dict[str, object]:
    return {"level": node.level, "idx": node.idx, "hash": found}
