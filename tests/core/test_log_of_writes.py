"""SQLite's log of writes stays short, whoever reads meanwhile."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from app import worker
from app.core import db

MIB = 1024 * 1024


@pytest.fixture
def file(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of a portal that waits for no reader."""
    monkeypatch.setattr(db, "WAITS_FOR_READERS_SECONDS", 0)
    return Path(str(db.db.engine.url.database))


@pytest.fixture
def writer(file: Path) -> Iterator[sqlite3.Connection]:
    """What it writes stays in the log until somebody takes it in."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("CREATE TABLE written (what BLOB)")
        yield connection


@pytest.fixture
def reader(file: Path, writer: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Somebody who goes on reading what was there before."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM written").fetchone()
        yield connection


def write(writer: sqlite3.Connection, mib: int) -> None:
    writer.execute("INSERT INTO written VALUES (zeroblob(?))", [mib * MIB])


def length(file: Path) -> int:
    return file.with_name(f"{file.name}-wal").stat().st_size


def test_a_long_log_is_taken_in_by_the_minutely_sweep(file: Path, writer: sqlite3.Connection) -> None:
    write(writer, 9)
    assert length(file) > 9 * MIB

    worker.sweep()

    assert length(file) == 0
    assert writer.execute("SELECT length(what) FROM written").fetchall() == [(9 * MIB,)]


def test_a_short_log_is_left_to_sqlite(file: Path, writer: sqlite3.Connection) -> None:
    write(writer, 5)

    db.take_in_writes()

    assert length(file) > 5 * MIB


def test_who_reads_on_is_not_disturbed_and_the_next_sweep_takes_it_in(
    file: Path, writer: sqlite3.Connection, reader: sqlite3.Connection
) -> None:
    write(writer, 9)

    db.take_in_writes()
    assert length(file) > 9 * MIB
    assert reader.execute("SELECT count(*) FROM written").fetchall() == [(0,)]

    reader.execute("ROLLBACK")
    db.take_in_writes()
    assert length(file) == 0
