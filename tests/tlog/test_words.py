"""What is refused is refused in these words: people read them, and write to us with them."""

from collections.abc import Callable

import pytest

from app.tlog.commitments import Opening
from app.tlog.encoding import to_base64
from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import Checkpoint, SignerKey, VerifierKey, open_note
from app.tlog.proof import Proof, verify_consistency, verify_inclusion
from app.tlog.receipt import check_receipt
from tests.tlog.receipts import ORIGIN, a_receipt

GOOD = a_receipt(number="R-7Q2M")
KEY = GOOD.key.verifier
HASH, OTHER, SHORT = b"h" * 32, b"o" * 32, b"s" * 31
TEXT = "origin\n1\n"


def include(**changed: object) -> None:
    claims = {"leaf_hash": HASH, "index": 0, "size": 1, "path": [], "root": HASH}
    verify_inclusion(**{**claims, **changed})  # type: ignore[arg-type]  # one claim at a time is made wrong


def continues(**changed: object) -> None:
    claims = {"old_size": 2, "old_root": HASH, "size": 3, "root": HASH, "path": [HASH]}
    verify_consistency(**{**claims, **changed})  # type: ignore[arg-type]  # as above


def receipt_with(extra: bytes) -> None:
    line = GOOD.text.split("\n")[1]
    check_receipt(GOOD.text.replace(line, f"extra {to_base64(extra)}"), KEY)


def signed_by(line: str) -> None:
    open_note(f"{TEXT}\n{line}\n", [KEY])


@pytest.mark.parametrize(
    ("refused", "kind", "words"),
    [
        (lambda: include(leaf_hash=SHORT), Malformed, "a hash has 32 bytes"),
        (lambda: include(root=SHORT), Malformed, "a hash has 32 bytes"),
        (lambda: include(path=[SHORT]), Malformed, "a hash has 32 bytes"),
        (lambda: include(index=1), NotVerified, "a log of 1 entries has no entry 1"),
        (lambda: include(path=[OTHER]), NotVerified, "the proof is too long"),
        (lambda: include(root=OTHER), NotVerified, "the entry is not in the log with this root"),
        (lambda: continues(old_root=SHORT), Malformed, "a hash has 32 bytes"),
        (lambda: continues(root=SHORT), Malformed, "a hash has 32 bytes"),
        (lambda: continues(path=[SHORT]), Malformed, "a hash has 32 bytes"),
        (lambda: continues(old_size=3, path=[], root=OTHER), NotVerified, "two logs of one size have different roots"),
        (continues, NotVerified, "the newer log does not begin with the older one"),
        (lambda: continues(old_size=0), NotVerified, "there is no consistency proof from size 0 to size 3"),
        (
            lambda: Proof.parse("x"),
            Malformed,
            "a proof begins with c2sp.org/tlog-proof@v1 and has an empty line before its checkpoint",
        ),
        (lambda: Proof.parse("c2sp.org/tlog-proof@v1\nx\n\ny"), Malformed, "a proof has a line that says its index"),
        (
            lambda: Proof.parse("c2sp.org/tlog-proof@v1\nindex 0" + f"\n{to_base64(HASH)}" * 64 + "\n\ny"),
            Malformed,
            "the proof is too long",
        ),
        (lambda: receipt_with(b"{}"), Malformed, "the receipt carries no entry"),
        (
            lambda: receipt_with(b'{"leaf":"{}","openings":{"number":1}}'),
            Malformed,
            "the receipt's opening of 'number' is no salt and value",
        ),
        (
            lambda: SignerKey.generate("two words"),
            Malformed,
            "'two words' cannot name a key: no spaces and no plus signs",
        ),
        (lambda: GOOD.key.sign("no newline"), Malformed, "the text of a note ends with a newline"),
        (lambda: GOOD.key.sign("a\tb\n"), Malformed, "a note holds no control characters"),
        (lambda: GOOD.key.sign("a" * 1_000_000 + "\n"), Malformed, "the note is too long"),
        (lambda: Checkpoint.parse("o\n1\n"), Malformed, "a checkpoint has three lines: origin, size and root"),
        (lambda: signed_by("x" * 80), Malformed, f"{'x' * 60!r} is not a signature line"),
        (
            lambda: signed_by(f"\u2014 {'n' * 80} AAAA"),
            Malformed,
            f"'\u2014 {'n' * 58}' is too short for a signature",
        ),
        (
            lambda: open_note(TEXT, [KEY]),
            Malformed,
            "a note is a text, an empty line, and signature lines, each ended by a newline",
        ),
        (
            lambda: open_note(f"{TEXT}\n" + "\u2014 n AAAAAAA=\n" * 101, [KEY]),
            Malformed,
            "a note has at most 100 signatures",
        ),
        (lambda: signed_by("\u2014 n AAAAAAA="), NotVerified, "no known key signed this note"),
        (
            lambda: open_note(GOOD.key.sign("a\n").replace("a\n", "b\n", 1), [KEY]),
            NotVerified,
            f"the signature of {ORIGIN} does not verify",
        ),
        (lambda: VerifierKey.parse("x"), Malformed, "a key is written as name+id+base64"),
        (
            lambda: VerifierKey.parse(f"n+00000000+{to_base64(b'x')}"),
            Malformed,
            "the key is not an Ed25519 key of 32 bytes",
        ),
        (
            lambda: VerifierKey.parse(str(KEY).replace(ORIGIN, "other")),
            Malformed,
            "the verifier key's id does not belong to its name and key",
        ),
        (lambda: SignerKey.parse(str(KEY)), Malformed, "this is not a signer key"),
        (
            lambda: SignerKey.parse(GOOD.key.export().replace(ORIGIN, "other")),
            Malformed,
            "the signer key's id does not belong to its name and key",
        ),
    ],
)
def test_each_refusal_says_what_is_wrong(refused: Callable[[], object], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as refusal:
        refused()

    assert str(refusal.value) == words


@pytest.mark.parametrize(
    "text", ["o\n1\nROOT", "o\n1\nROOT\nmore", "o\n1\nROOT\n\n", "\n1\nROOT\n", "o\n1\nROOT\n\nx\n"]
)
def test_a_checkpoint_of_fewer_or_empty_lines_is_malformed(text: str) -> None:
    with pytest.raises(Malformed, match="three lines"):
        Checkpoint.parse(text.replace("ROOT", to_base64(HASH)))


def test_a_checkpoint_may_end_after_its_root() -> None:
    assert Checkpoint.parse(f"o\n1\n{to_base64(HASH)}\n") == Checkpoint("o", 1, HASH)


def test_a_signature_of_one_byte_after_the_key_id_is_read() -> None:
    with pytest.raises(NotVerified, match="no known key"):
        signed_by("\u2014 n AAAAAAA=")


def test_a_salt_has_32_bytes() -> None:
    assert len(Opening.of("amount", 1).salt) == 32
