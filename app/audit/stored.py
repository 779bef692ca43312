"""The stored log, read in blocks that are compared as a whole.

Verifying reads every row of the largest tables there are. A block is None unless each of its rows is there and holds
what belongs there; what is wrong is then for the rows themselves to say. What nodes hold is joined by the database.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.audit.models import AuditLeaf, AuditNode
from app.audit.verdicts import Finding, Found
from app.tlog.tree import Node

BLOCK = 2048
"""A power of two, so that each block but the last is a subtree."""
Row = tuple[Any, ...]

_PLACED = (
    "SELECT l.idx, e.id, e.leaf, e.leaf_hash FROM audit_leaf l LEFT JOIN audit_event e ON e.id = l.event_id "
    "WHERE l.idx >= ? AND l.idx < ? ORDER BY l.idx"
)
_SAID = (
    "SELECT l.idx, o.part, o.salt, o.value FROM audit_leaf l JOIN audit_opening o ON o.event_id = l.event_id "
    "WHERE l.idx >= ? AND l.idx < ? ORDER BY l.idx, "
)
_NODES = "SELECT idx, hash FROM audit_node WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx"
_STRAY_NODE = (
    "SELECT level, idx FROM audit_node WHERE level < 1 OR level > 62 OR idx < 0 OR idx >= (CAST(? AS BIGINT) >> level) "
    "OR level <> CAST(level AS INTEGER) OR idx <> CAST(idx AS BIGINT) "
    "ORDER BY level, idx LIMIT 1"
)
# Most events have their places in the order of their ids, which is that of time. Tables and their indexes lie in that
# order, so reading on is much less work than looking each event up.
_EVENTS_BY_ID = "SELECT id, leaf, leaf_hash FROM audit_event WHERE id >= ? AND id <= ? ORDER BY id"
_PLACES = "(SELECT idx, event_id FROM audit_leaf WHERE idx >= ? AND idx < ? ORDER BY idx) places"
_OPENINGS_BY_ID = (
    "SELECT event_id, part, salt, value FROM audit_opening WHERE event_id >= ? AND event_id <= ? ORDER BY event_id, "
)
_DIALECTS = {
    # Joined hashes could hide one that is too short beside one that is too long, so the longest must be as long as all
    # should be. A sum is an integer only if all places are: half an index would stand in the right order, where nobody
    # finds it. Text sorts before bytes.
    "sqlite": {
        "ids": (
            "SELECT CAST(group_concat(event_id) AS BLOB), count(*), typeof(sum(idx)) = 'integer' "
            f"AND typeof(max(event_id)) = 'text' FROM {_PLACES}"
        ),
        "said": f"{_SAID} o.part",
        "said by id": f"{_OPENINGS_BY_ID} part",
        "nodes": (
            "SELECT CAST(group_concat(hash, '') AS BLOB), max(length(hash)) = 32 AND typeof(min(hash)) = 'blob' "
            f"AND typeof(sum(idx)) = 'integer' FROM ({_NODES})"
        ),
    },
    "postgresql": {
        "ids": f"SELECT string_agg(convert_to(event_id, 'UTF8'), ','), count(*), true FROM {_PLACES}",
        "said": f'{_SAID} o.part COLLATE "C"',
        "said by id": f'{_OPENINGS_BY_ID} part COLLATE "C"',
        "nodes": f"SELECT string_agg(hash, ''), max(length(hash)) = 32 FROM ({_NODES}) nodes",
    },
}


@dataclass(frozen=True)
class EntryBlock:
    """Entries from `start` up to `end`: their ids, leaves, which are bytes, and whatever is stored as leaf hashes.

    `is_in_order` says that the ids grow, with no other event between them.
    """

    start: int
    end: int
    ids: Row
    leaves: Row
    hashes: Row
    is_in_order: bool


class Stored:
    """One view of the database. The log goes up to, but not including, `end` if no entry is missing."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Any = connection.connection.driver_connection
        self._dialect = _DIALECTS[connection.dialect.name]
        self._is_postgresql = connection.dialect.name == "postgresql"
        first, last = connection.execute(select(func.min(AuditLeaf.idx), func.max(AuditLeaf.idx))).one()
        if first is not None and (first != 0 or not isinstance(last, int)):
            raise Found(Finding.MISSING, 0, says="The log does not begin with an entry 0.")
        self.end = 0 if last is None else last + 1
        self._nodes = connection.execute(select(func.count()).select_from(AuditNode)).scalar_one()

    def entries(self, start: int, end: int) -> EntryBlock | None:
        """The entries in these places."""
        rows = self._events_by_id(start, end)
        is_in_order = bool(rows)
        if not rows:
            placed = self.entry_rows(start, end)
            if [row[0] for row in placed] != list(range(start, end)):
                return None
            rows = [row[1:] for row in placed]
        ids, leaves, hashes = zip(*rows, strict=True)
        return EntryBlock(start, end, ids, leaves, hashes, is_in_order) if {*map(type, leaves)} == {bytes} else None

    def openings(self, block: EntryBlock) -> list[Row]:
        """What the entries of the block say: event id, part, salt and value, by entry and part."""
        if block.is_in_order:
            return self._rows(self._dialect["said by id"], block.ids[0], block.ids[-1])
        return [(block.ids[row[0] - block.start], *row[1:]) for row in self.opening_rows(block.start, block.end)]

    def nodes(self, level: int, start: int, end: int) -> bytes | None:
        """The hashes in these places of the level, joined."""
        joined, are_sound = self._rows(self._dialect["nodes"], level, start, end)[0]
        return bytes(joined) if are_sound else None

    def entry_rows(self, start: int, end: int) -> list[Row]:
        """Index, event id, leaf and leaf hash; None where the event is gone."""
        return self._rows(_PLACED, start, end)

    def opening_rows(self, start: int, end: int) -> list[Row]:
        """Index, part, salt and value of what the entries say."""
        return self._rows(self._dialect["said"], start, end)

    def node_rows(self, level: int, start: int, end: int) -> list[Row]:
        """Index and hash."""
        return self._rows(_NODES, level, start, end)

    def find_stray_node(self) -> Node | None:
        """A node that covers no entries of this log, if there is one; to be asked once all others were found."""
        if self._nodes == sum(self.end >> level for level in range(1, self.end.bit_length())):
            return None
        return next((Node(*row) for row in self._rows(_STRAY_NODE, self.end)), None)

    def _events_by_id(self, start: int, end: int) -> list[Row]:
        """Id, leaf and leaf hash of the events in these places; none if they are not in the order of their ids."""
        joined, count, are_sound = self._rows(self._dialect["ids"], start, end)[0]
        if not are_sound or count != end - start:
            return []
        ids = joined.decode(errors="replace").split(",")
        rows = self._rows(_EVENTS_BY_ID, ids[0], ids[-1])
        return rows if len(ids) == count and [row[0] for row in rows] == ids else []

    def _rows(self, asked: str, *given: int | str) -> list[Row]:
        """Straight from the driver."""
        if self._is_postgresql:
            cursor = self._connection.cursor(binary=True)
            asked = asked.replace("?", "%s")
        else:
            cursor = self._connection.cursor()
        found = cursor.execute(asked, given).fetchall()
        cursor.close()
        return list(found)
