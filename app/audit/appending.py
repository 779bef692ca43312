"""From what was recorded to rows: events and openings in batches, places in the tree last of all.

Rows are written before anybody reads the tables in the same transaction, and at the latest when it commits. The head
is locked by one UPDATE after everything else, so that writers wait for each other only while leaves are inserted.
"""

from dataclasses import dataclass, field

from sqlalchemy import bindparam, update
from sqlalchemy import event as orm_event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from app.audit.models import AuditEvent, AuditHead, AuditLeaf, AuditNode, AuditOpening, Recorded
from app.audit.queries import load_nodes
from app.core.bulk import insert_rows
from app.core.db import session, table_of
from app.tlog.tree import RightEdge, edge

BUFFER = "audit_buffer"


_EVENT, _OPENING, _LEAF, _NODE = (table_of(each) for each in (AuditEvent, AuditOpening, AuditLeaf, AuditNode))
_HEAD = table_of(AuditHead)
_GROW = update(_HEAD).where(_HEAD.c.id == 1).values(size=_HEAD.c.size + bindparam("added")).returning(_HEAD.c.size)
_TABLES = frozenset({_EVENT, _OPENING})


@dataclass
class _Buffer:
    """The open transaction's events in order; `written` of them are rows already."""

    events: list[Recorded] = field(default_factory=list)
    written: int = 0
    savepoints: dict[SessionTransaction, tuple[int, int]] = field(default_factory=dict)

    def write(self) -> None:
        """Insert what is no row yet."""
        waiting, self.written = self.events[self.written :], len(self.events)
        insert_rows(_EVENT, [{"id": each.id, "leaf": each.leaf, "leaf_hash": each.leaf_hash} for each in waiting])
        openings = [
            {"event_id": each.id, "part": said.part, "salt": said.salt, "value": said.value}
            for each in waiting
            for said in each.opened
        ]
        insert_rows(_OPENING, openings)


def wait_for_commit(recorded: Recorded) -> None:
    """Keep the event until it is written; it stands or falls with the open transaction."""
    session.info.setdefault(BUFFER, _Buffer()).events.append(recorded)


@orm_event.listens_for(Session, "do_orm_execute")
def _write_before_reading(executing: ORMExecuteState) -> None:
    buffer: _Buffer | None = executing.session.info.get(BUFFER)
    if buffer is not None and any(mapper.local_table in _TABLES for mapper in executing.all_mappers):
        buffer.write()


@orm_event.listens_for(Session, "before_commit")
def _append_leaves(committing: Session) -> None:
    """Give the events their places in the tree: the last thing an outermost transaction does.

    The one UPDATE locks the head and allots indexes on both databases; no other lock is taken after it.
    """
    if committing.in_nested_transaction():
        return
    committing.flush()
    buffer: _Buffer | None = committing.info.pop(BUFFER, None)
    if buffer is None or not buffer.events:
        return
    buffer.write()
    added = len(buffer.events)
    start = int(committing.connection().execute(_GROW, {"added": added}).scalar_one()) - added
    growing = RightEdge(start, load_nodes(edge(start, added)))
    made = [node for each in buffer.events for node in growing.append(each.leaf_hash)]
    insert_rows(_LEAF, [{"idx": idx, "event_id": each.id} for idx, each in enumerate(buffer.events, start)])
    insert_rows(_NODE, [{"level": node.level, "idx": node.idx, "hash": found} for node, found in made])


@orm_event.listens_for(Session, "after_transaction_create")
def _mark_savepoint(begun: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        buffer: _Buffer = begun.info.setdefault(BUFFER, _Buffer())
        buffer.savepoints[transaction] = len(buffer.events), buffer.written


@orm_event.listens_for(Session, "after_soft_rollback")
def _forget(rolled_back: Session, ended: SessionTransaction) -> None:
    """What was recorded since the savepoint is gone, and what was written since must be written again."""
    buffer: _Buffer | None = rolled_back.info.get(BUFFER)
    if buffer is None:
        return
    if not ended.nested:
        del rolled_back.info[BUFFER]
    elif ended in buffer.savepoints:
        kept, buffer.written = buffer.savepoints.pop(ended)
        del buffer.events[kept:]
