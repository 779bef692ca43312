"""`audit-append`: what the log costs a transaction, against the same transactions without it.

Once with one event a transaction beside a business row; once with 500 a transaction, against a bare `executemany` of
the very rows that they write. On SQLite with its full durability, and on a real PostgreSQL.
"""

import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import uuid4

from sqlalchemy import Engine, create_engine, insert, select, update

from app import audit
from app.audit.models import AuditEvent, AuditHead, AuditLeaf, AuditNode, AuditOpening
from app.core import schema
from app.core.db import db, session, transaction
from app.core.jobs import Lease
from app.factory import create_app
from app.settings import read_settings
from bench.result import Result
from tests.postgresql import a_postgresql_database

SINGLE, BATCH, BATCHES, ROUNDS = 400, 500, 10, 5
COUNTER = "counter"
AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
Rows = list[dict[str, object]]


class Thing:
    """Something the log may name."""

    audit_name = f"incident:{uuid4()}"


def measure() -> list[Result]:
    """Four results: one event and 500 events a transaction, on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{folder}/{name}.db" for name in ("ours", "bare")]
        for url in urls:
            schema.upgrade(url)
        results = _measure_on("SQLite", *urls, Path(folder))
        with a_postgresql_database() as ours, a_postgresql_database() as bare:
            results += _measure_on("PostgreSQL", ours, bare, Path(folder))
    return results


def _measure_on(database: str, url: str, bare_url: str, folder: Path) -> list[Result]:
    bare = create_engine(bare_url, execution_options={"writes": True})
    with _portal(url, folder):
        with transaction():
            session.add(Lease(name=COUNTER, fence=1, until=AT))
        batches = [_record_and_copy(bare) for _ in range(ROUNDS)]
        singles = [(_business(1), _business(0)) for _ in range(ROUNDS)]
    bare.dispose()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    rows = [
        (f"{SINGLE} transactions, one event each, {database}", "the same without", singles, 50),
        (f"{BATCHES * BATCH:,} events, {BATCH} a transaction, {database}", "executemany of their rows", batches, 25),
    ]
    return [_result(*row, megabytes) for row in rows]


def _result(work: str, against: str, pairs: list[tuple[float, float]], percent: int, megabytes: int) -> Result:
    ours, other = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    return Result(
        name="audit-append",
        work=work,
        against=against,
        ours=ours,
        other=other,
        ratio=f"{other / ours:.2f} x as fast",
        goal=f">= {percent / 100} x",
        reached=other * 100 >= ours * percent,
        peak_megabytes=megabytes,
    )


@contextmanager
def _portal(url: str, folder: Path) -> Iterator[None]:
    given = {
        "SECRET_KEY": "an-unguessable-key-for-the-bench-0123456789",
        "PUBLIC_BASE_URL": "http://localhost",
        "MAIL_DEFAULT_SENDER": "Example Support <support@portal.example>",
        "DATABASE_URL": url,
        "QUEUE_URL": str(folder / "queue.db"),
    }
    with create_app(read_settings(given, Path("/nonexistent"))).app_context():
        yield
        session.remove()
        db.engine.dispose()


def _business(events: int) -> float:
    """Seconds of short transactions, as a form makes them: find a row, lock it, change it, add another, record."""
    start = perf_counter()
    for _ in range(SINGLE):
        session.get_one(Lease, COUNTER)
        with transaction():
            session.get_one(Lease, COUNTER, with_for_update=True).fence += 1
            session.add(Lease(name=uuid4().hex, fence=1, until=AT))
            for _ in range(events):
                _record()
    return perf_counter() - start


def _record() -> None:
    audit.record(action="proposal.rejected", actor=Thing(), subject=Thing(), at=AT, role="legal", reason="a reason")


def _record_and_copy(bare: Engine) -> tuple[float, float]:
    """Seconds of recording, and of a bare `executemany` of those rows, through the same triggers in as many commits."""
    ours = copied = 0.0
    for _ in range(BATCHES):
        size = audit.log_size()
        start = perf_counter()
        with transaction():
            for _ in range(BATCH):
                _record()
        ours += perf_counter() - start
        copied += _copy(bare, _rows_since(size))
    return ours, copied


def _copy(bare: Engine, rows: list[Rows]) -> float:
    tables = [model.__table__ for model in (AuditEvent, AuditOpening, AuditLeaf, AuditNode)]
    start = perf_counter()
    with bare.begin() as connection:
        for table, each in zip(tables, rows, strict=True):
            connection.execute(insert(table), each)
        connection.execute(update(AuditHead.__table__).values(size=AuditHead.size + BATCH))
    return perf_counter() - start


def _rows_since(size: int) -> list[Rows]:
    """What recording wrote since the log had that size."""
    ids = select(AuditLeaf.event_id).where(AuditLeaf.idx >= size)
    nodes = AuditNode.__table__
    asked = (
        select(AuditEvent.__table__).where(AuditEvent.id.in_(ids)),
        select(AuditOpening.__table__).where(AuditOpening.event_id.in_(ids)),
        select(AuditLeaf.__table__).where(AuditLeaf.idx >= size),
        select(nodes).order_by(nodes.c.level, nodes.c.idx),
    )
    *found, made = [[dict(row) for row in session.execute(each).mappings()] for each in asked]
    return [*found, [row for row in made if (int(row["idx"]) + 1) << int(row["level"]) > size]]
