"""The Merkle tree of RFC 9162 section 2.1 with SHA-256, over stored complete subtrees.

A `Node(level, idx)` is the root of the complete subtree over the leaves `idx * 2**level` up to, but not including,
`(idx + 1) * 2**level`; level 0 are the leaf hashes. Proofs are first planned as covers (which stored
nodes does each hash of the proof need?), so that a caller can load them all at once and then `fold` each cover.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple

EMPTY_ROOT = sha256().digest()


class Node(NamedTuple):
    """Where a complete subtree stands."""

    level: int
    idx: int


Cover = tuple[Node, ...]
"""Complete subtrees, left to right and shrinking, that together cover a range of leaves."""


def hash_leaf(data: bytes) -> bytes:
    """The hash of one entry's bytes."""
    return sha256(b"\x00" + data).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def cover_range(start: int, end: int) -> Cover:
    """The cover of leaves start up to end, where `start` is 0 or the left edge of a subtree of RFC 9162."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return tuple(nodes)


def cover_inclusion(index: int, size: int) -> list[Cover]:
    """One cover for each hash of the inclusion proof, leaf to root (RFC 9162 2.1.3.1). Raises ValueError."""
    if not 0 <= index < size:
        raise ValueError(f"a log of {size} entries has no entry {index}")
    covers = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            covers.append(cover_range(middle, end))
            end = middle
        else:
            covers.append(cover_range(start, middle))
            start = middle
    return covers[::-1]


def cover_consistency(old: int, new: int) -> list[Cover]:
    """One cover for each hash of the consistency proof (RFC 9162 2.1.4.1). Raises ValueError; size 0 has no proof."""
    if not 0 < old <= new:
        raise ValueError(f"there is no consistency proof from size {old} to size {new}")
    covers = []
    start, end = 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            covers.append(cover_range(middle, end))
            end = middle
        else:
            covers.append(cover_range(start, middle))
            start = middle
    if start > 0:
        covers.append(cover_range(start, end))
    return covers[::-1]


def fold(hashes: Iterable[bytes]) -> bytes:
    """The hash of a range from the hashes of its cover; of no hashes, the root of the empty tree."""
    *rest, folded = list(hashes) or [EMPTY_ROOT]
    for left in reversed(rest):
        folded = hash_children(left, folded)
    return folded


def edge(size: int, added: int) -> Cover:
    """The subtrees at the right edge of a tree of `size` that `added` further leaves complete."""
    grown = size + added
    return tuple(node for node in cover_range(0, size) if grown >> (node.level + 1) > size >> (node.level + 1))


class RightEdge:
    """A tree that remembers only its right edge: it can be grown and asked for its root.

    `hashes` holds the nodes of `cover_range(0, size)`; to append a known number of leaves, those of `edge` are enough.
    """

    def __init__(self, size: int, hashes: Mapping[Node, bytes]) -> None:
        self.size = size
        self._waiting = {node.level: found for node, found in hashes.items()}

    def append(self, leaf_hash: bytes) -> list[tuple[Node, bytes]]:
        """Add a leaf; returns the inner nodes that it completes, from below."""
        return self.append_subtree(0, leaf_hash)

    def append_subtree(self, level: int, folded: bytes) -> list[tuple[Node, bytes]]:
        """Add a complete subtree of `2**level` leaves by its root; returns the nodes above it that it completes.

        The size must be a multiple of that many leaves.
        """
        grown = self.size + (1 << level)
        completed = []
        while self.size >> level & 1:
            folded = hash_children(self._waiting.pop(level), folded)
            level += 1
            completed.append((Node(level, self.size >> level), folded))
        self._waiting[level] = folded
        self.size = grown
        return completed

    def copy(self) -> "RightEdge":
        """The same edge, to be grown on its own."""
        return RightEdge(self.size, {Node(level, 0): found for level, found in self._waiting.items()})

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        return fold(self._waiting[node.level] for node in cover_range(0, self.size))


def _split(count: int) -> int:
    """The largest power of two below count, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)
