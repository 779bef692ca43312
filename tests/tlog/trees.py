"""A whole tree in memory: the slow and obvious definition of RFC 9162 2.1, to compare with."""

from hashlib import sha256

from app.tlog.tree import Cover, Node, RightEdge, fold, hash_leaf


def slow_root(leaves: list[bytes]) -> bytes:
    """The tree head as the specification defines it, by recursion."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return sha256(b"\x01" + slow_root(leaves[:middle]) + slow_root(leaves[middle:])).digest()


def some_leaves(count: int) -> list[bytes]:
    """Distinct entries."""
    return [f"entry {number}".encode() for number in range(count)]


def stored_nodes(leaves: list[bytes]) -> dict[Node, bytes]:
    """What a log would keep: every leaf hash and every complete subtree."""
    nodes: dict[Node, bytes] = {}
    growing = RightEdge(0, {})
    for idx, leaf in enumerate(leaves):
        nodes[Node(0, idx)] = hash_leaf(leaf)
        nodes.update(growing.append(hash_leaf(leaf)))
    return nodes


def folded(covers: list[Cover], nodes: dict[Node, bytes]) -> list[bytes]:
    """The hashes of a proof."""
    return [fold(nodes[node] for node in cover) for cover in covers]
