"""Proofs: what verifies, what does not, and the text they are written as."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tlog.errors import Malformed, NotVerified
from app.tlog.proof import Proof, verify_consistency, verify_inclusion
from app.tlog.tree import cover_consistency, cover_inclusion, hash_children, hash_leaf
from tests.tlog.trees import folded, slow_root, some_leaves, stored_nodes

sizes = st.integers(1, 130)
CHECKPOINT = (
    "portal.example/audit/1\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\u2014 portal.example/audit/1 AAAA\n"
)


@st.composite
def entries(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(sizes)
    return draw(st.integers(0, size - 1)), size


@given(entries())
def test_every_entry_is_proven_in_its_log(entry: tuple[int, int]) -> None:
    index, size = entry
    leaves = some_leaves(size)
    path = folded(cover_inclusion(index, size), stored_nodes(leaves))

    verify_inclusion(leaf_hash=hash_leaf(leaves[index]), index=index, size=size, path=path, root=slow_root(leaves))


@given(entries(), st.data())
def test_a_changed_inclusion_proof_is_refused(entry: tuple[int, int], data: st.DataObject) -> None:
    index, size = entry
    leaves = some_leaves(size)
    path = folded(cover_inclusion(index, size), stored_nodes(leaves))
    claims: dict[str, Any] = {"leaf_hash": hash_leaf(leaves[index]), "index": index, "size": size, "path": path}
    wrong_index = data.draw(st.integers(0, 200).filter(lambda other: other != index))
    lies: list[dict[str, Any]] = [
        {"leaf_hash": hash_leaf(b"another entry")},
        {"index": wrong_index},
        {"path": [*path, hash_leaf(b"")]},
        {"path": path[:-1]} if path else {"size": size + 1},
        {"path": [hash_leaf(b""), *path[1:]]} if path else {"index": -1},
    ]

    for lie in lies:
        with pytest.raises(NotVerified):
            verify_inclusion(**{"root": slow_root(leaves), **claims, **lie})


def test_a_proof_that_goes_on_above_the_root_is_refused_whatever_it_leads_to() -> None:
    leaf, beside = hash_leaf(b"entry"), b"b" * 32

    with pytest.raises(NotVerified, match="too long"):
        verify_inclusion(leaf_hash=leaf, index=0, size=1, path=[beside], root=hash_children(beside, leaf))
    old_root = hash_children(beside, hash_children(leaf, leaf))
    root = hash_children(beside, hash_children(leaf, hash_children(leaf, leaf)))
    with pytest.raises(NotVerified):
        verify_consistency(old_size=3, old_root=old_root, size=4, root=root, path=[leaf, leaf, leaf, beside])


@given(st.integers(1, 130), st.integers(0, 130))
def test_a_longer_log_is_proven_to_begin_with_the_shorter_one(old: int, added: int) -> None:
    leaves = some_leaves(old + added)
    path = folded(cover_consistency(old, old + added), stored_nodes(leaves))

    verify_consistency(
        old_size=old, old_root=slow_root(leaves[:old]), size=old + added, root=slow_root(leaves), path=path
    )


@given(st.integers(1, 130), st.integers(0, 130), st.data())
def test_a_rewritten_log_has_no_consistency_proof(old: int, added: int, data: st.DataObject) -> None:
    leaves = some_leaves(old + added)
    rewritten = [*leaves]
    rewritten[data.draw(st.integers(0, old - 1))] = b"something else"
    path = folded(cover_consistency(old, old + added), stored_nodes(rewritten))

    with pytest.raises(NotVerified):
        verify_consistency(
            old_size=old, old_root=slow_root(leaves[:old]), size=old + added, root=slow_root(rewritten), path=path
        )


@given(st.integers(1, 60), st.integers(1, 60))
def test_a_consistency_proof_of_another_length_is_refused(old: int, added: int) -> None:
    leaves = some_leaves(old + added)
    path = folded(cover_consistency(old, old + added), stored_nodes(leaves))
    old_root, root = slow_root(leaves[:old]), slow_root(leaves)

    for wrong in ([*path, root], path[:-1]):
        with pytest.raises(NotVerified):
            verify_consistency(old_size=old, old_root=old_root, size=old + added, root=root, path=wrong)


@pytest.mark.parametrize(("old_size", "size"), [(0, 0), (0, 3), (4, 3)])
def test_nothing_is_consistent_with_an_empty_or_longer_log(old_size: int, size: int) -> None:
    with pytest.raises(NotVerified, match="no consistency proof"):
        verify_consistency(old_size=old_size, old_root=b"0" * 32, size=size, root=b"0" * 32, path=[])


def test_a_hash_of_another_length_is_malformed() -> None:
    with pytest.raises(Malformed, match="32 bytes"):
        verify_inclusion(leaf_hash=b"0" * 31, index=0, size=1, path=[], root=b"0" * 31)


@given(st.integers(0, 10**18), st.lists(st.binary(min_size=32, max_size=32), max_size=63), st.binary())
def test_a_proof_file_is_read_as_it_was_written(index: int, path: list[bytes], extra: bytes) -> None:
    proof = Proof(index, tuple(path), CHECKPOINT, extra)

    assert Proof.parse(proof.text) == proof


def test_a_proof_file_has_the_form_of_its_specification() -> None:
    proof = Proof(7, (b"\0" * 32,), CHECKPOINT, b"more")

    assert proof.text == (
        "c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex 7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n" + CHECKPOINT
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\nindex 0\n",
        f"c2sp.org/tlog-proof@v2\nindex 0\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex 00\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex -1\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex 0\nextra bW9yZQ==\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nextra bW9yZR==\nindex 0\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\r\nindex 0\n\n{CHECKPOINT}",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + "A" * 43 + "=\n" + ("A" * 43 + "=\n") * 63 + f"\n{CHECKPOINT}",
    ],
)
def test_a_proof_file_of_another_form_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        Proof.parse(text)
