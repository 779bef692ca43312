"""Checking proofs (RFC 9162 2.1.3.2 and 2.1.4.2) and writing them (c2sp.org/tlog-proof@v1).

The checks are written from the specification alone and share no code with the tree that makes the proofs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from app.tlog.encoding import from_base64, from_decimal, hash_from_base64, to_base64
from app.tlog.errors import Malformed, NotVerified

FIRST_LINE = "c2sp.org/tlog-proof@v1"
LONGEST_PATH = 63


def verify_inclusion(*, leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Return if the entry stands at `index` of the log with this size and root. Raises Malformed, NotVerified."""
    _check_hashes(leaf_hash, root, *path)
    if not 0 <= index < size:
        raise NotVerified(f"a log of {size} entries has no entry {index}")
    position, last, folded = index, size - 1, leaf_hash
    for sibling in path:
        if last == 0:
            raise NotVerified("the proof is too long")
        if position & 1 or position == last:
            folded = _hash_pair(sibling, folded)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            folded = _hash_pair(folded, sibling)
        position >>= 1
        last >>= 1
    if last or folded != root:
        raise NotVerified("the entry is not in the log with this root")


def verify_consistency(*, old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> None:
    """Return if the newer log begins with everything of the older one. Raises Malformed, NotVerified.

    From size 0 there is no proof, so nothing can be verified from it.
    """
    _check_hashes(old_root, root, *path)
    if not 0 < old_size <= size:
        raise NotVerified(f"there is no consistency proof from size {old_size} to size {size}")
    if old_size == size:
        if path or old_root != root:
            raise NotVerified("two logs of one size have different roots")
        return
    hashes = [*path] if old_size & (old_size - 1) else [old_root, *path]
    if not hashes or _fold_both(hashes, old_size - 1, size - 1) != (old_root, root):
        raise NotVerified("the newer log does not begin with the older one")


def _fold_both(hashes: Sequence[bytes], position: int, last: int) -> tuple[bytes, bytes] | None:
    """The roots of both logs as the proof has them; None when the proof has the wrong length."""
    while position & 1:
        position >>= 1
        last >>= 1
    older = newer = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            older, newer = _hash_pair(sibling, older), _hash_pair(sibling, newer)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            newer = _hash_pair(newer, sibling)
        position >>= 1
        last >>= 1
    return None if last else (older, newer)


@dataclass(frozen=True)
class Proof:
    """That one entry is in the log of a signed checkpoint. `extra` is not authenticated by the proof itself."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    @property
    def text(self) -> str:
        """The `.tlog-proof` file."""
        lines = [FIRST_LINE]
        if self.extra:
            lines.append(f"extra {to_base64(self.extra)}")
        lines += [f"index {self.index}", *map(to_base64, self.path), "", self.checkpoint]
        return "\n".join(lines)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a `.tlog-proof` file. Raises Malformed; nothing in it is verified yet."""
        head, blank, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != FIRST_LINE:
            raise Malformed(f"a proof begins with {FIRST_LINE} and has an empty line before its checkpoint")
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = from_base64(lines.pop(0).removeprefix("extra "))
        if not lines or not lines[0].startswith("index "):
            raise Malformed("a proof has a line that says its index")
        index = from_decimal(lines.pop(0).removeprefix("index "))
        if len(lines) > LONGEST_PATH:
            raise Malformed("the proof is too long")
        return cls(index, tuple(map(hash_from_base64, lines)), checkpoint, extra)


def _hash_pair(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _check_hashes(*hashes: bytes) -> None:
    if any(len(value) != 32 for value in hashes):
        raise Malformed("a hash has 32 bytes")
