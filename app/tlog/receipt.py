"""Receipts: a `.tlog-proof` file whose `extra` carries the entry and the openings of its own reader.

`extra` is `{"leaf": text, "openings": {part: {"salt": base64, "value": text}}}` in RFC 8785 form. It counts for
nothing until the leaf's hash is proven to stand in a log whose checkpoint the pinned key signed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from app.tlog.commitments import Opening
from app.tlog.encoding import JSON, from_base64, read_json, to_base64, to_utf8
from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import Checkpoint, VerifierKey, open_checkpoint
from app.tlog.proof import Proof, verify_inclusion
from app.tlog.tree import hash_leaf

LONGEST_RECEIPT = 1_000_000
"""Bytes. Ours have a few thousand; a reader may refuse what is longer before reading it all."""


@dataclass(frozen=True)
class CheckedReceipt:
    """What a receipt has been proven to say."""

    entry: Mapping[str, Any]
    said: Mapping[str, JSON]
    index: int
    checkpoint: Checkpoint


def write_receipt(
    *, leaf: bytes, openings: Iterable[Opening], index: int, path: Sequence[bytes], checkpoint: str
) -> str:
    """The text of a receipt for the entry with these bytes."""
    opened = {opening.part: {"salt": to_base64(opening.salt), "value": opening.value.decode()} for opening in openings}
    extra = rfc8785.dumps({"leaf": leaf.decode(), "openings": opened})
    return Proof(index, tuple(path), checkpoint, extra).text


def check_receipt(text: str, key: VerifierKey) -> CheckedReceipt:
    """Prove a receipt under the log's pinned key. Raises Malformed or NotVerified."""
    proof = Proof.parse(text)
    leaf, openings = _read_extra(proof.extra)
    checkpoint = open_checkpoint(proof.checkpoint, key)
    verify_inclusion(
        leaf_hash=hash_leaf(leaf), index=proof.index, size=checkpoint.size, path=proof.path, root=checkpoint.root
    )
    entry = _read_entry(leaf)
    if entry.get("log") != checkpoint.origin:
        raise NotVerified("the entry was written for another log")
    for opening in openings:
        if not opening.opens(_commitment(entry, opening.part)):
            raise NotVerified(f"what the receipt says for {opening.part!r} is not what was recorded")
    return CheckedReceipt(entry, {opening.part: opening.said for opening in openings}, proof.index, checkpoint)


def _read_extra(extra: bytes) -> tuple[bytes, list[Opening]]:
    match read_json(extra):
        case {"leaf": str(leaf), "openings": dict(openings), **others} if not others:
            return to_utf8(leaf), [_read_opening(part, opened) for part, opened in openings.items()]
    raise Malformed("the receipt carries no entry")


def _read_opening(part: str, opened: object) -> Opening:
    match opened:
        case {"salt": str(salt), "value": str(value), **others} if not others:
            return Opening(part, from_base64(salt), to_utf8(value))
    raise Malformed(f"the receipt's opening of {part!r} is no salt and value")


def _read_entry(leaf: bytes) -> dict[str, Any]:
    entry = read_json(leaf)
    if not isinstance(entry, dict) or not isinstance(entry.get("c"), dict):
        raise Malformed("the entry is no audit event")
    return entry


def _commitment(entry: Mapping[str, Any], part: str) -> bytes:
    recorded = entry["c"].get(part)
    if not isinstance(recorded, str):
        raise NotVerified(f"nothing was recorded for {part!r}")
    return from_base64(recorded)
