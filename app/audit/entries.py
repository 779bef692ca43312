"""What entries say, as verifying reads it: their form, the log they belong to, what opens their commitments."""

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

Said = Mapping[int, Sequence[Row]]
"""What entries say, by index: rows of index, part, salt and value."""
ERASED = "opening.erased"
CONTINUED = "log.continued"
READ_ALWAYS = (ERASED[:4].encode(), CONTINUED[:4].encode())
QUOTES = 28
QUOTES_A_PART = 4


@dataclass
class Entries:
    """Checks entries in their order and gathers what can only be judged at the end.

    `log` is the origin that the newest entry was written under; `earlier` are the keys of the logs that it continues,
    `ended` how many entries those had when it began. `_after` follows the id of every entry of this log; nothing does
    before the first entry was read.
    """

    log: str = ""
    absent: dict[str, tuple[int, set[str]]] = field(default_factory=dict)
    erased: dict[str, set[str]] = field(default_factory=dict)
    erasures: list[int] = field(default_factory=list)
    earlier: list[VerifierKey] = field(default_factory=list)
    ended: dict[str, int] = field(default_factory=dict)
    _after: bytes = b"\0"

    @property
    def count_erased(self) -> int:
        """How many openings are gone."""
        return sum(len(parts) for _, parts in self.absent.values())

    def check(self, rows: Sequence[Row], said: Said) -> None:
        """Check entries whose bytes are known to be those that were hashed. Raises Found."""
        for idx, event_id, leaf, _ in rows:
            openings = said.get(idx, ())
            committed = b",".join([_committed(*each) for each in openings]) if openings else b""
            if not _is_plain(
                leaf, b',"c":{%b},"id":"%b%b' % (committed, event_id.encode(), self._after), len(openings)
            ):
                self._read(idx, event_id, leaf, [Opening(*each[1:]) for each in openings])
                self._after = b'","log":"%b","subject":"' % self.log.encode()

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


def _is_plain(leaf: bytes, middle: bytes, parts: int) -> bool:
    """Whether this is, byte for byte, an ordinary event with exactly these openings: `middle` says which.

    Every quotation mark stands in a place that is compared, so nothing else can be meant. False means only that the
    entry has to be read.
    """
    return (
        middle in leaf
        and leaf.startswith(b'{"action":"')
        and b'","actor":"' in leaf
        and b'","at":"' in leaf
        and leaf.endswith(b'","v":1}')
        and leaf.count(b'"') == QUOTES + QUOTES_A_PART * parts
        and b"\\" not in leaf
        and leaf[11:15] not in READ_ALWAYS
    )


def _committed(_: int, part: str, salt: bytes, value: bytes) -> bytes:
    """What a leaf holds of this opening; nothing that could be in one for a salt of another length."""
    hashed, written = _words(part)
    if len(salt) != SALT_BYTES:
        return b""
    return written + b2a_base64(sha256(hashed + salt + value).digest(), newline=False) + b'"'


@lru_cache(maxsize=1000)
def _words(part: str) -> tuple[bytes, bytes]:
    """What stands before salt and value, and before the commitment in the leaf."""
    said = part.encode()
    return b"%b\0%b\0" % (DOMAIN, said), b'"%b":"' % said


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
        if not isinstance(commitment, str) or not opening.opens(from_base64(commitment)):
            raise Found(Finding.OPENING, idx, says=f"{opening.part!r} is not what was recorded.")
