"""`publish`: adjustments published with settlements, notices and audit leaves, against the bare rows of that.

The peer gets a copy of the same database and writes the very rows that we wrote, by the driver's own `executemany`, in
as many transactions with the same durability: what we inserted, and when each adjustment was published. Everybody has
an account in two deals, so two adjustments and one notice.
"""

import math
import resource
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, func, select, text

from app import incidents
from app.audit.models import AuditHead
from app.core import schema
from app.core.db import db, session, transaction
from app.core.queue import create_queue
from app.factory import create_app
from app.identity import SignInLink
from app.incidents import Adjustment, Publication, PublicationState
from app.notices import Message
from app.settings import read_settings
from app.settlement import LedgerAccount, Settlement, Transfer
from bench.result import Result
from tests.incidents.crowds import AT, a_crowd_to_publish_to
from tests.postgresql import a_postgresql_database, copy_database

TIMES = {1_000: 5, 10_000: 3, 100_000: 1}
"""How often each size is run; the median counts, since a second's work says more of the machine than of the growth."""
SIZES = tuple(TIMES)
MOST = {"SQLite": 4, "PostgreSQL": 2}
MOST_MEGABYTES = 300
STEEPEST = 1.1
PUBLISHED = "adjustments"
BY_ID = (SignInLink, Message, Settlement, LedgerAccount, Transfer)


@dataclass(frozen=True)
class Mark:
    """How far the tables had grown after a batch."""

    ids: Mapping[str, int]
    size: int


@dataclass(frozen=True)
class Rows:
    """What one batch wrote into one table, as the driver reads it."""

    table: str
    columns: Sequence[str]
    values: Sequence[Sequence[Any]]


def measure() -> list[Result]:
    """The ratio at the largest size and the slope over all, on both databases."""
    return [*_measure_on("SQLite"), *_measure_on("PostgreSQL")]


def _measure_on(database: str) -> list[Result]:
    seconds = {size: _median([_run(database, size) for _ in range(times)]) for size, times in TIMES.items()}
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    ours, other = seconds[SIZES[-1]]
    slopes = [math.log(seconds[big][0] / seconds[few][0]) / math.log(big / few) for few, big in pairwise(SIZES)]
    most, slope = MOST[database], max(slopes)
    at = ", ".join(f"{size:,}" for size in SIZES)
    return [
        Result(
            name="publish",
            work=f"{SIZES[-1]:,} adjustments with settlements, notices and leaves, {database}",
            against="executemany of the very rows, same batches",
            ours=ours,
            other=other,
            ratio=f"{ours / other:.2f} x the time",
            goal=f"<= {most} x, < {MOST_MEGABYTES} MB",
            reached=ours <= most * other and megabytes < MOST_MEGABYTES,
            peak_megabytes=megabytes,
        ),
        Result(
            name="publish-growth",
            work=f"the same at {at}, {database}",
            against="itself at the smallest size",
            ours=ours,
            other=seconds[SIZES[0]][0],
            ratio=f"log-log slope {slope:.2f}",
            goal=f"<= {STEEPEST}",
            reached=slope <= STEEPEST,
            peak_megabytes=megabytes,
        ),
    ]


