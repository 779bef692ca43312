"""Salted commitments: the log shows that something was said, and only who holds the opening can show what.

`SHA-256("audit-commit/v1\\0" || part || "\\0" || salt || value)`, the value in RFC 8785 form. Each part has its own
salt of 32 bytes, so that short values such as amounts cannot be found by trying them all.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Self

from app.tlog.encoding import JSON, canonical, read_json

DOMAIN = b"audit-commit/v1"
SALT_BYTES = 32


@dataclass(frozen=True)
class Opening:
    """What one part of an event says, and the salt that proves it."""

    part: str
    salt: bytes
    value: bytes

    @classmethod
    def of(cls, part: str, value: JSON) -> Self:
        """A fresh opening. Raises Malformed for a value that `canonical` refuses."""
        return cls(part, secrets.token_bytes(SALT_BYTES), canonical(value))

    @classmethod
    def of_all(cls, parts: Mapping[str, JSON]) -> list[Self]:
        """A fresh opening of each part; the salts are drawn at once. Raises Malformed as `of`."""
        salts = secrets.token_bytes(SALT_BYTES * len(parts))
        return [
            cls(part, salts[place * SALT_BYTES : (place + 1) * SALT_BYTES], canonical(value))
            for place, (part, value) in enumerate(parts.items())
        ]

    @property
    def commitment(self) -> bytes:
        """The 32 bytes that stand in the leaf."""
        return sha256(b"\0".join([DOMAIN, self.part.encode(), self.salt + self.value])).digest()

    def opens(self, commitment: bytes) -> bool:
        """Whether this opening belongs to the commitment. A salt of another length never does."""
        return len(self.salt) == SALT_BYTES and compare_digest(self.commitment, commitment)

    @property
    def said(self) -> JSON:
        """The value, read back. Raises Malformed when the bytes are no JSON."""
        said: JSON = read_json(self.value)
        return said
