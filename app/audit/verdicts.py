"""What verifying the log can find; the first word and the exit code are a public contract."""

from collections.abc import Mapping, Sequence
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


_EVIDENCE = "Stop web and worker. Copy database and anchors as they are. Call whoever holds an anchor."
RUNBOOK: Mapping[Finding, tuple[str, str]] = {
    Finding.OK: ("Every entry, node, opening, checkpoint and anchor agrees.", "Nothing."),
    Finding.TAMPERED: ("The entry with this index was changed after it was recorded.", _EVIDENCE),
    Finding.MISSING: ("An entry was removed, or an event has no place in the log.", _EVIDENCE),
    Finding.NODE_MISMATCH: ("A stored hash is not that of what is under it. The entries may be whole.", _EVIDENCE),
    Finding.TRUNCATED: (
        "The log is shorter than what was signed: its end was cut, or an older copy was restored.",
        f"{_EVIDENCE} Do not touch the anchor file. After a restore: flask audit continue.",
    ),
    Finding.FORKED: (
        "Two different logs of this size were signed, or the log was written anew.",
        f"{_EVIDENCE} The signing key may be in other hands.",
    ),
    Finding.UNANCHORED: (
        "For a day nothing was signed, or an anchor is missing or has lost what was put into it.",
        "Is the worker running, does it find its key, can it write the anchor file? Did somebody replace that file?",
    ),
    Finding.UNREADABLE: (
        "Database, checkpoint or anchor cannot be read, or is not under this key.",
        "Look at rights, disk, AUDIT_VKEY, AUDIT_KEY_FILE and AUDIT_ORIGIN.",
    ),
    Finding.OPENING: (
        "What an entry says was changed, or removed without an erasure on record.",
        f"{_EVIDENCE} Find out who deleted it.",
    ),
}
"""What each finding means, and what to do first."""


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
