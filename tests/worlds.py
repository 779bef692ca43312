"""Worlds that many tests begin in: built once a run by the product's own operations, then copied row by row.

A world is known by every row that stood in the database before it and by what was asked for, and is kept in a folder
of this very run that its workers share: no test can tell whether it came first. Where no folder is given, as in
benchmarks and campaigns, everything is built. Callers own the transaction.
"""

import fcntl
import hashlib
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

from blinker import Signal

from app.audit.appending import BUFFER, wait_for_commit
from app.audit.models import AuditHead, AuditLeaf, AuditNode, Recorded
from app.core import clock, signals
from app.core.db import Base, ring, session, table_of
from app.identity import Person
from tests.rows import Keyed, Row, add_rows, change_rows, read_rows

T = TypeVar("T", bound=Base)

PLACES = {table_of(model).name for model in (AuditLeaf, AuditNode, AuditHead)}
"""Tables written by the commit, whatever the world."""
BELLS = {name: bell for name, bell in vars(signals).items() if isinstance(bell, Signal)}


@dataclass(frozen=True)
class World:
    """What building it did to the rows, what waits for the commit, and what the test is handed."""

    added: Mapping[str, Sequence[Row]]
    changed: Mapping[str, Sequence[Row]]
    events: Sequence[Recorded]
    bells: Sequence[str]
    made: Sequence[tuple[type[Base], int]]


class Shelf:
    """Where the worlds of this run are kept."""

    folder: Path | None = None


def this_hour() -> datetime:
    """The full hour before now: where pages read the clock, the tests of an hour begin in one world."""
    return clock.now().replace(minute=0, second=0, microsecond=0)


def enter(asked: str, build: Callable[[], Sequence[T]]) -> Sequence[T]:
    """What `build` makes; it runs once a run for a database that stands as this one does."""
    folder = Shelf.folder
    if folder is None:
        return build()
    before = _rows_now()
    if Person.__tablename__ in before and not (folder / _digest(before)).exists():
        return build()  # a test made somebody of its own before: nobody will meet this again
    path = folder / f"{_digest(before)} {asked}"
    with _alone(folder, path.name):
        if path.exists():
            _copy(_read(path))
        else:
            path.write_bytes(pickle.dumps(_built(before, build)))
            (folder / _digest(_rows_now())).touch()
    session.expire_all()
    return [cast(T, session.get_one(model, key)) for model, key in _read(path).made]


def _rows_now() -> dict[str, Keyed]:
    session.flush()
    if BUFFER in session.info:
        session.info[BUFFER].write()
    return read_rows([table for table in Base.metadata.sorted_tables if table.name not in PLACES])


def _digest(rows: Mapping[str, Keyed]) -> str:
    told = [(name, sorted(map(repr, theirs.values()))) for name, theirs in sorted(rows.items())]
    return hashlib.sha256(repr((session.get_bind().dialect.name, told)).encode()).hexdigest()


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    """The worker that comes first builds, the others wait."""
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _built(before: Mapping[str, Keyed], build: Callable[[], Sequence[Base]]) -> World:
    recorded, rung = len(_events()), len(session.info["bells"])
    made = build()
    after = _rows_now()
    gone = [name for name, rows in before.items() if rows.keys() - after[name].keys()]
    if gone:
        raise AssertionError(f"a world only adds and changes rows, not as in {gone}")
    old: Keyed = {}
    return World(
        added={name: [rows[key] for key in rows if key not in before.get(name, old)] for name, rows in after.items()},
        changed={
            name: [after[name][key] for key in rows if after[name][key] != rows[key]] for name, rows in before.items()
        },
        events=_events()[recorded:],
        bells=[name for name, bell in BELLS.items() if bell in session.info["bells"][rung:]],
        made=[(type(each), each.id) for each in made],  # type: ignore[attr-defined]  # every table here has one
    )


def _events() -> list[Recorded]:
    return session.info[BUFFER].events if BUFFER in session.info else []


@cache
def _read(path: Path) -> World:
    world: World = pickle.loads(path.read_bytes())
    return world


def _copy(world: World) -> None:
    for table in Base.metadata.sorted_tables:
        if added := world.added.get(table.name):
            add_rows(table, added)
        if changed := world.changed.get(table.name):
            change_rows(table, changed)
    for event in world.events:
        wait_for_commit(event)
    if world.events:
        session.info[BUFFER].written = len(session.info[BUFFER].events)
    for name in world.bells:
        ring(BELLS[name])
