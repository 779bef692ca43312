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


def slow_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D_n) of RFC 9162 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    middle = _largest_power_below(len(leaves))
    if index < middle:
        return [*slow_path(index, leaves[:middle]), slow_root(leaves[middle:])]
    return [*slow_path(index - middle, leaves[middle:]), slow_root(leaves[:middle])]


def slow_proof(old: int, leaves: list[bytes], *, is_known: bool = True) -> list[bytes]:
    """PROOF(m, D_n) of RFC 9162 2.1.4.1 (SUBPROOF with its flag), word for word."""
    if old == len(leaves):
        return [] if is_known else [slow_root(leaves)]
    middle = _largest_power_below(len(leaves))
    if old <= middle:
        return [*slow_proof(old, leaves[:middle], is_known=is_known), slow_root(leaves[middle:])]
    return [*slow_proof(old - middle, leaves[middle:], is_known=False), slow_root(leaves[:middle])]


def _largest_power_below(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power
