"""The canonical form of what people sign, and its digest (RFC 8785, SHA-256). Pure."""

import hashlib
from typing import Any

import rfc8785


def canonical(facts: dict[str, Any]) -> str:
    """The one text of these facts."""
    return rfc8785.dumps(facts).decode()


def digest(text: str) -> str:
    """SHA-256 of a canonical text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
