"""What entries say, as verifying reads it: their form, the log they belong to, what opens their commitments."""

import re
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any

from app.audit.stored import EntryBlock, Row, Stored
from app.audit.verdicts import Finding, Found
from app.tlog.commitments import DOMAIN, SALT_BYTES, Opening
from app.tlog.encoding import from_base64, read_json
from app.tlog.errors import Malformed
from app.tlog.note import VerifierKey

ERASED = "opening.erased"
CONTINUED = "log.continued"
FEW = 64
"""So many entries are rather read than halved again."""
_PLAIN = bytes({*range(0x20, 0x7F)} - {ord("\\")})
_PART = re.compile("[a-z_]+")


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

    def check(self, block: EntryBlock, stored: Stored) -> None:
        """Check entries whose bytes are known to be those that were hashed, with all their openings. Raises Found."""
        if _are_plain(block, self.log):
            return
        middle = (block.start + block.end) // 2
        halves = (stored.entries(block.start, middle), stored.entries(middle, block.end))
        if block.end - block.start > FEW and halves[0] and halves[1]:
            self.check(halves[0], stored)
            self.check(halves[1], stored)
            return
        said = stored.opening_rows(block.start, block.end)
        for idx, event_id, leaf, _ in stored.entry_rows(block.start, block.end):
            self.read(idx, event_id, leaf, [each for each in said if each[0] == event_id])

    def finish(self) -> None:
        """Every opening that is gone must be accounted for by an erasure. Raises Found."""
        for name, (idx, parts) in self.absent.items():
            if parts - self.erased.get(name, set()):
                says = "What the entry says was removed, and no erasure accounts for it."
                raise Found(Finding.OPENING, idx, says=says)

    def read(self, idx: int, event_id: str, leaf: bytes, said: Sequence[Row]) -> None:
        """Check one entry with all its openings, by reading it. Raises Found."""
        openings = [Opening(*each[1:]) for each in said]
        entry = _read_entry(idx, event_id, leaf)
        _check_openings(idx, entry, openings)
        if missing := entry["c"].keys() - {opening.part for opening in openings}:
            self.absent[f"event:{entry['id']}"] = (idx, missing)
        words = {opening.part: opening.said for opening in openings}
        if entry["action"] == ERASED:
            self.erasures.append(idx)
            match words.get("parts"):
                case [*parts]:
                    self.erased.setdefault(entry["subject"], set()).update(map(str, parts))
        self._follow(idx, entry, words)

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


def _are_plain(block: EntryBlock, log: str) -> bool:
    """Whether these are, byte for byte, ordinary events of this log with exactly these openings.

    Each entry must be one line that is matched from its first byte to its last, so nothing else can be meant. False
    means only that the entries have to be read.
    """
    count, written = block.end - block.start, b"\n".join([*block.leaves, b""])
    if written.translate(None, _PLAIN) != b"\n" * count:
        return False
    matched = _pattern(log).findall(written)
    return len(matched) == count and b"\n".join(matched) == _said(block)


@lru_cache(maxsize=4)
def _pattern(log: str) -> re.Pattern[bytes]:
    """One ordinary event of this log on a line, as RFC 8785 orders it; its group are commitments and id.

    What is between two quotation marks holds no third one, and the caller has seen that there are no escapes and
    nothing beyond printable ASCII. A value with a line break would leave fewer matches than lines. Events that say how
    the others are to be judged are never ordinary; nor is any of a log whose name would have to be escaped.
    """
    if not re.fullmatch(r"[!#-\[\]-~]+", log):
        return re.compile(rb"(?!)()")
    return re.compile(
        rb'^\{"action":"(?!%b"|%b")[^"]*+","actor":"[^"]*+","at":"[^"]*+","c":\{([^}]*+\},"id":"[^"]{36}+)",'
        rb'"log":"%b","subject":"[^"]*+","v":1\}\n'
        % tuple(re.escape(each.encode()) for each in (ERASED, CONTINUED, log)),
        re.MULTILINE,
    )


def _said(block: EntryBlock) -> bytes | None:
    """What the leaves must hold by these openings: for each entry a line of its commitments and its id."""
    if not block.openings[0]:
        return b'},"id":"' + block.ids.replace(b"\n", b'\n},"id":"')
    commitments = _commit(block)
    if commitments is None:
        return None
    return b"\n".join(
        [b'%b},"id":"%b' % each for each in zip(commitments.values(), block.ids.split(b"\n"), strict=False)]
    )


def _commit(block: EntryBlock) -> dict[str, bytes] | None:
    """The commitments of each entry as its leaf holds them, by event id; None where an opening has to be read."""
    committed = dict.fromkeys(block.ids.decode().split("\n"), b"")
    names, parts, salts, values = block.openings
    are_bytes = {*map(type, salts), *map(type, values)} == {bytes}
    if not are_bytes or {*map(len, salts)} != {SALT_BYTES} or not {*names} <= committed.keys():
        return None
    if not all(isinstance(part, str) and _PART.fullmatch(part) for part in {*parts}):
        return None
    words = {part: (b"%b\0%b\0" % (DOMAIN, part.encode()), b'"%b":"' % part.encode()) for part in {*parts}}
    for name, part, salt, value in zip(names, parts, salts, values, strict=True):
        hashed, begins = words[part]
        found = begins + b2a_base64(sha256(hashed + salt + value).digest(), newline=False) + b'"'
        before = committed[name]
        committed[name] = before + b"," + found if before else found
    return committed


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
