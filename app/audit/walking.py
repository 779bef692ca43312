"""From the first entry to the last: leaves from their bytes, nodes from what is under them, openings, signed roots.

Each block is first compared as a whole. Where anything differs it is gone through again entry by entry, so that the
finding names the first place.
"""

from collections.abc import Callable
from hashlib import sha256
from struct import Struct

from app.audit.entries import Entries
from app.audit.stored import BLOCK, HASH_BYTES, EntryBlock, Stored
from app.audit.verdicts import Finding, Found
from app.tlog.tree import Node, RightEdge, cover_range, hash_leaf

Watch = Callable[[int], None]
"""Hears how many entries were gone through."""
Levels = list[bytes]
"""Hashes of a block by level, joined: its leaves, then its complete subtrees."""
_PAIR = Struct(f"{2 * HASH_BYTES}s")


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
        with stored.reading_ahead():
            while self.growing.size < stored.end:
                start, end = self.growing.size, min(self.growing.size + BLOCK, stored.end)
                block, nodes = stored.entries(start, end), stored.nodes(start, end)
                stored.expect(end, min(end + BLOCK, stored.end))
                levels = _levels_of(block) if block else None
                if block is None or levels is None or self._made_by(levels) != nodes:
                    self._step_by_step(stored, start, end)
                else:
                    self._grow(levels)
                    self._entries.check(block, stored)
                self._watch(self.growing.size)

    def _made_by(self, levels: Levels) -> Levels:
        """The nodes of the block by level, and those above it that it completes."""
        return levels[1:] + [made for _, made in _extend(self.growing.copy(), levels, _count(levels[0]))]

    def _grow(self, levels: Levels) -> None:
        start, count = self.growing.size, _count(levels[0])
        while self._wanted and self._wanted[-1] <= start + count:
            size = self._wanted.pop()
            reached = self.growing.copy()
            _extend(reached, levels, size - start)
            self._meet(size, reached.root())
        _extend(self.growing, levels, count)

    def _step_by_step(self, stored: Stored, start: int, end: int) -> None:
        nodes = _nodes_between(stored, start, end)
        said = stored.opening_rows(start, end)
        for idx, event_id, leaf, leaf_hash in stored.entry_rows(start, end):
            if idx != self.growing.size or leaf is None:
                raise Found(Finding.MISSING, self.growing.size, says="An entry was removed.")
            if not isinstance(leaf, bytes) or hash_leaf(leaf) != leaf_hash:
                raise Found(Finding.TAMPERED, idx, says="The entry's bytes were changed after it was recorded.")
            for node, made in self.growing.append(leaf_hash):
                if nodes.get(node) != made:
                    raise Found(Finding.NODE_MISMATCH, *node, says="A stored node is not the hash of what is under it.")
            while self._wanted and self._wanted[-1] <= self.growing.size:
                self._meet(self._wanted.pop(), self.growing.root())
            self._entries.read(idx, event_id, leaf, [each for each in said if each[0] == event_id])
        if self.growing.size < end:
            raise Found(Finding.MISSING, self.growing.size, says="An entry was removed.")

    def _meet(self, size: int, root: bytes) -> None:
        self.made[size] = root
        if self._signed.get(size, root) != root:
            raise Found(Finding.FORKED, size, says="The log is not the one that was signed at this size.")


def _nodes_between(stored: Stored, start: int, end: int) -> dict[Node, bytes]:
    """What is stored of the nodes that these entries complete."""
    return {
        Node(level, idx): found
        for level in range(1, end.bit_length())
        for idx, found in stored.node_rows(level, start >> level, end >> level)
    }


def _levels_of(block: EntryBlock) -> Levels | None:
    """The block's hashes; None when an entry was changed."""
    hashes = [sha256(b"\x00" + leaf).digest() for leaf in block.leaves]
    if hashes != block.hashes:
        return None
    level = b"".join(hashes)
    levels = [level]
    while _count(level) > 1:
        pairs = _PAIR.iter_unpack(level[: len(level) // _PAIR.size * _PAIR.size])
        level = b"".join([sha256(b"\x01" + pair).digest() for (pair,) in pairs])
        levels.append(level)
    return levels


def _count(level: bytes) -> int:
    return len(level) // HASH_BYTES


def _extend(growing: RightEdge, levels: Levels, count: int) -> list[tuple[Node, bytes]]:
    """Add the first leaves of a block by their subtrees; returns the nodes above the block that they complete."""
    above = []
    for node in cover_range(0, count):
        at = node.idx * HASH_BYTES
        above += growing.append_subtree(node.level, levels[node.level][at : at + HASH_BYTES])
    return above
