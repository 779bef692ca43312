"""The tree: roots, proofs and growing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tlog.tree import (
    EMPTY_ROOT,
    Node,
    RightEdge,
    cover_consistency,
    cover_inclusion,
    cover_range,
    edge,
    fold,
    hash_leaf,
)
from tests.tlog.trees import folded, slow_path, slow_proof, slow_root, some_leaves, stored_nodes

# The entries and roots that Certificate Transparency implementations test with.
CT_ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_roots_are_those_of_certificate_transparency() -> None:
    growing = RightEdge(0, {})
    roots = []
    for entry in CT_ENTRIES:
        growing.append(hash_leaf(bytes.fromhex(entry)))
        roots.append(growing.root().hex())

    assert roots == CT_ROOTS


def test_the_empty_tree_has_the_hash_of_nothing_as_its_root() -> None:
    assert RightEdge(0, {}).root() == EMPTY_ROOT == slow_root([])


@given(st.integers(0, 300))
def test_the_root_is_the_one_the_specification_defines(size: int) -> None:
    leaves = some_leaves(size)
    nodes = stored_nodes(leaves)

    assert fold(nodes[node] for node in cover_range(0, size)) == slow_root(leaves)


def test_every_proof_at_every_past_size_is_the_one_the_specification_defines() -> None:
    leaves = some_leaves(40)
    nodes = stored_nodes(leaves)

    for size in range(1, 41):
        grown = leaves[:size]
        assert [folded(cover_inclusion(idx, size), nodes) for idx in range(size)] == [
            slow_path(idx, grown) for idx in range(size)
        ]
        assert [folded(cover_consistency(old, size), nodes) for old in range(1, size + 1)] == [
            slow_proof(old, grown) for old in range(1, size + 1)
        ]


@given(st.integers(1, 10**18), st.data())
def test_a_proof_of_a_large_log_reads_few_nodes(size: int, data: st.DataObject) -> None:
    idx, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))

    for covers in (cover_inclusion(idx, size), cover_consistency(old, size)):
        assert len(covers) <= size.bit_length() + 1
        assert len({node for cover in covers for node in cover}) <= 3 * size.bit_length()


@given(st.lists(st.integers(0, 5), max_size=6))
def test_whole_subtrees_are_appended_as_their_leaves_would_be(levels: list[int]) -> None:
    levels = sorted(levels, reverse=True)
    leaves = some_leaves(sum(1 << level for level in levels))
    nodes = stored_nodes(leaves)
    by_subtrees, one_by_one, start = RightEdge(0, {}), RightEdge(0, {}), 0
    for level in levels:
        by_subtrees.append_subtree(level, nodes[Node(level, start >> level)])
        start += 1 << level
    for leaf in leaves:
        one_by_one.append(hash_leaf(leaf))

    assert by_subtrees.root() == one_by_one.root() == by_subtrees.copy().root()


@given(st.integers(0, 200), st.integers(1, 200))
def test_growing_needs_only_the_edge_and_completes_the_same_nodes(size: int, added: int) -> None:
    leaves = some_leaves(size + added)
    before, after = stored_nodes(leaves[:size]), stored_nodes(leaves)

    growing = RightEdge(size, {node: before[node] for node in edge(size, added)})
    completed = {node: found for leaf in leaves[size:] for node, found in growing.append(hash_leaf(leaf))}

    assert completed == {node: after[node] for node in after.keys() - before.keys() if node.level > 0}


def test_a_single_entry_on_an_even_tree_needs_no_stored_node() -> None:
    assert edge(6, 1) == ()
    assert edge(7, 1) == (Node(2, 0), Node(1, 2), Node(0, 6))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3), (3, 3)])
def test_an_entry_beyond_the_log_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="has no entry"):
        cover_inclusion(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (6, 5), (-1, 5)])
def test_there_is_no_consistency_proof_from_nothing_or_backwards(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="no consistency proof"):
        cover_consistency(old, new)
