"""Whatever somebody sends as a note, a key, a proof or a receipt: it is refused in one line, never with a traceback."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tlog.encoding import from_base64, to_base64
from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import LONGEST_NOTE, SignerKey, VerifierKey, open_checkpoint
from app.tlog.proof import Proof
from app.tlog.receipt import check_receipt
from tests.tlog.receipts import ORIGIN, a_receipt

GOOD = a_receipt(number="R-7Q2M")
KEY = GOOD.key.verifier
TEXT = st.text(st.characters(codec="utf-8"), max_size=300) | st.text(st.characters(), max_size=40)


@given(st.integers(0, len(GOOD.text) - 1), st.characters())
def test_a_receipt_with_any_one_character_changed_is_refused(at: int, character: str) -> None:
    changed = GOOD.text[:at] + character + GOOD.text[at + 1 :]
    if changed == GOOD.text:
        return

    with pytest.raises((Malformed, NotVerified)):
        check_receipt(changed, KEY)


@given(st.integers(0, len(GOOD.text)), st.integers(0, len(GOOD.text)))
def test_a_receipt_of_which_a_piece_is_missing_is_refused(start: int, end: int) -> None:
    cut = GOOD.text[:start] + GOOD.text[end:]
    if start >= end:
        return

    with pytest.raises((Malformed, NotVerified)):
        check_receipt(cut, KEY)


@given(TEXT)
def test_any_text_is_refused_in_words_of_one_line(text: str) -> None:
    for read in (
        lambda: check_receipt(text, KEY),
        lambda: Proof.parse(text),
        lambda: open_checkpoint(text, KEY),
        lambda: VerifierKey.parse(text),
        lambda: SignerKey.parse(text),
    ):
        with pytest.raises((Malformed, NotVerified)) as refusal:
            read()
        assert "\n" not in str(refusal.value)
        assert len(str(refusal.value)) < 400


@given(st.binary(max_size=200))
def test_a_receipt_that_carries_anything_else_is_refused(extra: bytes) -> None:
    line = GOOD.text.split("\n")[1]
    if to_base64(extra) == line.removeprefix("extra "):
        return

    with pytest.raises((Malformed, NotVerified)):
        check_receipt(GOOD.text.replace(line, f"extra {to_base64(extra)}"), KEY)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "c2sp.org/tlog-proof@v1\nextra " + to_base64(b"[" * 100_000) + "\nindex 0\n\n",
        GOOD.text.replace("index 7", "index 9999999999999999999"),
        GOOD.text.replace("index 7", "index " + "9" * 10_000),
        GOOD.text.replace("index 7", "index 007"),
        GOOD.text.replace("index 7", "index -7"),
        GOOD.text.replace("index 7\n", "index 7\n" + f"{to_base64(b'x' * 32)}\n" * 64),
        GOOD.text + "\n",
        GOOD.text[:-1],
        "x" * (LONGEST_NOTE + 1),
    ],
)
def test_deep_long_and_odd_receipts_are_refused(text: str) -> None:
    with pytest.raises((Malformed, NotVerified)):
        check_receipt(text, KEY)


def test_a_deep_value_in_a_receipt_is_refused() -> None:
    line = GOOD.text.split("\n")[1]
    extra = from_base64(line.removeprefix("extra ")).decode()
    deep = extra.replace('\\"R-7Q2M\\"', "[" * 50_000)
    assert deep != extra

    with pytest.raises((Malformed, NotVerified)):
        check_receipt(GOOD.text.replace(line, f"extra {to_base64(deep.encode())}"), KEY)


def test_another_key_of_the_same_name_opens_nothing() -> None:
    with pytest.raises(NotVerified, match="no known key"):
        check_receipt(GOOD.text, SignerKey.generate(ORIGIN).verifier)
