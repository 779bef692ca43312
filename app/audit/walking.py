"""From the first entry to the last: leaves from their bytes, nodes from what is under them, openings, signed roots.

Each batch is first compared as a whole. Where anything differs it is gone through again entry by entry, so that the
finding names the first place.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

from app.audit.entries import Entries
from app.audit.streams import Row, Stored
from app.audit.verdicts import Finding, Found
from app.tlog.tree import Node, RightEdge, cover_range, hash_leaf

Watch = Callable[[int], None]
"""Hears how many entries were gone through."""
Levels = list[list[bytes]]
"""Hashes of a batch by level: its leaves, then its complete subtrees."""


class Walk:
    """Grows the tree again over what is stored. `signed` are roots that were signed, by size; `made` those found."""

    def __init__(self, entries: Entries, signed: dict[int, bytes], wanted: set[int], watch: Watch) -> None:
        self.growing = RightEdge(0, {})
        self.made: dict[int, bytes] = {}
        self._entries = entries
        self._signed = signed
        self._watch = watch
        self._wanted = sorted(wanted | signed.keys(), reverse=True)

    def over(self, stored: Stored) -> None:
        """Go through everything. Raises Found at the first thing that is not as it was recorded."""
        while rows := stored.next_entries():
            start = self.growing.size
            said = stored.openings_between(start, start + len(rows))
            nodes = _nodes_of_batch(stored, start, start + len(rows))
            levels = _levels_of(rows, start)
            if levels is None or not self._agree(levels, nodes):
                self._step_by_step(rows, nodes, said, stored)
            else:
                self._grow(levels)
                self._entries.check(rows, said)
            self._watch(self.growing.size)

    def _agree(self, levels: Levels, nodes: dict[int, list[Row]]) -> bool:
        """Whether the stored nodes are those of the batch, and those above it that it completes."""
        start = self.growing.size
        above = _extend(self.growing.copy(), levels, len(levels[0]))
        for level, found in nodes.items():
            made = [
                *(levels[level] if level < len(levels) else []),
                *(each for node, each in above if node.level == level),
            ]
            first = start >> level
            if [row[0] for row in found] != [*range(first, first + len(made))] or [row[1] for row in found] != made:
                return False
        return True

    def _grow(self, levels: Levels) -> None:
        start, count = self.growing.size, len(levels[0])
        while self._wanted and self._wanted[-1] <= start + count:
            size = self._wanted.pop()
            reached = self.growing.copy()
            _extend(reached, levels, size - start)
            self._meet(size, reached.root())
        _extend(self.growing, levels, count)

    def _step_by_step(
        self, rows: Sequence[Row], nodes: dict[int, list[Row]], said: Sequence[Row], stored: Stored
    ) -> None:
        for row in rows:
            idx, _, leaf, leaf_hash = row
            if idx != self.growing.size or leaf is None:
                raise Found(Finding.MISSING, self.growing.size, says="An entry was removed.")
            if not isinstance(leaf, bytes) or hash_leaf(leaf) != leaf_hash:
                raise Found(Finding.TAMPERED, idx, says="The entry's bytes were changed after it was recorded.")
            for node, made in self.growing.append(leaf_hash):
                waiting = nodes.get(node.level) or stored.next_nodes(node.level, 1)
                if not waiting or waiting.pop(0) != (node.idx, made):
                    raise Found(Finding.NODE_MISMATCH, *node, says="A stored node is not the hash of what is under it.")
            while self._wanted and self._wanted[-1] <= self.growing.size:
                self._meet(self._wanted.pop(), self.growing.root())
            self._entries.check([row], [each for each in said if each[0] == idx])

    def _meet(self, size: int, root: bytes) -> None:
        self.made[size] = root
        if self._signed.get(size, root) != root:
            raise Found(Finding.FORKED, size, says="The log is not the one that was signed at this size.")


def _nodes_of_batch(stored: Stored, start: int, end: int) -> dict[int, list[Row]]:
    """What is stored of the nodes that these entries complete, by level."""
    levels = range(1, end.bit_length())
    return {level: stored.next_nodes(level, (end >> level) - (start >> level)) for level in levels}


def _levels_of(rows: Sequence[Row], start: int) -> Levels | None:
    """The batch's hashes; None when an entry is missing, misplaced or changed."""
    places, _, leaves, hashes = zip(*rows, strict=True)
    if places != tuple(range(start, start + len(rows))) or {*map(type, leaves)} != {bytes}:
        return None
    level = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    if level != [*hashes]:
        return None
    levels = [level]
    while len(level) > 1:
        pairs = iter(level)
        level = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
        levels.append(level)
    return levels


def _extend(growing: RightEdge, levels: Levels, count: int) -> list[tuple[Node, bytes]]:
    """Add the first leaves of a batch by their subtrees; returns the nodes above the batch that they complete."""
    above = []
    for node in cover_range(0, count):
        above += growing.append_subtree(node.level, levels[node.level][node.idx])
    return above
