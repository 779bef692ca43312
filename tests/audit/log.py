"""A log with a key and an anchor, to be signed, verified and tampered with as an owner of the database could."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from app import audit
from app.audit.triggers import KEYS, statements
from app.core.db import db, session
from app.tlog.note import SignerKey
from tests.audit.builders import AT

ORIGIN = "portal.example/audit/1"


class SignedLog:
    """The test's database with a signing key and an anchor file beside it."""

    def __init__(self, folder: Path) -> None:
        audit.make_key_file(path=folder / "audit.key", origin=ORIGIN)
        self.key: SignerKey = audit.read_key_file(path=folder / "audit.key", origin=ORIGIN)
        self.anchor = audit.FileAnchor(folder / "anchors")

    def sign(self, *, at: datetime = AT) -> str | None:
        """Sign what is committed."""
        return audit.sign_checkpoint(key=self.key, anchor=self.anchor, at=at)

    def verify(self, *, after: timedelta = timedelta(minutes=1)) -> audit.Verdict:
        """Examine everything, some time after the events were recorded."""
        return audit.verify(key=self.key.verifier, anchor=self.anchor, at=AT + after)

    def verdict(self) -> str:
        """The line a command would print."""
        return self.verify().line


def tamper(*changes: str) -> None:
    """Change rows as the database's owner can: with triggers and foreign keys out of the way."""
    session.rollback()
    if db.engine.dialect.name == "sqlite":
        _tamper_with_sqlite(changes)
    else:
        _tamper_with_postgresql(changes)


def _tamper_with_sqlite(changes: Sequence[str]) -> None:
    connection = db.engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP TRIGGER {name}")
    for statement in (*changes, *statements("sqlite"), "PRAGMA foreign_keys=ON"):
        cursor.execute(statement)
    connection.close()


def _tamper_with_postgresql(changes: Sequence[str]) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in KEYS:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for change in changes:
            connection.execute(text(change))
        for statement in statements("postgresql"):
            if statement.startswith("ALTER TABLE"):
                connection.execute(text(statement))
