"""The stored log read side by side: entries, nodes by level, openings. All in the order of the tree.

Rows come straight from the driver: verifying reads every row of the largest tables there are.
"""

from itertools import count
from typing import Any

from sqlalchemy import Connection, func, select

from app.audit.models import AuditNode
from app.tlog.tree import Node

BATCH = 2048
Row = tuple[Any, ...]

_ENTRIES = (
    "SELECT audit_leaf.idx, audit_event.id, audit_event.leaf, audit_event.leaf_hash FROM audit_leaf "
    "LEFT JOIN audit_event ON audit_event.id = audit_leaf.event_id ORDER BY audit_leaf.idx"
)
_OPENINGS = (
    "SELECT audit_leaf.idx, audit_opening.part, audit_opening.salt, audit_opening.value FROM audit_leaf "
    "JOIN audit_opening ON audit_opening.event_id = audit_leaf.event_id "
    "WHERE audit_leaf.idx >= {start} AND audit_leaf.idx < {end} ORDER BY audit_leaf.idx, audit_opening.part"
)
_NODES = "SELECT idx, hash FROM audit_node WHERE level = {level} ORDER BY idx"


class Stored:
    """Open cursors over one view of the database; `close` ends them all."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Any = connection.connection.driver_connection
        self._is_postgresql = connection.dialect.name == "postgresql"
        self._highest = connection.execute(select(func.max(AuditNode.level))).scalar_one() or 0
        self._numbers = count()
        self._nodes: dict[int, Any] = {}
        self._open: list[Any] = []
        self._entries = self._stream(_ENTRIES)

    def next_entries(self) -> list[Row]:
        """Index, event id, leaf and leaf hash of the next `BATCH` entries; None where the event is gone."""
        return list(self._entries.fetchmany(BATCH))

    def next_nodes(self, level: int, at_most: int) -> list[Row]:
        """Index and hash of the level's next nodes: a growing tree completes them in the same order."""
        if level not in self._nodes:
            self._nodes[level] = self._stream(_NODES.format(level=int(level)))
        return list(self._nodes[level].fetchmany(at_most)) if at_most else []

    def find_next_node(self) -> Node | None:
        """A node that has not been read yet, if there is one."""
        for level in range(1, self._highest + 1):
            for idx, _ in self.next_nodes(level, 1):
                return Node(level, idx)
        return None

    def openings_between(self, start: int, end: int) -> list[Row]:
        """What the entries from `start` up to `end` say, in their order: rows of index, part, salt and value."""
        cursor = self._connection.cursor()
        found = cursor.execute(_OPENINGS.format(start=int(start), end=int(end))).fetchall()
        cursor.close()
        return list(found)

    def close(self) -> None:
        """Let go of every cursor."""
        for cursor in self._open:
            cursor.close()

    def _stream(self, asked: str) -> Any:
        """A cursor that does not load everything at once: the server's own on PostgreSQL."""
        named = (f"verify_{next(self._numbers)}",) if self._is_postgresql else ()
        cursor = self._connection.cursor(*named)
        cursor.execute(asked)
        self._open.append(cursor)
        return cursor
