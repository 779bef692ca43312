"""The envelope's sender of a message, `bounce+<id>.<seal>@domain`: a report that comes back names what bounced. Pure.

The seal is an HMAC under the installation's link key, so nobody else can make an address that marks a message. Both
parts are read in any case: mail servers may change it.
"""

import base64
import hmac
import re
from collections.abc import Iterable
from uuid import UUID

SEAL_LENGTH = 20
"""100 bits; with the message's 32 digits the part before the @ stays below the 64 octets of RFC 5321 4.5.3.1.1."""
_RETURN_PATH = re.compile(r"bounce\+(?P<id>[0-9a-f]{32})\.(?P<seal>[a-z2-7]{20})@", re.IGNORECASE)


def return_path(*, message: str, domain: str, key: bytes) -> str:
    """Where reports about the message of that pseudonym come back to."""
    name = UUID(message).hex
    return f"bounce+{name}.{_seal(name, key)}@{domain}"


def find_return_paths(text: str) -> list[tuple[str, str]]:
    """Every return path in a header, as the message's pseudonym and its seal; the seals are not checked."""
    found = _RETURN_PATH.finditer(text)
    return [(str(UUID(each["id"].lower())), each["seal"].lower()) for each in found]


def is_genuine(message: str, seal: str, keys: Iterable[bytes]) -> bool:
    """Whether one of the keys made this seal for the message of that pseudonym."""
    name = UUID(message).hex
    return any(hmac.compare_digest(seal, _seal(name, key)) for key in keys)


def _seal(name: str, key: bytes) -> str:
    digest = hmac.digest(key, b"return path\0" + name.encode(), "sha256")
    return base64.b32encode(digest).decode().lower()[:SEAL_LENGTH]
