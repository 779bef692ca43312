"""The stored log as streams that run side by side: entries, nodes by level, openings. All in the order of the tree."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Result

from app.audit.models import AuditEvent, AuditLeaf, AuditNode, AuditOpening
from app.core.db import session
from app.tlog.commitments import Opening
from app.tlog.tree import Node

BATCH = 2000


class Stored:
    """Open streams over one view of the database; `close` ends them all."""

    def __init__(self) -> None:
        self._results: list[Result[Any]] = []
        self._nodes: dict[int, Iterator[Any]] = {}
        rows = self._stream(
            select(AuditLeaf.idx, AuditOpening.part, AuditOpening.salt, AuditOpening.value)
            .join(AuditOpening, AuditOpening.event_id == AuditLeaf.event_id)
            .order_by(AuditLeaf.idx)
        )
        self._openings = groupby(rows, key=lambda row: int(row[0]))
        self._ahead: tuple[int, list[Opening]] | None = None

    def entries(self) -> Iterator[tuple[int, str, bytes | None, bytes]]:
        """Index, event id, leaf and leaf hash; the leaf is None where the event is gone."""
        return self._stream(
            select(AuditLeaf.idx, AuditEvent.id, AuditEvent.leaf, AuditEvent.leaf_hash)
            .outerjoin(AuditEvent, AuditEvent.id == AuditLeaf.event_id)
            .order_by(AuditLeaf.idx)
        )

    def next_node(self, level: int) -> tuple[int, bytes] | None:
        """Index and hash of the level's next node: a growing tree completes them in the same order."""
        if level not in self._nodes:
            stored = select(AuditNode.idx, AuditNode.hash).where(AuditNode.level == level)
            self._nodes[level] = self._stream(stored.order_by(AuditNode.idx))
        row = next(self._nodes[level], None)
        return row and (row[0], row[1])

    def find_next_node(self) -> Node | None:
        """A node that has not been read yet, if there is one."""
        highest = session.scalar(select(func.max(AuditNode.level))) or 0
        for level in range(1, highest + 1):
            if row := self.next_node(level):
                return Node(level, row[0])
        return None

    def openings_of(self, idx: int) -> list[Opening]:
        """What is stored of what the entry says; to be asked for one entry after the other."""
        if self._ahead is None and (group := next(self._openings, None)):
            self._ahead = group[0], [Opening(part, salt, value) for _, part, salt, value in group[1]]
        if self._ahead is None or self._ahead[0] != idx:
            return []
        (_, openings), self._ahead = self._ahead, None
        return openings

    def close(self) -> None:
        """Let go of every stream."""
        for result in self._results:
            result.close()

    def _stream(self, asked: Any) -> Iterator[Any]:
        result = session.execute(asked, execution_options={"yield_per": BATCH})
        self._results.append(result)
        return iter(result)
