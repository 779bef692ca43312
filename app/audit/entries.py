"""What entries say, as verifying reads it: their form, the log they belong to, what opens their commitments."""

import re
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any

from app.audit.streams import Row
from app.audit.verdicts import Finding, Found
from app.tlog.commitments import DOMAIN, SALT_BYTES, Opening
from app.tlog.encoding import from_base64, read_json
from app.tlog.errors import Malformed
from app.tlog.note import VerifierKey

ERASED = "opening.erased"
CONTINUED = "log.continued"
_PLAIN = rb"[ !#-\[\]-~]*"
_PART = re.compile(r"[a-z_]+")


@dataclass
class Entries:
    """Checks entries in their order and gathers what can only be judged at the end.

    `log` is the origin that the newest entry was written under; `earlier` are the keys of the logs that it continues,
    `ended` how many entries those had when it began.
    """

    log: str = ""
    absent: dict[str, tuple[int, set[str]]] = field(default_factory=dict)
    erased: dict[str, set[str]] = field(default_factory=dict)
    erasures: list[int] = field(default_factory=list)
    earlier: list[VerifierKey] = field(default_factory=list)
    ended: dict[str, int] = field(default_factory=dict)

    @property
    def count_erased(self) -> int:
        """How many openings are gone."""
        return sum(len(parts) for _, parts in self.absent.values())

    def check(self, rows: Sequence[Row], openings: Sequence[Row]) -> None:
        """Check entries whose bytes are known to be those that were hashed, with all their openings. Raises Found."""
        if _are_plain(rows, openings, self.log):
            return
        said: dict[int, list[Row]] = {}
        for each in openings:
            said.setdefault(each[0], []).append(each)
        for row in rows:
            idx, event_id, leaf, _ = row
            theirs = said.get(idx, [])
            if not _are_plain([row], theirs, self.log):
                self._read(idx, event_id, leaf, [Opening(*each[1:]) for each in theirs])

    def finish(self) -> None:
        """Every opening that is gone must be accounted for by an erasure. Raises Found."""
        for name, (idx, parts) in self.absent.items():
            if parts - self.erased.get(name, set()):
                says = "What the entry says was removed, and no erasure accounts for it."
                raise Found(Finding.OPENING, idx, says=says)

    def _read(self, idx: int, event_id: str, leaf: bytes, openings: Sequence[Opening]) -> None:
        entry = _read_entry(idx, event_id, leaf)
        _check_openings(idx, entry, openings)
        if missing := entry["c"].keys() - {opening.part for opening in openings}:
            self.absent[f"event:{entry['id']}"] = (idx, missing)
        said = {opening.part: opening.said for opening in openings}
        if entry["action"] == ERASED:
            self.erasures.append(idx)
            match said.get("parts"):
                case [*parts]:
                    self.erased.setdefault(entry["subject"], set()).update(map(str, parts))
        self._follow(idx, entry, said)

    def _follow(self, idx: int, entry: dict[str, Any], said: dict[str, Any]) -> None:
        """An entry belongs to the log before it, unless it is the one that opens another."""
        if entry["log"] == self.log:
            return
        if entry["action"] == CONTINUED:
            key = _read_key(idx, said)
            self.earlier.append(key)
            self.ended[key.name] = idx
        elif self.log:
            raise Found(Finding.UNREADABLE, says=f"Entry {idx} was written for another log, {entry['log']}.")
        self.log = entry["log"]


def _read_key(idx: int, said: dict[str, Any]) -> VerifierKey:
    try:
        return VerifierKey.parse(str(said.get("vkey")))
    except Malformed as error:
        raise Found(Finding.UNREADABLE, says=f"Entry {idx} does not say which log it continues.") from error


def _are_plain(rows: Sequence[Row], openings: Sequence[Row], log: str) -> bool:
    """Whether these are, byte for byte, ordinary events of this log with exactly these openings.

    Each entry must be one line that is matched from its first byte to its last, so nothing else can be meant. False
    means only that the entries have to be read.
    """
    written = b"".join([row[2] + b"\n" for row in rows])
    matched = _pattern(log).findall(written)
    if len(matched) != len(rows) or written.count(b"\n") != len(rows):
        return False
    commitments, ids = zip(*matched, strict=True)
    if b",".join(ids).decode() != ",".join([row[1] for row in rows]):
        return False
    if not openings:
        return not any(commitments)
    committed = _commit(openings)
    return commitments == tuple([committed.get(row[0], b"") for row in rows])


@lru_cache(maxsize=4)
def _pattern(log: str) -> re.Pattern[bytes]:
    """One ordinary event of this log on a line, as RFC 8785 orders it; its groups are commitments and id.

    What is between two quotation marks holds no third one, no escape and nothing beyond printable ASCII. Events that
    say how the others are to be judged are never ordinary; nor is any of a log whose name would have to be escaped.
    """
    if not re.fullmatch(_PLAIN, log.encode()) or not log:
        return re.compile(rb"(?!)()()")
    return re.compile(
        rb'^\{"action":"(?!%b"|%b")%b","actor":"%b","at":"%b","c":\{([a-z_:,"A-Z0-9+/=]*)\},"id":"([0-9a-f-]{36})",'
        rb'"log":"%b","subject":"%b","v":1\}\n'
        % (re.escape(ERASED.encode()), re.escape(CONTINUED.encode()), *[_PLAIN] * 3, re.escape(log.encode()), _PLAIN),
        re.MULTILINE,
    )


def _commit(openings: Sequence[Row]) -> dict[int, bytes]:
    """What the leaves hold of these openings, by index; for one that fits no leaf, what stands in none.

    SQLite keeps text in a column of bytes if told to, so the types of what was read are no more certain than the rest.
    """
    committed: dict[int, bytes] = {}
    words = {part: _words(part) for part in {each[1] for each in openings}}
    for idx, part, salt, value in openings:
        if not isinstance(salt, bytes) or not isinstance(value, bytes) or len(salt) != SALT_BYTES:
            return {idx: b"\0"}
        hashed, begins = words[part]
        found = begins + b2a_base64(sha256(hashed + salt + value).digest(), newline=False) + b'"'
        committed[idx] = committed[idx] + b"," + found if idx in committed else found
    return committed


@lru_cache(maxsize=1000)
def _words(part: str) -> tuple[bytes, bytes]:
    """What stands before salt and value, and before the commitment in the leaf; the latter nowhere for no such part."""
    said = part.encode()
    return b"%b\0%b\0" % (DOMAIN, said), b'"%b":"' % said if _PART.fullmatch(part) else b"\0"


def _read_entry(idx: int, event_id: str, leaf: bytes) -> dict[str, Any]:
    try:
        entry = read_json(leaf)
    except Malformed as error:
        raise Found(Finding.UNREADABLE, says=f"Entry {idx} is no audit event.") from error
    match entry:
        case {"id": str(written), "action": str(), "subject": str(), "at": str(), "log": str(), "c": dict()}:
            if written == event_id:
                return dict(entry)
            raise Found(Finding.TAMPERED, idx, says="The entry stands under another event's id.")
    raise Found(Finding.UNREADABLE, says=f"Entry {idx} is no audit event.")


def _check_openings(idx: int, entry: Mapping[str, Any], openings: Sequence[Opening]) -> None:
    for opening in openings:
        commitment = entry["c"].get(opening.part)
        are_bytes = isinstance(opening.salt, bytes) and isinstance(opening.value, bytes)
        if not are_bytes or not isinstance(commitment, str) or not opening.opens(from_base64(commitment)):
            raise Found(Finding.OPENING, idx, says=f"{opening.part!r} is not what was recorded.")
