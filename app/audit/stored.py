"""The stored log, read in blocks that are compared as a whole.

Verifying reads every row of the largest tables there are. What is short is joined by the database, which leaves out a
value that is not of its kind or length, so that what is joined falls short. A block is None unless each of its rows is
there and holds what belongs there; what is wrong is then for the rows themselves to say.
"""

from contextlib import AbstractContextManager, closing, nullcontext
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
Asked = tuple[str, tuple[int, ...]]
"""A question and what is given with it."""

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
_FROM, _UP_TO = "(SELECT event_id FROM audit_leaf WHERE idx = ?)", "(SELECT event_id FROM audit_leaf WHERE idx = ? - 1)"
_EVENTS_BY_ID = f"SELECT id, leaf, leaf_hash FROM audit_event WHERE id >= {_FROM} AND id <= {_UP_TO} ORDER BY id"
_OPENINGS_BY_ID = (
    f"SELECT event_id, part, salt, value FROM audit_opening WHERE event_id >= {_FROM} AND event_id <= {_UP_TO} "
    "ORDER BY event_id, "
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

    `openings` are what the entries say, by entry and part: event ids, parts, salts and values.
    """

    start: int
    end: int
    ids: bytes
    leaves: list[bytes]
    hashes: list[Any]
    openings: list[list[Any]]


class Stored:
    """One view of the database. The log goes up to, but not including, `end` if no entry is missing."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Any = connection.connection.driver_connection
        self._dialect = _DIALECTS[connection.dialect.name]
        self._is_postgresql = connection.dialect.name == "postgresql"
        self._in_order = (self._dialect["places"], _EVENTS_BY_ID, _OPENINGS_BY_ID + self._dialect["by part"])
        self._expected: dict[Asked, Any] = {}
        first, last = connection.execute(select(func.min(AuditLeaf.idx), func.max(AuditLeaf.idx))).one()
        if first is not None and (first != 0 or not isinstance(last, int)):
            raise Found(Finding.MISSING, 0, says="The log does not begin with an entry 0.")
        self.end = 0 if last is None else last + 1
        self._count_of_nodes = connection.execute(select(func.count()).select_from(AuditNode)).scalar_one()

    def reading_ahead(self) -> AbstractContextManager[Any]:
        """Within it PostgreSQL reads what is expected while this process looks at what was read before."""
        return self._connection.pipeline() if self._is_postgresql else nullcontext()

    def expect(self, start: int, end: int) -> None:
        """Entries and nodes in these places will be asked for next."""
        if self._is_postgresql and start < end:
            asked = [self._nodes_between(start, end), *((each, (start, end)) for each in self._in_order)]
            self._expected = {each: self._ask(*each) for each in asked if each[1]}

    def entries(self, start: int, end: int) -> EntryBlock | None:
        """The entries in these places."""
        [(count, ids)] = self._rows(self._in_order[0], start, end)
        if count == 0 or count != end - start or ids.count(b"\n") != count - 1:
            return None
        _, events, openings = self._in_order
        names, leaves, hashes = self._columns(events, start, end)
        if "\n".join(names).encode() != ids:
            events, openings = _EVENTS, _SAID + self._dialect["by part"]
            names, leaves, hashes = self._columns(events, start, end)
        if "\n".join(names).encode() != ids or {*map(type, leaves)} != {bytes}:
            return None
        return EntryBlock(start, end, ids, leaves, hashes, self._columns(openings, start, end))

    def nodes(self, start: int, end: int) -> list[Any]:
        """The hashes of the nodes that these entries complete, those of a level joined; None for a level without."""
        asked, given = self._nodes_between(start, end)
        return [*self._rows(asked, *given)[0]] if given else []

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
        if self._count_of_nodes == sum(self.end >> level for level in range(1, self.end.bit_length())):
            return None
        return next((Node(*row) for row in self._rows(_STRAY_NODE, self.end)), None)

    def _nodes_between(self, start: int, end: int) -> Asked:
        spans = [(level, start >> level, end >> level) for level in range(1, end.bit_length())]
        spans = [span for span in spans if span[1] < span[2]]
        return f"SELECT {', '.join([self._dialect['nodes'].join('()')] * len(spans))}", (*chain.from_iterable(spans),)

    def _columns(self, asked: str, *given: int) -> list[list[Any]]:
        """The values by column. The rows are fetched at once: PostgreSQL's driver gives them singly at a price."""
        with closing(self._ask(asked, given)) as cursor:
            values = list(chain.from_iterable(cursor.fetchall()))
            width = len(cursor.description)
        return [values[place::width] for place in range(width)]

    def _rows(self, asked: str, *given: int) -> list[Row]:
        with closing(self._ask(asked, given)) as cursor:
            return list(cursor.fetchall())

    def _ask(self, asked: str, given: tuple[int, ...]) -> Any:
        """Straight from the driver; what was expected was asked before."""
        if (asked, given) in self._expected:
            return self._expected.pop((asked, given))
        if self._is_postgresql:
            return self._connection.cursor(binary=True).execute(asked.replace("?", "%s"), given)
        return self._connection.cursor().execute(asked, given)
