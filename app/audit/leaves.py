"""The bytes of one audit event: what is hashed, and what a leaf may hold at all. Pure."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from app.audit.catalogue import ACTIONS
from app.tlog.encoding import to_base64

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NAMED = re.compile(rf"[a-z][a-z_-]*:{UUID}")
_ACTOR = re.compile(rf"(shell|system):[A-Za-z0-9._-]{{1,60}}|{_NAMED.pattern}")
_write = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
"""RFC 8785 for what a leaf may hold: keys of plain ASCII, text and one small number; a test compares the two."""


def check_words(*, action: str, actor: str, subject: str, parts: frozenset[str]) -> None:
    """Only words of the catalogue and random identifiers get into a leaf. Raises ValueError otherwise."""
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is not in the audit catalogue")
    if unknown := parts - ACTIONS[action]:
        raise ValueError(f"{action} has no part named {', '.join(sorted(unknown))}")
    if not _ACTOR.fullmatch(actor):
        raise ValueError("an actor is kind:uuid, shell:user or system:name")
    if not _NAMED.fullmatch(subject):
        raise ValueError("a subject is kind:uuid")


def write_leaf(
    *,
    origin: str,
    event_id: str,
    at: datetime,
    action: str,
    actor: str,
    subject: str,
    commitments: Mapping[str, bytes],
) -> bytes:
    """The RFC 8785 bytes of the event. Raises ValueError for a naive time or words that no leaf may hold."""
    check_words(action=action, actor=actor, subject=subject, parts=frozenset(commitments))
    return _write(
        {
            "v": 1,
            "log": origin,
            "id": event_id,
            "at": timestamp(at),
            "action": action,
            "actor": actor,
            "subject": subject,
            "c": {part: to_base64(commitment) for part, commitment in commitments.items()},
        }
    ).encode()


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds. Raises ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError(f"naive datetime: {at!r}")
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
