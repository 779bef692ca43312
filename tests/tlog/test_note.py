"""Signed notes, keys and checkpoints."""

import pytest

from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import Checkpoint, SignerKey, VerifierKey, open_checkpoint, open_note

# The example of the Go package that first had this format.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NOTE = f"{TEXT}\n\u2014 PeterNeumann {SIGNATURE}\n"
STRANGER = SignerKey.generate("PeterNeumann")
ROOT = b"r" * 32


def neumann() -> VerifierKey:
    return VerifierKey.parse(NEUMANN)


def signature_line(key: SignerKey, text: str = TEXT) -> str:
    return key.sign(text).rpartition("\n\n")[2]


def test_a_note_of_other_software_is_read() -> None:
    assert open_note(NOTE, [neumann()]) == TEXT


def test_our_notes_are_the_bytes_other_software_would_write() -> None:
    signer = SignerKey.parse(NEUMANN_SIGNER)

    assert signer.sign(TEXT) == NOTE
    assert str(signer.verifier) == NEUMANN
    assert signer.export() == NEUMANN_SIGNER


def test_a_changed_text_is_refused() -> None:
    with pytest.raises(NotVerified, match="does not verify"):
        open_note(NOTE.replace("answer", "ANSWER"), [neumann()])


def test_lines_of_unknown_keys_are_ignored_wherever_they_stand() -> None:
    unknown = signature_line(STRANGER)
    text, _, known = NOTE.rpartition("\n\n")

    assert open_note(f"{text}\n\n{unknown}{known}{unknown}{unknown}", [neumann()]) == TEXT


def test_a_note_that_only_strangers_signed_is_refused() -> None:
    with pytest.raises(NotVerified, match="no known key"):
        open_note(STRANGER.sign(TEXT), [neumann()])


def test_one_bad_line_of_a_known_key_rejects_the_whole_note() -> None:
    bad = signature_line(SignerKey.parse(NEUMANN_SIGNER), "another text\n")

    for note in (NOTE + bad, NOTE.replace("\u2014", bad + "\u2014")):
        with pytest.raises(NotVerified, match="does not verify"):
            open_note(note, [neumann()])


def test_the_same_good_line_twice_still_verifies() -> None:
    assert open_note(NOTE + NOTE.rpartition("\n\n")[2], [neumann()]) == TEXT


def test_a_text_may_hold_empty_lines() -> None:
    signer = SignerKey.generate("portal.example/audit/1")

    assert open_note(signer.sign("one\n\n\ntwo\n"), [signer.verifier]) == "one\n\n\ntwo\n"


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        NOTE[:-1],
        NOTE + "\n",
        NOTE + "trailing",
        NOTE.replace("\u2014 ", "- "),
        NOTE.replace("\u2014 Peter", "\u2014  Peter"),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("think", "th\tink"),
        NOTE.replace("wJnAM=", "wJnAN="),
        TEXT + "\n\u2014 PeterNeumann x08g\n",
        NOTE + "\u2014 other x08go/ZJ\n" * 100,
        "a" * 1_000_001,
        "\ud800" + NOTE,
    ],
)
def test_a_note_of_another_form_is_malformed(note: str) -> None:
    with pytest.raises(Malformed):
        open_note(note, [neumann()])


@pytest.mark.parametrize("text", ["no newline", "", "tab\there\n"])
def test_a_text_that_no_note_can_hold_is_not_signed(text: str) -> None:
    with pytest.raises(Malformed):
        STRANGER.sign(text)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "PeterNeumann+c74f20a3",
        NEUMANN.replace("c74f20a3", "c74f20a4"),
        NEUMANN.replace("Peter", "Peer"),
        NEUMANN.replace("+AR", "+BR"),
        NEUMANN + "AAAA",
        NEUMANN + "\n",
        NEUMANN_SIGNER,
    ],
)
def test_a_verifier_key_of_another_form_is_malformed(key: str) -> None:
    with pytest.raises(Malformed):
        VerifierKey.parse(key)


@pytest.mark.parametrize("key", ["", NEUMANN, NEUMANN_SIGNER.replace("c74f20a3", "c74f20a4"), NEUMANN_SIGNER[:-4]])
def test_a_signer_key_of_another_form_is_malformed_and_not_repeated(key: str) -> None:
    with pytest.raises(Malformed) as refusal:
        SignerKey.parse(key)

    assert NEUMANN_SIGNER[-20:] not in str(refusal.value)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\nbreak"])
def test_a_key_cannot_have_a_name_that_a_note_cannot_hold(name: str) -> None:
    with pytest.raises(Malformed):
        SignerKey.generate(name)


def test_a_signer_key_does_not_show_itself() -> None:
    assert STRANGER.export() not in repr(STRANGER)
    assert str(STRANGER.seed) not in repr(STRANGER)


def test_a_checkpoint_is_read_as_it_was_signed() -> None:
    signer = SignerKey.generate("portal.example/audit/1")
    checkpoint = Checkpoint("portal.example/audit/1", 12, ROOT)

    assert open_checkpoint(signer.sign(checkpoint.text), signer.verifier) == checkpoint


def test_extension_lines_are_accepted() -> None:
    signer = SignerKey.generate("portal.example/audit/1")
    checkpoint = Checkpoint("portal.example/audit/1", 12, ROOT)

    assert open_checkpoint(signer.sign(checkpoint.text + "more\n"), signer.verifier) == checkpoint


def test_a_checkpoint_of_another_log_is_refused_though_the_key_is_right() -> None:
    signer = SignerKey.generate("portal.example/audit/1")
    other = Checkpoint("portal.example/audit/2", 12, ROOT)

    with pytest.raises(NotVerified, match="not of portal"):
        open_checkpoint(signer.sign(other.text), signer.verifier)


@pytest.mark.parametrize("text", ["origin\n1\n", "origin\n01\nAAAA\n", "\n1\n2\n", "o\n1\nAAAA\n", "o\nx\n\n"])
def test_a_checkpoint_of_another_form_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text)
