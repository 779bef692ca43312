"""The words by which people and accounts are found, and those that somebody typed. Pure.

A word is kept as people type it: no case, no accents. A telephone number is kept backwards behind a `#`, so that its
last digits find it, whether or not a country code was typed.
"""

import re
import unicodedata

LONGEST_WORD = 80
FEWEST_DIGITS = 4
_WORD = re.compile(r"\w+")
_PHONE = re.compile(r"[+(\d][\d\s().\-/]*")


def fold(text: str) -> str:
    """`müller` and `MULLER` are one."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))


def words_of_person(*, full_name: str, email: str, phone: str | None) -> set[str]:
    """The words of a name, an address as a whole and in parts, and a number."""
    words = {*_WORD.findall(fold(full_name)), fold(email), *_WORD.findall(fold(email.partition("@")[0]))}
    return {word[:LONGEST_WORD] for word in words | ({_backwards(phone)} if phone else set())}


def words_of_account(*, external_id: str, name: str) -> set[str]:
    """The words of an account's name, and its number as a whole and in parts."""
    words = {fold(external_id), *_WORD.findall(fold(external_id)), *_WORD.findall(fold(name))}
    return {word[:LONGEST_WORD] for word in words}


def typed_words(text: str) -> list[tuple[str, ...]]:
    """What to look for: one of each group has to begin some word of whoever is found. Empty for a text without any.

    A number may be a telephone's or an account's.
    """
    stripped = text.strip()
    if "@" in stripped:
        return [(fold(stripped)[:LONGEST_WORD],)]
    digits = re.sub(r"\D", "", stripped)
    if _PHONE.fullmatch(stripped) and len(digits) >= FEWEST_DIGITS:
        return [(_backwards(stripped), digits)]
    return [(word[:LONGEST_WORD],) for word in dict.fromkeys(_WORD.findall(fold(stripped)))]


def _backwards(phone: str) -> str:
    return "#" + re.sub(r"\D", "", phone)[::-1]
