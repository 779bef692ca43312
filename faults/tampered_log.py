"""A small signed log in a portal of its own, to be changed as an owner of database and files could, and put back."""

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import text

from app import audit, worker
from app.audit import Finding
from app.audit.triggers import statements
from app.core import schema
from app.core.db import db, session, transaction
from app.factory import create_app
from app.settings import read_settings
from app.tlog.note import SignerKey

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
ORIGIN = "localhost/audit/1"
ENTRIES, ANCHORED = 23, 17


class Thing:
    """Something the log may name."""

    audit_name = f"incident:{uuid4()}"


class Bench:
    """A signed log on SQLite, put back as it was before every round; `numbers` choose what is changed."""

    def __init__(self, app: Flask, folder: Path, numbers: random.Random) -> None:
        self.app, self.folder, self.numbers = app, folder, numbers
        audit.make_key_file(path=folder / "key", origin=ORIGIN)
        self.key: SignerKey = audit.read_key_file(path=folder / "key", origin=ORIGIN)
        self.anchor = audit.FileAnchor(folder / "anchors")
        self._fill()
        self.receipt = (audit.receipt_for(event_at(3)) or b"").decode()
        session.rollback()
        self._save("kept")

    def _fill(self) -> None:
        for number in range(ENTRIES):
            with transaction():
                record_one(f"reason {number}")
            if number + 1 in (9, ANCHORED):
                audit.sign_checkpoint(key=self.key, anchor=self.anchor, at=AT)
            if number + 1 == 9:
                session.rollback()
                self._save("yesterday")

    def _save(self, name: str) -> None:
        source = db.engine.raw_connection()
        target = sqlite3.connect(self.folder / f"{name}.db")
        driver: Any = source.driver_connection
        driver.backup(target)
        target.close()
        source.close()
        if self.anchor.path.exists():
            shutil.copy(self.anchor.path, self.folder / f"{name}.anchors")

    def restore(self, name: str = "kept", *, with_anchors: bool = True) -> None:
        """Put the copy of that name in the database's place."""
        session.remove()
        source = db.engine.raw_connection()
        copy = sqlite3.connect(self.folder / f"{name}.db")
        driver: Any = source.driver_connection
        copy.backup(driver)
        copy.close()
        source.close()
        if with_anchors:
            shutil.copy(self.folder / f"{name}.anchors", self.anchor.path)

    def change(self, *changes: str) -> None:
        """Change rows with triggers and foreign keys out of the way."""
        session.remove()
        connection = db.engine.raw_connection()
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        for statement in (*changes, *statements("sqlite"), "PRAGMA foreign_keys=ON"):
            cursor.execute(statement)
        connection.close()

    def flip(self, table: str, column: str, where: str) -> None:
        """Flip one bit of one byte of one value."""
        value = bytes(self.value(f"SELECT CAST({column} AS BLOB) FROM {table} WHERE {where}"))
        self.change(f"UPDATE {table} SET {column} = x'{self.flipped(value).hex()}' WHERE {where}")

    def flipped(self, value: bytes) -> bytes:
        """The bytes with one bit turned."""
        place = self.numbers.randrange(len(value))
        return value[:place] + bytes([value[place] ^ 1 << self.numbers.randrange(8)]) + value[place + 1 :]

    def value(self, asked: str) -> bytes:
        """One value."""
        with db.engine.connect() as connection:
            return bytes(connection.execute(text(asked)).scalar_one())

    def verdict(self, *, after: timedelta = timedelta(minutes=1)) -> Finding:
        """What verifying says, and the worker writes down."""
        verdict = audit.verify(key=self.key.verifier, anchor=self.anchor, at=AT + after)
        audit.keep_verdict(verdict, at=AT + after)
        return verdict.finding

    def is_signed(self) -> bool:
        """Whether the worker puts anything new into the anchor."""
        before = self._held()
        worker.sign()
        return self._held() != before

    def _held(self) -> bytes:
        return self.anchor.path.read_bytes() if self.anchor.path.exists() else b""


def record_one(reason: str) -> None:
    """Record one event with something that it says."""
    audit.record(action="staff.disabled", actor="system:worker", subject=Thing(), at=AT, reason=reason)


def event_at(idx: int) -> audit.AuditEvent:
    """The event in this place. Raises RuntimeError where there is none."""
    found = audit.find_event_at(idx)
    if found is None:
        raise RuntimeError(f"no entry {idx}")
    return found


@contextmanager
def a_bench(seed: int) -> Iterator[Bench]:
    """A bench whose numbers begin with this seed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/portal.db"
        schema.upgrade(url)
        given = {
            "SECRET_KEY": "an-unguessable-key-for-the-faults-0123456789",
            "PUBLIC_BASE_URL": "http://localhost",
            "MAIL_DEFAULT_SENDER": "Example Support <support@portal.example>",
            "DATABASE_URL": url,
            "QUEUE_URL": str(folder / "queue.db"),
            "AUDIT_KEY_FILE": str(folder / "key"),
            "AUDIT_ANCHORS": str(folder / "anchors"),
        }
        app = create_app(read_settings(given, Path("/nonexistent")))
        with app.app_context():
            yield Bench(app, folder, random.Random(seed))
            session.remove()
            db.engine.dispose()
