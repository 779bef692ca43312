"""Staff passwords: what is accepted, and the argon2 hash that is kept. Slow on purpose: never inside a transaction."""

import argon2
from argon2.exceptions import VerifyMismatchError

from app.core.errors import DomainError

SHORTEST = 12
LONGEST = 256
HASHER = argon2.PasswordHasher()
_HASH_OF_NOTHING = HASHER.hash("nobody signs in with this")


class BadPassword(DomainError):
    """The password is too short, too long or too easy."""


def hash_password(password: str, *, email: str) -> str:
    """The hash to keep. Raises BadPassword unless it has 12 to 256 characters and is not built on the address."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadPassword(f"A password has {SHORTEST} to {LONGEST} characters; a few unrelated words are good.")
    if len(set(password)) < 5 or email.split("@", maxsplit=1)[0] in password.lower():
        raise BadPassword("This password is too easy to guess; a few unrelated words are good.")
    return HASHER.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Whether it is the password; without a hash just as slow, and False."""
    try:
        return HASHER.verify(password_hash or _HASH_OF_NOTHING, password) and password_hash is not None
    except VerifyMismatchError:
        return False
