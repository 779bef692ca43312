"""Signed notes and checkpoints: c2sp.org/signed-note with Ed25519 keys, c2sp.org/tlog-checkpoint.

Keys are text, as other tools of that family read and write them: `<name>+<key id>+<base64>`, the private ones with
`PRIVATE+KEY+` before it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.tlog.encoding import from_base64, from_decimal, hash_from_base64, to_base64, to_utf8
from app.tlog.errors import Malformed, NotVerified

ED25519 = b"\x01"
PRIVATE = "PRIVATE+KEY+"
LONGEST_NOTE = 1_000_000
MOST_SIGNATURES = 100
_KEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_SIGNATURE = re.compile(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)")


@dataclass(frozen=True)
class VerifierKey:
    """The public half of a log's key, with the name it signs under."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes: with the name they say which key a signature line is from."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `<name>+<key id>+<base64>`. Raises Malformed."""
        name, key_id, encoded = _split_key(text)
        key = cls(name, encoded)
        if key.key_id != key_id:
            raise Malformed("the verifier key's id does not belong to its name and key")
        return key

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Whether this key made the signature over the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(ED25519 + self.public)}"


@dataclass(frozen=True, repr=False)
class SignerKey:
    """The private half; its text must never be printed or logged."""

    name: str
    seed: bytes

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new key. Raises Malformed for a name that is empty or holds a space or a plus sign."""
        if not re.fullmatch(r"[^\s+]+", name):
            raise Malformed(f"{name!r} cannot name a key: no spaces and no plus signs")
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `PRIVATE+KEY+<name>+<key id>+<base64>`. Raises Malformed, without the key in its words."""
        if not text.startswith(PRIVATE):
            raise Malformed("this is not a signer key")
        name, key_id, seed = _split_key(text.removeprefix(PRIVATE))
        key = cls(name, seed)
        if key.verifier.key_id != key_id:
            raise Malformed("the signer key's id does not belong to its name and key")
        return key

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The signed note: text, blank line, one signature line. Raises Malformed when a note cannot hold the text."""
        _check_text(text)
        if not text.endswith("\n"):
            raise Malformed("the text of a note ends with a newline")
        signature = to_base64(self.verifier.key_id + self._private.sign(text.encode()))
        return f"{text}\n\u2014 {self.name} {signature}\n"

    def export(self) -> str:
        """The text that `parse` reads, for the key file."""
        return f"{PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{to_base64(ED25519 + self.seed)}"

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def open_note(note: str, keys: Iterable[VerifierKey]) -> str:
    """The text of a note that at least one of the keys signed.

    Lines of unknown keys are ignored; a line of a known key that does not verify rejects the whole note.
    Raises Malformed or NotVerified.
    """
    text, signatures = _split_note(note)
    known = {(key.name, key.key_id): key for key in keys}
    verified = 0
    for name, signature in signatures:
        key = known.get((name, signature[:4]))
        if key is None:
            continue
        if not key.verifies(text.encode(), signature[4:]):
            raise NotVerified(f"the signature of {name} does not verify")
        verified += 1
    if not verified:
        raise NotVerified("no known key signed this note")
    return text


@dataclass(frozen=True)
class Checkpoint:
    """A tree head: which log, how many entries, which root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text to be signed."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a checkpoint's text; extension lines are accepted and ignored. Raises Malformed."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise Malformed("a checkpoint has three lines: origin, size and root")
        return cls(lines[0], from_decimal(lines[1]), hash_from_base64(lines[2]))


def read_unverified(note: str) -> Checkpoint:
    """The checkpoint in a note with signatures unchecked: only to ask whose it might be. Raises Malformed."""
    return Checkpoint.parse(_split_note(note)[0])


def open_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """The checkpoint in a note signed by the log's own key, whose name is the origin. Raises Malformed, NotVerified."""
    checkpoint = Checkpoint.parse(open_note(note, [key]))
    if checkpoint.origin != key.name:
        raise NotVerified(f"this is a checkpoint of {checkpoint.origin}, not of {key.name}")
    return checkpoint


def _split_key(text: str) -> tuple[str, bytes, bytes]:
    match = _KEY.fullmatch(text)
    if not match:
        raise Malformed("a key is written as name+id+base64")
    encoded = from_base64(match[3])
    if len(encoded) != 33 or encoded[:1] != ED25519:
        raise Malformed("the key is not an Ed25519 key of 32 bytes")
    return match[1], bytes.fromhex(match[2]), encoded[1:]


def _split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    _check_text(note)
    text, blank, block = note.rpartition("\n\n")
    if not blank or not block.endswith("\n"):
        raise Malformed("a note is a text, an empty line, and signature lines, each ended by a newline")
    lines = block[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise Malformed(f"a note has at most {MOST_SIGNATURES} signatures")
    return text + "\n", [_split_signature(line) for line in lines]


def _split_signature(line: str) -> tuple[str, bytes]:
    match = _SIGNATURE.fullmatch(line)
    if not match:
        raise Malformed(f"{line[:60]!r} is not a signature line")
    signature = from_base64(match[2])
    if len(signature) < 5:
        raise Malformed(f"{line[:60]!r} is too short for a signature")
    return match[1], signature


def _check_text(text: str) -> None:
    if len(to_utf8(text)) > LONGEST_NOTE:
        raise Malformed("the note is too long")
    if any(character < " " and character != "\n" for character in text):
        raise Malformed("a note holds no control characters")
