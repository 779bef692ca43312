"""Commitments and the canonical form under them."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tlog.commitments import Opening
from app.tlog.encoding import JSON, canonical, from_base64, read_json, to_base64
from app.tlog.errors import Malformed

values: st.SearchStrategy[JSON] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcd"), inner),
    max_leaves=8,
)


def test_the_commitment_is_the_hash_its_description_promises() -> None:
    opening = Opening("amount", b"s" * 32, b"1250")

    assert opening.commitment == sha256(b"audit-commit/v1\x00amount\x00" + b"s" * 32 + b"1250").digest()


def test_every_opening_has_a_salt_of_its_own() -> None:
    assert Opening.of("amount", 5).commitment != Opening.of("amount", 5).commitment


@given(values)
def test_an_opening_opens_its_own_commitment_and_no_other(value: JSON) -> None:
    opening = Opening.of("amount", value)

    assert opening.opens(opening.commitment)
    assert not Opening("other", opening.salt, opening.value).opens(opening.commitment)
    assert not Opening("amount", opening.salt, opening.value + b" ").opens(opening.commitment)
    assert not Opening("amount", bytes(32), opening.value).opens(opening.commitment)


def test_a_salt_may_not_lend_bytes_to_the_value() -> None:
    opening = Opening("amount", b"s" * 32, b"1250")
    shifted = Opening("amount", b"s" * 32 + b"1", b"250")

    assert shifted.commitment == opening.commitment
    assert not shifted.opens(opening.commitment)


@given(values)
def test_a_value_is_read_back_as_it_was_said(value: JSON) -> None:
    assert canonical(Opening.of("amount", value).said) == canonical(value)


def test_text_is_brought_to_one_normal_form() -> None:
    assert canonical({"e\u0301": "e\u0301"}) == canonical({"\u00e9": "\u00e9"})


@pytest.mark.parametrize("value", [2**53, "\ud800", {"\ud800": 1, "a": 2}, b"bytes", 1.5, {1, 2}])
def test_what_has_no_one_spelling_is_not_recorded(value: JSON) -> None:
    with pytest.raises(Malformed):
        canonical(value)


@pytest.mark.parametrize("data", [b"", b"{} {}", b'{"a":1,"a":2}', b"NaN", b"\xff", b"[" * 100_000])
def test_json_that_two_readers_could_read_differently_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_json(data)


@given(st.binary())
def test_base64_comes_back(data: bytes) -> None:
    assert from_base64(to_base64(data)) == data


@pytest.mark.parametrize("text", ["QR==", "QQ", "QQ==\n", "Q Q==", "QQ-_", "\u00e9"])
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(Malformed):
        from_base64(text)
