"""`audit-verify`: a full verification of the log, against one hash call a leaf; and how it grows with the log.

The log is written row by row as recording would have written it, signed, and then verified from the database. On SQLite
all of that is work of this process, so its processor time is compared: what else the machine does counts for neither
side. PostgreSQL works in processes of its own, so there it is time on the wall.
"""

import resource
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from math import log10
from pathlib import Path
from statistics import linear_regression, median
from time import perf_counter, process_time
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select, text, update
from uuid_utils import uuid7

from app import audit
from app.audit.leaves import write_leaf
from app.audit.models import AuditEvent, AuditHead, AuditLeaf, AuditNode, AuditOpening
from app.core import schema
from app.core.db import db, session, transaction
from app.factory import create_app
from app.settings import read_settings
from app.tlog.commitments import Opening
from app.tlog.tree import RightEdge, hash_leaf
from bench.result import Result
from tests.postgresql import a_postgresql_database

FULL, SMALLER = 1_000_000, (1_000, 10_000, 100_000)
BATCH, ROUNDS = 5_000, 3
GOALS = {0: 7, 2: 20}
AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
ORIGIN = "localhost/audit/1"
Clock = Callable[[], float]
CLOCKS: dict[str, tuple[Clock, str]] = {
    "SQLite": (process_time, "processor time"),
    "PostgreSQL": (perf_counter, "time"),
}


class Log:
    """A signed log of so many leaves in a migrated, empty database of its own."""

    def __init__(self, leaves: int, openings: int, folder: Path, url: str) -> None:
        self.leaves, self.openings, self.folder, self.url = leaves, openings, folder, url

    @contextmanager
    def opened(self) -> Iterator["Log"]:
        """Written, signed, and open."""
        given = {
            "SECRET_KEY": "an-unguessable-key-for-the-bench-0123456789",
            "PUBLIC_BASE_URL": "http://localhost",
            "MAIL_DEFAULT_SENDER": "Example Support <support@portal.example>",
            "DATABASE_URL": self.url,
            "QUEUE_URL": f"{self.folder}/queue.db",
        }
        with create_app(read_settings(given, Path("/nonexistent"))).app_context():
            _write(self.leaves, self.openings)
            self.verifier = audit.make_key_file(path=self.folder / "key", origin=ORIGIN)
            self.anchor = audit.FileAnchor(self.folder / "anchors")
            key = audit.read_key_file(path=self.folder / "key", origin=ORIGIN)
            audit.sign_checkpoint(key=key, anchor=self.anchor, at=AT)
            yield self
            session.remove()
            db.engine.dispose()

    def verify(self, clock: Clock = process_time) -> float:
        """Seconds of a full verification."""
        start = clock()
        verdict = audit.verify(key=self.verifier, anchor=self.anchor, at=AT)
        seconds = clock() - start
        if verdict.finding is not audit.Finding.OK:
            raise RuntimeError(verdict.line)
        return seconds


def measure() -> list[Result]:
    """Without openings and with two each, on both databases, and how the seconds grow with the leaves."""
    return [
        *(_compare(database, openings) for database in DATABASES for openings in GOALS),
        _growth(),
    ]


@contextmanager
def _on_sqlite(leaves: int, openings: int) -> Iterator[Log]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/portal.db"
        schema.upgrade(url)
        with Log(leaves, openings, Path(folder), url).opened() as log:
            yield log


@contextmanager
def _on_postgresql(leaves: int, openings: int) -> Iterator[Log]:
    with (
        tempfile.TemporaryDirectory() as folder,
        a_postgresql_database() as url,
        Log(leaves, openings, Path(folder), url).opened() as log,
    ):
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        yield log


DATABASES = {"SQLite": _on_sqlite, "PostgreSQL": _on_postgresql}


def _compare(database: str, openings: int) -> Result:
    clock, counted = CLOCKS[database]
    with DATABASES[database](FULL, openings) as log:
        pairs = [(log.verify(clock), _hash_all(log, clock)) for _ in range(ROUNDS)]
    ours, other = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    return Result(
        name="audit-verify",
        work=f"{FULL:,} leaves with {openings} openings each, {database}",
        against="one hashlib.sha256 call a leaf",
        ours=ours,
        other=other,
        ratio=f"{ours / other:.1f} x the {counted}",
        goal=f"<= {GOALS[openings]} x",
        reached=ours <= GOALS[openings] * other,
        peak_megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


def _growth() -> Result:
    seconds = []
    for leaves in SMALLER:
        with _on_sqlite(leaves, 2) as log:
            seconds.append(median(log.verify() for _ in range(ROUNDS)))
    slope = linear_regression([log10(leaves) for leaves in SMALLER], [log10(each) for each in seconds]).slope
    return Result(
        name="audit-verify-growth",
        work="the same at 1,000, 10,000, 100,000 leaves with 2 openings each",
        against="itself at the smallest size",
        ours=seconds[-1],
        other=seconds[0],
        ratio=f"log-log slope {slope:.2f}",
        goal="<= 1.1",
        reached=slope <= 1.1,
        peak_megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


def _hash_all(log: Log, clock: Clock) -> float:
    """Seconds of one hash call for each leaf, the leaves in memory already."""
    with db.engine.connect() as connection:
        leaf = bytes(connection.execute(select(AuditEvent.leaf).limit(1)).scalar_one())
    leaves = [leaf[:-1] + b"}" for _ in range(100_000)]
    start = clock()
    for _ in range(log.leaves // len(leaves)):
        for each in leaves:
            sha256(each).digest()
    return clock() - start


def _write(leaves: int, openings: int) -> None:
    growing = RightEdge(0, {})
    events = _events(leaves, openings)
    while batch := list(islice(events, BATCH)):
        start = growing.size
        nodes = [made for event, _ in batch for made in growing.append(event["leaf_hash"])]
        rows = [
            (AuditEvent, [event for event, _ in batch]),
            (AuditOpening, [opening for _, said in batch for opening in said]),
            (AuditLeaf, [{"idx": start + at, "event_id": event["id"]} for at, (event, _) in enumerate(batch)]),
            (AuditNode, [{"level": node.level, "idx": node.idx, "hash": found} for node, found in nodes]),
        ]
        with transaction():
            for table, each in rows:
                if each:
                    session.connection().execute(insert(table), each)
            session.connection().execute(update(AuditHead).values(size=growing.size))


def _events(leaves: int, openings: int) -> Iterator[tuple[dict[str, Any], list[dict[str, object]]]]:
    actor, subject = f"person:{uuid4()}", f"proposal:{uuid4()}"
    for _ in range(leaves):
        event_id = str(uuid7())
        said = [Opening(part, secrets.token_bytes(32), b'"legal"') for part in ("note", "role")[:openings]]
        leaf = write_leaf(
            origin=ORIGIN,
            event_id=event_id,
            at=AT,
            action="proposal.approved",
            actor=actor,
            subject=subject,
            commitments={opening.part: opening.commitment for opening in said},
        )
        rows = [{"event_id": event_id, "part": each.part, "salt": each.salt, "value": each.value} for each in said]
        yield {"id": event_id, "leaf": leaf, "leaf_hash": hash_leaf(leaf)}, rows
