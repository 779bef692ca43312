"""The stored log, read in blocks that are compared as a whole.

Verifying reads every row of the largest tables there are. What is short is joined by the database, which leaves out a
value that is not of its kind or length, so that what is joined falls short. A block is None unless each of its rows is
there and holds what belongs there; what is wrong is then for the rows themselves to say.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Connection, func, select

from app.audit.models import AuditLeaf, AuditNode
from app.audit.verdicts import Finding, Found
from app.tlog.tree import Node

BLOCK = 2048
"""A power of two, so that each block but the last is a subtree."""
HASH_BYTES = 32
Row = tuple[Any, ...]

_PLACED = (
    "SELECT l.idx, e.id, e.leaf, e.leaf_hash FROM audit_leaf l LEFT JOIN audit_event e ON e.id = l.event_id "
    "WHERE l.idx >= ? AND l.idx < ? ORDER BY l.idx"
)
_EVENTS = (
    "SELECT e.id, e.leaf, e.leaf_hash FROM audit_leaf l JOIN audit_event e ON e.id = l.event_id "
    "WHERE l.idx >= ? AND l.idx < ? ORDER BY l.idx"
)
_SAID = (
    "SELECT o.event_id, o.part, o.salt, o.value FROM audit_leaf l JOIN audit_opening o "
    "ON o.event_id = l.event_id WHERE l.idx >= ? AND l.idx < ? ORDER BY l.idx, "
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
_OPENINGS_BY_ID = (
    "SELECT event_id, part, salt, value FROM audit_opening WHERE event_id >= ? AND event_id <= ? ORDER BY event_id, "
)
_DIALECTS = {
    # A column of SQLite takes values of any kind; half an index would stand in the right order, where nobody finds it.
    # It joins in the order of the key that it finds the rows by. Were that ever another, the rows would be asked.
    "sqlite": {
        "places": (
            "SELECT count(*), CAST(group_concat(event_id, '\n') AS BLOB) FROM audit_leaf "
            "WHERE idx >= ? AND idx < ? AND typeof(idx) = 'integer' AND typeof(event_id) = 'text'"
        ),
        "nodes": (
            "SELECT CAST(group_concat(hash, '') AS BLOB) FROM audit_node WHERE level = ? AND idx >= ? AND idx < ? "
            "AND typeof(idx) = 'integer' AND typeof(hash) = 'blob' AND length(hash) = 32"
        ),
        "by part": "part",
    },
    "postgresql": {
        "places": (
            r"SELECT count(*), string_agg(convert_to(event_id, 'UTF8'), '\x0a') FROM "
            "(SELECT event_id FROM audit_leaf WHERE idx >= ? AND idx < ? ORDER BY idx) places"
        ),
        "nodes": f"SELECT string_agg(hash, '') FROM ({_NODES}) nodes WHERE length(hash) = 32",
        "by part": 'part COLLATE "C"',
    },
}


@dataclass(frozen=True)
class EntryBlock:
    """Entries from `start` up to `end`: their ids, a line each, leaves, which are bytes, and what is stored as hashes.

    `is_in_order` says that the ids grow, with no other event between them.
    """

    start: int
    end: int
    ids: bytes
    leaves: list[bytes]
    hashes: list[Any]
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
        [(count, ids)] = self._rows(self._dialect["places"], start, end)
        if count == 0 or count != end - start or ids.count(b"\n") != count - 1:
            return None
        names, leaves, hashes = self._columns(_EVENTS_BY_ID, *_span(ids))
        is_in_order = "\n".join(names).encode() == ids
        if not is_in_order:
            names, leaves, hashes = self._columns(_EVENTS, start, end)
        if "\n".join(names).encode() != ids or {*map(type, leaves)} != {bytes}:
            return None
        return EntryBlock(start, end, ids, leaves, hashes, is_in_order)

    def openings(self, block: EntryBlock) -> list[list[Any]]:
        """What the entries of the block say, by entry and part: event ids, parts, salts and values."""
        if block.is_in_order:
            return self._columns(_OPENINGS_BY_ID + self._dialect["by part"], *_span(block.ids))
        return self._columns(_SAID + self._dialect["by part"], block.start, block.end)

    def nodes(self, level: int, start: int, end: int) -> Any:
        """The hashes in these places of the level, joined; None if there are none."""
        [(joined,)] = self._rows(self._dialect["nodes"], level, start, end)
        return joined

    def entry_rows(self, start: int, end: int) -> list[Row]:
        """Index, event id, leaf and leaf hash; None where the event is gone."""
        return self._rows(_PLACED, start, end)

    def opening_rows(self, start: int, end: int) -> list[Row]:
        """Event id, part, salt and value of what the entries say."""
        return self._rows(_SAID + self._dialect["by part"], start, end)

    def node_rows(self, level: int, start: int, end: int) -> list[Row]:
        """Index and hash."""
        return self._rows(_NODES, level, start, end)

    def find_stray_node(self) -> Node | None:
        """A node that covers no entries of this log, if there is one; to be asked once all others were found."""
        if self._nodes == sum(self.end >> level for level in range(1, self.end.bit_length())):
            return None
        return next((Node(*row) for row in self._rows(_STRAY_NODE, self.end)), None)

    def _columns(self, asked: str, *given: int | str) -> list[list[Any]]:
        """The values by column. The rows are fetched at once: PostgreSQL's driver gives them singly at a price."""
        with closing(self._ask(asked, given)) as cursor:
            values = list(chain.from_iterable(cursor.fetchall()))
            width = len(cursor.description)
        return [values[place::width] for place in range(width)]

    def _rows(self, asked: str, *given: int | str) -> list[Row]:
        with closing(self._ask(asked, given)) as cursor:
            return list(cursor)

    def _ask(self, asked: str, given: Sequence[int | str]) -> Any:
        """Straight from the driver."""
        if self._is_postgresql:
            return self._connection.cursor(binary=True).execute(asked.replace("?", "%s"), given)
        return self._connection.cursor().execute(asked, given)


def _span(ids: bytes) -> tuple[str, str]:
    """The first and the last of the lines."""
    first, last = ids.split(b"\n", 1)[0], ids.rsplit(b"\n", 1)[-1]
    return first.decode(errors="replace"), last.decode(errors="replace")
