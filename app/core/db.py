"""The database: base class, column types, the session and the one transaction. Both SQLite and PostgreSQL."""

import enum
import errno
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any, ClassVar
from uuid import uuid4

from blinker import Signal
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Dialect, Engine, Enum, MetaData, String, Table, event, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from app.core import clock

log = logging.getLogger(__name__)

ROOM_WANTED = 65_536
"""Bytes that must fit beside a database of ours, or nothing will be committed for long."""
LONGEST_LOG_OF_WRITES = 8 * 1024 * 1024
"""Bytes at which SQLite is helped; at half of that it takes the log in by itself, if no reader is in the way."""
WAITS_FOR_READERS_SECONDS = 4
"""For each of two waits; together they are less than the ten that a writer waits for its turn."""
Cents = Annotated[int, mapped_column(BigInteger)]
"""Whole minor units of a currency."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on every database, SQLite included."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(members: type[enum.Enum]) -> list[str]:
    return [member.value for member in members]


class Base(DeclarativeBase):
    """Every table. Constraint names are the same on both databases, so migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        enum.Enum: Enum(enum.Enum, native_enum=False, length=40, values_callable=_values),
    }


class Pseudonymous:
    """What the audit log may name: a random identifier that says nothing about anybody."""

    audit_kind: ClassVar[str]

    pseudonym: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))

    @property
    def audit_name(self) -> str:
        """`kind:uuid`, as it stands in audit leaves."""
        return f"{self.audit_kind}:{self.pseudonym}"


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that are made once and run past the ORM because they run so often."""
    return Base.metadata.tables[model.__tablename__]


db = SQLAlchemy(metadata=Base.metadata)
session = db.session


@contextmanager
def transaction() -> Iterator[None]:
    """End the request's read transaction, begin the writing one, commit if the block succeeds.

    Loaded objects expire and are read again under the lock. Raises RuntimeError when already open or
    when the session holds new or changed objects. Nothing slow runs inside; nothing else commits.
    """
    if session.info.get("writing"):
        raise RuntimeError("a transaction is already open")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside a transaction")
    session.rollback()
    session.info["writing"] = True
    session.info["bells"] = []
    try:
        session.connection(bind_arguments={"bind": db.engine}, execution_options={"writes": True})
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False
        bells = session.info.pop("bells")
    for bell in bells:
        _send(bell)


def ring(bell: Signal) -> None:
    """Send `bell` once, after the open transaction commits. Raises RuntimeError outside one."""
    if not session.info.get("writing"):
        raise RuntimeError("a bell is rung inside a transaction")
    if bell not in session.info["bells"]:
        session.info["bells"].append(bell)


def _send(bell: Signal) -> None:
    try:
        bell.send(None)
    except Exception:
        log.exception("a bell could not be rung; the sweep will find the work")


def database_now() -> datetime:
    """The database's clock, which every process shares: PostgreSQL's own; on SQLite the host's."""
    if session.get_bind().dialect.name == "postgresql":
        return session.execute(select(func.clock_timestamp(type_=UTCDateTime))).scalar_one()
    return clock.now()


def check_room() -> None:
    """Write as far into a file beside SQLite's as its log of writes reaches, and wait for the disk.

    A full disk, a quota and a limit on the size of files show there as they would at the next commit. Nothing is kept.
    A database server's disk is not ours to try. Raises OSError.
    """
    path = _sqlite_file()
    if path is None:
        return
    with TemporaryFile(dir=path.parent, buffering=0) as tried:
        tried.seek(_length_of_writes(path))
        if tried.write(bytes(ROOM_WANTED)) < ROOM_WANTED:
            raise OSError(errno.ENOSPC, f"less than {ROOM_WANTED} bytes can be written beside {path}")
        os.fsync(tried.fileno())


def take_in_writes() -> None:
    """Take a long log of writes into SQLite's database and cut it to nothing.

    SQLite starts its log anew only in a moment without readers, which never comes where they follow each other closely
    (https://sqlite.org/wal.html#ckpt). This lets no writer begin until those who read now are done, for
    `WAITS_FOR_READERS_SECONDS` at most for each of two waits; what is not done then is left to the next call.
    Nothing of ours may be open on this thread. A database server does all that by itself.
    """
    path = _sqlite_file()
    if path is not None and _length_of_writes(path) > LONGEST_LOG_OF_WRITES:
        with closing(sqlite3.connect(path, timeout=WAITS_FOR_READERS_SECONDS)) as own:
            own.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _sqlite_file() -> Path | None:
    name = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    return Path(name) if name else None


def _length_of_writes(path: Path) -> int:
    writes = path.with_name(f"{path.name}-wal")
    return writes.stat().st_size if writes.exists() else 0


@event.listens_for(Session, "before_flush")
def _refuse_a_flush_outside_a_transaction(flushing: Session, *_: object) -> None:
    if not flushing.info.get("writing"):
        raise RuntimeError("changes were flushed outside a transaction")


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    if "sqlite" not in type(connection).__module__:
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "busy_timeout=10000", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_on_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
