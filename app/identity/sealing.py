"""Sealing an authenticator's secret under the installation's keys, bound to its person."""

import hmac
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.identity.keyring import keys_in_use

NONCE_BYTES = 12
_PURPOSE = b"makewhole factor sealing key 1"


def seal(secret: str, *, whose: str) -> tuple[str, bytes]:
    """The newest key's id, and the secret that only it opens, for the person `whose` only."""
    key_id, nonce = keys_in_use().newest_id, secrets.token_bytes(NONCE_BYTES)
    return key_id, nonce + _cipher(key_id).encrypt(nonce, secret.encode(), whose.encode())


def unseal(key_id: str, sealed: bytes, *, whose: str) -> str:
    """The secret again. Raises KeyError when the key is no longer among the secrets, InvalidTag for another's."""
    return _cipher(key_id).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], whose.encode()).decode()


def is_newest(key_id: str) -> bool:
    """Whether nothing would change by sealing again."""
    return key_id == keys_in_use().newest_id


def derived(purpose: str, *parts: bytes) -> bytes:
    """256 bits that only this installation can make again from the same parts, of fixed length each."""
    keys = keys_in_use()
    return hmac.digest(keys.by_id[keys.newest_id], purpose.encode() + b"\0" + b"".join(parts), "sha256")


def _cipher(key_id: str) -> AESGCM:
    return AESGCM(hmac.digest(keys_in_use().by_id[key_id], _PURPOSE, "sha256"))
