"""`wal-cut`: the write-ahead log of SQLite cut at random bytes, as a loss of power leaves it, torn tails too.

What must hold: the database always opens, holds exactly the transactions that were written whole, and its log verifies.
"""

import random
import tempfile
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from app import audit
from app.core import clock, schema
from app.core.db import db, session, transaction
from faults.outcome import Tally
from faults.victims import ORIGIN, a_portal

COMMITS = 60
MOST_TORN = 8192
"""So many bytes at most stand behind the cut, and are not what was written there."""


def campaign(*, cuts: int, seed: int = 2026) -> Iterator[Tally]:
    """So many cuts of one log of writes; behind every other cut something else stands."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/portal.db"
        schema.upgrade(url)
        with a_portal(url, folder):
            yield _cut(_Written(folder), cuts, random.Random(seed))


class _Written:
    """A database, the writes behind it, and where in those each commit ends; the first entry is in the anchor."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ends = folder, [0]
        self._path, self._wal = folder / "portal.db", folder / "portal.db-wal"
        self.verifier = audit.make_key_file(path=folder / "key", origin=ORIGIN)
        self.anchor = audit.FileAnchor(folder / "anchors")
        _record(0)
        key = audit.read_key_file(path=folder / "key", origin=ORIGIN)
        audit.sign_checkpoint(key=key, anchor=self.anchor, at=clock.now())
        _run("PRAGMA wal_checkpoint(TRUNCATE)")
        for number in range(COMMITS):
            _record(number + 1)
            self.ends.append(self._wal.stat().st_size)
        self.database, self.writes = self._path.read_bytes(), self._wal.read_bytes()
        if self.ends != sorted(set(self.ends)) or len(self.writes) != self.ends[-1]:
            raise RuntimeError("the writes were taken into the database meanwhile")

    def put_back(self, cut: int, torn: bytes) -> None:
        """The database and its writes up to the cut, and `torn` behind it."""
        session.remove()
        db.engine.dispose()
        self._path.write_bytes(self.database)
        self._wal.write_bytes(self.writes[:cut] + torn)
        self.folder.joinpath("portal.db-shm").unlink(missing_ok=True)

    def whole_until(self, cut: int) -> int:
        """How many commits were written whole before the cut."""
        return bisect_right(self.ends, cut) - 1


def _cut(written: _Written, cuts: int, numbers: random.Random) -> Tally:
    tally = Tally(f"{cuts} cuts of {COMMITS} commits", rounds=cuts)
    for number in range(cuts):
        cut = numbers.randrange(len(written.writes) + 1)
        torn = numbers.randbytes(numbers.randrange(MOST_TORN)) if number % 2 else b""
        written.put_back(cut, torn)
        verdict = audit.verify(key=written.verifier, anchor=written.anchor, at=clock.now())
        held = verdict.where[0] if verdict.finding is audit.Finding.OK else None
        tally.seen[verdict.finding] += 1
        tally.slipped += held != 1 + written.whole_until(cut)
    written.put_back(len(written.writes), b"")
    _record(COMMITS + 1)
    tally.slipped += audit.log_size() != COMMITS + 2
    return tally


def _record(number: int) -> None:
    with transaction():
        audit.record(
            action="staff.disabled", actor="system:worker", subject=audit.Log(), at=clock.now(), reason=f"{number}"
        )


def _run(statement: str) -> None:
    """On a connection of its own, outside any transaction."""
    session.remove()
    connection = db.engine.raw_connection()
    connection.cursor().execute(statement)
    connection.close()
