"""What verifying the log can find; the first word and the exit code are a public contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    """The first word of a verdict."""

    OK = "OK"
    TAMPERED = "TAMPERED"
    MISSING = "MISSING"
    NODE_MISMATCH = "NODE_MISMATCH"
    TRUNCATED = "TRUNCATED"
    FORKED = "FORKED"
    UNANCHORED = "UNANCHORED"
    UNREADABLE = "UNREADABLE"
    OPENING = "OPENING"


_EXIT_CODES = {finding: 9 + place if place else 0 for place, finding in enumerate(Finding)}


@dataclass(frozen=True)
class Verdict:
    """One finding, where (as the contract orders it), and what it means in words."""

    finding: Finding
    where: Sequence[int | str] = ()
    says: str = ""

    @property
    def exit_code(self) -> int:
        """0 for OK, else 10 and up in the contract's order."""
        return _EXIT_CODES[self.finding]

    @property
    def line(self) -> str:
        """`TRUNCATED 12 40`."""
        return " ".join([self.finding, *map(str, self.where)])


class Found(Exception):
    """Ends a verification at its first finding."""

    def __init__(self, finding: Finding, *where: int | str, says: str) -> None:
        super().__init__(says)
        self.verdict = Verdict(finding, where, says)
