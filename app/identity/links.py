"""The token and the code of a sign-in link, and how both are read. Pure.

Both are HMAC-SHA-256(link key, purpose ‖ link), so that a message can be rendered again and no table holds them.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TOKEN_LENGTH = 52
_TOKEN = re.compile(r"[a-z2-7]{52}")
_CODE = re.compile(r"[0-9]{6}")
_TRAILING = re.compile(r"[^a-z0-9]+\Z")


@dataclass(frozen=True)
class Secrets:
    """What the e-mail carries: 256 bits as 52 characters of lower-case base32, and six digits."""

    token: str
    code: str

    @property
    def printed_code(self) -> str:
        """`482 913`, as the e-mail prints it."""
        return f"{self.code[:3]} {self.code[3:]}"


@dataclass(frozen=True)
class Keys:
    """The link keys by id, the newest one's id, and the key under which counters hide who they count."""

    by_id: Mapping[str, bytes]
    newest_id: str
    counting: bytes


def keys_from(secrets: Sequence[str]) -> Keys:
    """The keys that the installation's secrets give, the newest secret first."""
    keys = [hmac.digest(secret.encode(), b"makewhole sign-in link key 1", "sha256") for secret in secrets]
    ids = [hashlib.sha256(key).hexdigest()[:16] for key in keys]
    counting = hmac.digest(secrets[0].encode(), b"makewhole counting key 1", "sha256")
    return Keys(by_id=dict(zip(ids, keys, strict=True)), newest_id=ids[0], counting=counting)


def derive(key: bytes, purpose: str, link_id: str) -> Secrets:
    """The secrets of one link. `link_id` is its pseudonym."""
    token = hmac.digest(key, f"{purpose} token\0{link_id}".encode(), "sha256")
    code = hmac.digest(key, f"{purpose} code\0{link_id}".encode(), "sha256")
    return Secrets(
        token=base64.b32encode(token).decode().rstrip("=").lower(), code=f"{int.from_bytes(code) % 1_000_000:06d}"
    )


def hash_token(token: str) -> bytes:
    """How the token's row finds it."""
    return hashlib.sha256(token.encode()).digest()


def hash_code(token: str, code: str) -> bytes:
    """The code's hash, bound to the token: six digits alone would be found by trying them all."""
    return hmac.digest(token.encode(), b"code\0" + code.encode(), "sha256")


def hash_nonce(nonce: str) -> bytes:
    """The hash of what the asking browser keeps in its cookie."""
    return hashlib.sha256(b"nonce\0" + nonce.encode()).digest()


def read_token(text: str) -> str | None:
    """The token in a path as mail programs leave it: any case, trailing punctuation dropped. None if it is none."""
    token = _TRAILING.sub("", text.lower())
    return token if _TOKEN.fullmatch(token) else None


def read_code(text: str) -> str | None:
    """The six digits that were typed or pasted, blanks left out. None if it is anything else."""
    code = "".join(text.split())
    return code if _CODE.fullmatch(code) else None