def _median(runs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return median(ours for ours, _ in runs), median(other for _, other in runs)


def _run(database: str, size: int) -> tuple[float, float]:
    """Seconds of ours and of the bare rows."""
    with tempfile.TemporaryDirectory() as name, _two_databases(database, Path(name)) as (url, bare_url, copy):
        with _portal(url, Path(name)):
            publication_id = a_crowd_to_publish_to(size)
        copy()
        bare = create_engine(bare_url, execution_options={"writes": True})
        with _portal(url, Path(name)):
            ours, marks = _publish(publication_id)
            other = sum(_copy(bare, _rows_between(before, after)) for before, after in pairwise(marks))
        bare.dispose()
    return ours, other


@contextmanager
def _two_databases(database: str, folder: Path) -> Iterator[tuple[str, str, Any]]:
    if database == "PostgreSQL":
        with a_postgresql_database() as url, a_postgresql_database() as bare_url:
            yield url, bare_url, lambda: copy_database(url, bare_url)
        return
    schema.upgrade(f"sqlite:///{folder}/ours.db")
    yield (
        f"sqlite:///{folder}/ours.db",
        f"sqlite:///{folder}/bare.db",
        lambda: shutil.copy(folder / "ours.db", folder / "bare.db"),
    )


@contextmanager
def _portal(url: str, folder: Path) -> Iterator[None]:
    given = {
        "SECRET_KEY": "an-unguessable-key-for-the-bench-0123456789",
        "PUBLIC_BASE_URL": "http://localhost",
        "MAIL_DEFAULT_SENDER": "Example Support <support@portal.example>",
        "MAIL_TO": "everyone",
        "DATABASE_URL": url,
        "QUEUE_URL": str(folder / "queue.db"),
        "AUDIT_ORIGIN": "portal.example/audit/1",
    }
    create_queue(given["QUEUE_URL"])
    with create_app(read_settings(given, Path("/nonexistent"))).app_context():
        yield
        session.remove()
        db.engine.dispose()


def _publish(publication_id: int) -> tuple[float, list[Mark]]:
    seconds, marks = 0.0, [_mark()]
    publication = session.get_one(Publication, publication_id)
    while publication.state is PublicationState.RUNNING:
        at = AT + timedelta(seconds=len(marks))
        start = perf_counter()
        with transaction():
            incidents.publish_batch(publication=publication, at=at)
        seconds += perf_counter() - start
        marks.append(_mark())
    left = session.scalar(select(func.count()).select_from(Adjustment).where(Adjustment.published_at.is_(None)))
    if left:
        raise RuntimeError(f"{left} adjustments were not published")
    return seconds, marks


def _mark() -> Mark:
    ids = {model.__tablename__: session.scalar(select(func.max(model.id))) or 0 for model in BY_ID}
    return Mark(ids, session.scalars(select(AuditHead.size)).one())


def _rows_between(before: Mark, after: Mark) -> list[Rows]:
    """What a batch added, table by table in the order in which they refer to each other."""
    connection = session.connection()
    grown = [
        _read(connection, name, f"SELECT * FROM {name} WHERE id > {low} AND id <= {after.ids[name]} ORDER BY id")
        for name, low in before.ids.items()
    ]
    leaves = f"idx >= {before.size} AND idx < {after.size}"
    events = f"SELECT event_id FROM audit_leaf WHERE {leaves}"
    found = [
        _read(connection, "audit_event", f"SELECT * FROM audit_event WHERE id IN ({events}) ORDER BY id"),
        _read(connection, "audit_opening", f"SELECT * FROM audit_opening WHERE event_id IN ({events})"),
        _read(connection, "audit_leaf", f"SELECT * FROM audit_leaf WHERE {leaves} ORDER BY idx"),
    ]
    nodes = [
        f"(level = {level} AND idx >= {before.size >> level} AND idx < {after.size >> level})"
        for level in range(1, after.size.bit_length())
    ]
    made = _read(connection, "audit_node", f"SELECT * FROM audit_node WHERE {' OR '.join(nodes)}")
    due = f"SELECT adjustment_id FROM settlements WHERE id > {before.ids['settlements']}"
    dated = f"SELECT published_at, id FROM adjustments WHERE id IN ({due} AND id <= {after.ids['settlements']})"
    published = _read(connection, PUBLISHED, dated)
    session.rollback()
    return [*grown, *found, made, published]


def _read(connection: Connection, table: str, asked: str) -> Rows:
    found = connection.exec_driver_sql(asked)
    return Rows(table, list(found.keys()), [tuple(row) for row in found])


def _copy(bare: Engine, rows: Sequence[Rows]) -> float:
    """Seconds of inserting them in one transaction."""
    mark = "?" if bare.dialect.name == "sqlite" else "%s"
    (leaves,) = (each.values for each in rows if each.table == "audit_leaf")
    start = perf_counter()
    with bare.begin() as connection:
        for each in rows:
            if each.values:
                connection.exec_driver_sql(_statement(each, mark), list(each.values))
        connection.execute(text("UPDATE audit_head SET size = size + :added"), {"added": len(leaves)})
    return perf_counter() - start


def _statement(rows: Rows, mark: str) -> str:
    if rows.table == PUBLISHED:
        return f"UPDATE adjustments SET published_at = {mark} WHERE id = {mark}"
    marks = ", ".join([mark] * len(rows.columns))
    return f"INSERT INTO {rows.table} ({', '.join(rows.columns)}) VALUES ({marks})"
