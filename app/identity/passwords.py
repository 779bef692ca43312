"""Staff passwords: what is accepted, and the argon2 hash that is kept. Slow on purpose: never inside a transaction."""

from functools import cache
from pathlib import Path

import argon2
from argon2.exceptions import VerifyMismatchError

from app.core.errors import DomainError

SHORTEST = 12
LONGEST = 256
LEAST_VARIETY = 5
SHORTEST_NAME = 3
COMMON = frozenset({"password", "passwort", "qwerty", "123456", "abc123", "letmein", "iloveyou", "welcome", "changeme"})
OF_THE_TRADE = frozenset({"makewhole", "investor", "allocation", "proration", "correction", "refund", "portal"})
"""Words of this product: whoever guesses tries them first."""
LISTED = Path(__file__).parent / "common_passwords.txt"
"""Longer ones that many people choose; the file says where they come from."""
TRIED_BEHIND = "0123456789!?.-_"
"""What whoever guesses puts behind each of them."""
HASHER = argon2.PasswordHasher()
_HASH_OF_NOTHING = HASHER.hash("nobody signs in with this")


class BadPassword(DomainError):
    """The password is too short, too long or too easy."""


def hash_password(password: str, *, email: str) -> str:
    """The hash to keep.

    Raises BadPassword unless it has 12 to 256 characters, and where it is built on the address, on a word of the trade
    or on one of the passwords that people choose most, or is on the list of those that many chose.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadPassword(f"A password has {SHORTEST} to {LONGEST} characters; a few unrelated words are good.")
    if len(set(password)) < LEAST_VARIETY or _is_built_on(password.lower(), email):
        raise BadPassword("This password is too easy to guess; a few unrelated words are good.")
    if {password.lower(), password.lower().rstrip(TRIED_BEHIND)} & list_common():
        raise BadPassword("Many people chose this password, so it is guessed first; a few unrelated words are good.")
    return HASHER.hash(password)


@cache
def list_common() -> frozenset[str]:
    """The listed passwords, in lower case."""
    lines = LISTED.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _is_built_on(password: str, email: str) -> bool:
    """Whether little of it is left without the words that somebody who guesses would try."""
    name, _, domain = email.partition("@")
    words = COMMON | OF_THE_TRADE | {name, domain.partition(".")[0]}
    left = password
    for word in sorted((word for word in words if len(word) >= SHORTEST_NAME), key=len, reverse=True):
        left = left.replace(word, "")
    return name in password or len(left) < SHORTEST // 2


def matches(password: str, password_hash: str | None) -> bool:
    """Whether it is the password; without a hash just as slow, and False."""
    try:
        return HASHER.verify(password_hash or _HASH_OF_NOTHING, password) and password_hash is not None
    except VerifyMismatchError:
        return False
