"""A receipt of a small log, made without a database, and a stranger's key of the same name."""

from dataclasses import dataclass

from app.tlog.commitments import Opening
from app.tlog.encoding import JSON, canonical, to_base64
from app.tlog.note import Checkpoint, SignerKey
from app.tlog.receipt import write_receipt
from app.tlog.tree import cover_inclusion, cover_range, fold
from tests.tlog.trees import folded, some_leaves, stored_nodes

ORIGIN = "portal.example/audit/1"
UUID = "0b7f5a5e-58a0-4d1c-8f47-0d2c11aabbcc"


@dataclass(frozen=True)
class AReceipt:
    """The text, and the key that it verifies under."""

    text: str
    key: SignerKey


def a_receipt(*, log: str = ORIGIN, size: int = 11, index: int = 7, **said: str) -> AReceipt:
    """The receipt of one acknowledgment among other entries; `log` is what the entry says it was written for."""
    openings = [Opening.of(part, value) for part, value in (said or {"number": "R-7Q2M", "figures": "$1 “é”"}).items()]
    entry: dict[str, JSON] = {
        "v": 1,
        "log": log,
        "id": UUID,
        "at": "2026-11-22T15:00:00.000000Z",
        "action": "correction.acknowledged",
        "actor": f"person:{UUID}",
        "subject": f"acknowledgment:{UUID}",
        "c": {opening.part: to_base64(opening.commitment) for opening in openings},
    }
    leaves = some_leaves(size)
    leaves[index] = canonical(entry)
    nodes, key = stored_nodes(leaves), SignerKey.generate(ORIGIN)
    root = fold(nodes[node] for node in cover_range(0, size))
    text = write_receipt(
        leaf=leaves[index],
        openings=openings,
        index=index,
        path=folded(cover_inclusion(index, size), nodes),
        checkpoint=key.sign(Checkpoint(ORIGIN, size, root).text),
    )
    return AReceipt(text, key)
