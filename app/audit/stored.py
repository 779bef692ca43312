"""The stored log, read in blocks: the database joins what many rows hold, so that it can be compared as a whole.

Verifying reads every row of the largest tables there are. A block is None unless each of its rows is there and holds
bytes of the right length; what is wrong is then for the rows themselves to say.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.audit.models import AuditLeaf
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
_BLOCKS = {
    # Text sorts before bytes, so the least of a column tells whether there is any. Joined hashes could hide one that
    # is too short beside one that is too long, so the longest must be as long as all should be. A sum is an integer
    # only if all places are: half an index would stand in the right order, where nobody finds it.
    "sqlite": {
        "said": f"{_SAID} o.part",
        "entries": (
            "SELECT CAST(group_concat(id) AS BLOB), CAST(group_concat(leaf, x'0a') AS BLOB), "
            "CAST(group_concat(leaf_hash, '') AS BLOB), max(length(leaf_hash)) = 32 AND typeof(sum(idx)) = 'integer' "
            f"AND typeof(min(leaf_hash)) = 'blob' AND typeof(min(leaf)) = 'blob' FROM ({_PLACED})"
        ),
        "openings": (
            "SELECT group_concat(idx), CAST(group_concat(part) AS BLOB), CAST(group_concat(salt, '') AS BLOB), "
            "CAST(group_concat(value, x'0a') AS BLOB), max(length(salt)) = 32 AND typeof(min(salt)) = 'blob' "
            f"AND typeof(min(value)) = 'blob' FROM ({_SAID} o.part)"
        ),
        "nodes": (
            "SELECT CAST(group_concat(hash, '') AS BLOB), max(length(hash)) = 32 AND typeof(min(hash)) = 'blob' "
            f"AND typeof(sum(idx)) = 'integer' FROM ({_NODES})"
        ),
    },
    "postgresql": {
        "said": f'{_SAID} o.part COLLATE "C"',
        "entries": (
            r"SELECT string_agg(convert_to(id, 'UTF8'), ','), string_agg(leaf, '\x0a'), string_agg(leaf_hash, ''), "
            f"max(length(leaf_hash)) = 32 FROM ({_PLACED}) placed"
        ),
        "openings": (
            "SELECT string_agg(idx::text, ','), string_agg(convert_to(part, 'UTF8'), ','), string_agg(salt, ''), "
            rf"""string_agg(value, '\x0a'), max(length(salt)) = 32 FROM ({_SAID} o.part COLLATE "C") said"""
        ),
        "nodes": f"SELECT string_agg(hash, ''), max(length(hash)) = 32 FROM ({_NODES}) nodes",
    },
}


@dataclass(frozen=True)
class EntryBlock:
    """Entries from `start` up to `end`: ids joined by commas, leaves by line feeds, leaf hashes by nothing."""

    start: int
    end: int
    ids: bytes
    leaves: bytes
    hashes: bytes


@dataclass(frozen=True)
class OpeningBlock:
    """Openings by entry and part: indexes and parts joined by commas, salts by nothing, values by line feeds."""

    places: str
    parts: bytes
    salts: bytes
    values: bytes


class Stored:
    """One view of the database. The log goes up to, but not including, `end` if no entry is missing."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Any = connection.connection.driver_connection
        self._blocks = _BLOCKS[connection.dialect.name]
        self._is_postgresql = connection.dialect.name == "postgresql"
        first, last = connection.execute(select(func.min(AuditLeaf.idx), func.max(AuditLeaf.idx))).one()
        if first is not None and (first != 0 or not isinstance(last, int)):
            raise Found(Finding.MISSING, 0, says="The log does not begin with an entry 0.")
        self.end = 0 if last is None else last + 1

    def entries(self, start: int, end: int) -> EntryBlock | None:
        """The entries in these places."""
        ids, leaves, hashes, are_sound = self._rows(self._blocks["entries"], start, end)[0]
        is_whole = are_sound and len(hashes) == 32 * (end - start) and leaves.count(b"\n") == end - start - 1
        return EntryBlock(start, end, ids, leaves, hashes) if is_whole else None

    def openings(self, start: int, end: int) -> OpeningBlock | None:
        """What the entries in these places say."""
        *joined, are_sound = self._rows(self._blocks["openings"], start, end)[0]
        if joined[0] is None:
            return OpeningBlock("", b"", b"", b"")
        return OpeningBlock(*joined) if are_sound else None

    def nodes(self, level: int, start: int, end: int) -> bytes | None:
        """The hashes in these places of the level, joined."""
        joined, are_sound = self._rows(self._blocks["nodes"], level, start, end)[0]
        return bytes(joined) if are_sound else None

    def entry_rows(self, start: int, end: int) -> list[Row]:
        """Index, event id, leaf and leaf hash; None where the event is gone."""
        return self._rows(_PLACED, start, end)

    def opening_rows(self, start: int, end: int) -> list[Row]:
        """Index, part, salt and value of what the entries say."""
        return self._rows(self._blocks["said"], start, end)

    def node_rows(self, level: int, start: int, end: int) -> list[Row]:
        """Index and hash."""
        return self._rows(_NODES, level, start, end)

    def find_stray_node(self) -> Node | None:
        """A node that covers no entries of this log, if there is one."""
        return next((Node(*row) for row in self._rows(_STRAY_NODE, self.end)), None)

    def _rows(self, asked: str, *numbers: int) -> list[Row]:
        """Straight from the driver."""
        if self._is_postgresql:
            cursor = self._connection.cursor(binary=True)
            asked = asked.replace("?", "%s")
        else:
            cursor = self._connection.cursor()
        found = cursor.execute(asked, numbers).fetchall()
        cursor.close()
        return list(found)
