"""Receipts: one entry proven, with what it said."""

import json

import pytest

from app.tlog.commitments import Opening
from app.tlog.encoding import canonical, to_base64
from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import Checkpoint, SignerKey
from app.tlog.proof import Proof
from app.tlog.receipt import check_receipt, write_receipt
from app.tlog.tree import cover_inclusion
from tests.tlog.trees import folded, slow_root, some_leaves, stored_nodes

KEY = SignerKey.generate("portal.example/audit/1")
OPENING = Opening.of("amount_cents", 125_000)
INDEX = 5


def an_entry(origin: str = KEY.name) -> bytes:
    return canonical(
        {"v": 1, "log": origin, "action": "correction.acknowledged", "c": {OPENING.part: to_base64(OPENING.commitment)}}
    )


def a_receipt(leaf: bytes, openings: list[Opening], key: SignerKey = KEY) -> str:
    leaves = some_leaves(11)
    leaves[INDEX] = leaf
    path = folded(cover_inclusion(INDEX, len(leaves)), stored_nodes(leaves))
    note = key.sign(Checkpoint(key.name, len(leaves), slow_root(leaves)).text)
    return write_receipt(leaf=leaf, openings=openings, index=INDEX, path=path, checkpoint=note)


def with_extra(receipt: str, extra: object) -> str:
    proof = Proof.parse(receipt)
    return Proof(proof.index, proof.path, proof.checkpoint, json.dumps(extra).encode()).text


def test_a_receipt_shows_what_was_recorded_and_where() -> None:
    checked = check_receipt(a_receipt(an_entry(), [OPENING]), KEY.verifier)

    assert checked.entry["action"] == "correction.acknowledged"
    assert checked.said == {"amount_cents": 125_000}
    assert (checked.index, checked.checkpoint.size) == (INDEX, 11)


def test_a_receipt_may_keep_to_itself_what_was_said() -> None:
    assert check_receipt(a_receipt(an_entry(), []), KEY.verifier).said == {}


def test_text_beyond_ascii_survives() -> None:
    name = Opening.of("name", 'Zo\u00eb \u201cZ\u201d \U0001f600 \\"')
    leaf = canonical({"log": KEY.name, "c": {"name": to_base64(name.commitment)}})

    assert check_receipt(a_receipt(leaf, [name]), KEY.verifier).said == {"name": name.said}


def test_another_value_with_the_same_salt_is_refused() -> None:
    lie = Opening(OPENING.part, OPENING.salt, b"125001")

    with pytest.raises(NotVerified, match="not what was recorded"):
        check_receipt(a_receipt(an_entry(), [lie]), KEY.verifier)


def test_an_opening_of_what_was_never_recorded_is_refused() -> None:
    with pytest.raises(NotVerified, match="nothing was recorded"):
        check_receipt(a_receipt(an_entry(), [Opening.of("interest_cents", 1)]), KEY.verifier)


def test_another_entry_under_the_same_proof_is_refused() -> None:
    leaf = an_entry().replace(b"acknowledged", b"published_by")
    extra = {"leaf": leaf.decode(), "openings": {}}

    with pytest.raises(NotVerified, match="not in the log"):
        check_receipt(with_extra(a_receipt(an_entry(), []), extra), KEY.verifier)


def test_another_key_of_the_same_name_is_refused() -> None:
    with pytest.raises(NotVerified, match="no known key"):
        check_receipt(a_receipt(an_entry(), []), SignerKey.generate(KEY.name).verifier)


def test_an_entry_of_another_log_is_refused() -> None:
    with pytest.raises(NotVerified, match="another log"):
        check_receipt(a_receipt(an_entry("portal.example/audit/2"), []), KEY.verifier)


@pytest.mark.parametrize(
    "extra",
    [
        [],
        {"leaf": "x"},
        {"leaf": "not json", "openings": {}},
        {"leaf": 1, "openings": {}},
        {"leaf": "\ud800", "openings": {}},
        {"leaf": "{}", "openings": {}, "more": 1},
        {"leaf": "{}", "openings": {"amount_cents": {"salt": "AA=="}}},
        {"leaf": "{}", "openings": {"amount_cents": {"salt": "A", "value": "1"}}},
    ],
)
def test_a_receipt_with_another_kind_of_extra_is_not_accepted(extra: object) -> None:
    with pytest.raises((Malformed, NotVerified)):
        check_receipt(with_extra(a_receipt(an_entry(), []), extra), KEY.verifier)


@pytest.mark.parametrize("leaf", [b"[]", b'{"c":1}', b"1", b'{"c":{},"c":{}}', b"not json"])
def test_an_entry_that_is_no_audit_event_is_malformed(leaf: bytes) -> None:
    with pytest.raises(Malformed):
        check_receipt(a_receipt(leaf, []), KEY.verifier)


def test_no_changed_byte_of_a_receipt_passes_as_the_same_statement() -> None:
    receipt = a_receipt(an_entry(), [OPENING])
    for place, character in enumerate(receipt):
        changed = receipt[:place] + ("A" if character != "A" else "B") + receipt[place + 1 :]
        with pytest.raises((Malformed, NotVerified)):
            check_receipt(changed, KEY.verifier)
