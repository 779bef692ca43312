"""How hard a text is to read: the Flesch-Kincaid grade, with syllables counted by groups of vowels."""

import re
from fractions import Fraction

_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n\n|\n(?=- )")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text that hold at least three words."""
    prose = re.sub(r"https?://\S+", "", text)
    return [part for part in _SENTENCE_END.split(prose) if len(_WORD.findall(part)) >= 3]


def grade(text: str) -> Fraction:
    """0.39 * words per sentence + 11.8 * syllables per word - 15.59."""
    parts = sentences(text)
    words = [word for part in parts for word in _WORD.findall(part)]
    syllables = sum(_syllables(word) for word in words)
    return (
        Fraction(39, 100) * Fraction(len(words), len(parts))
        + Fraction(118, 10) * Fraction(syllables, len(words))
        - Fraction(1559, 100)
    )


def _syllables(word: str) -> int:
    word = word.lower()
    groups = len(re.findall(r"[aeiouy]+", word))
    is_silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(1, groups - is_silent)
