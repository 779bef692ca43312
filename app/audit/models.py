"""Tables of the audit log. Rows are only ever inserted; `app.audit.triggers` makes both databases insist on it.

On SQLite the tables have no hidden row id: a replacing insert could forge a row through it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base
from app.tlog.commitments import Opening
from app.tlog.encoding import read_json

APPENDS: dict[str, Any] = {"sqlite_with_rowid": False, "info": {"app_may": "SELECT, INSERT"}}
"""Table arguments; `app_may` are the rights that the app's role is given on PostgreSQL (`app.core.schema.grant`)."""
LOCKS: dict[str, Any] = APPENDS | {"info": {"app_may": "SELECT, UPDATE (size)"}}
ERASES: dict[str, Any] = APPENDS | {"info": {"app_may": "SELECT, INSERT, DELETE"}}


class Readable:
    """An event by its leaf and its openings: what it is named, what it is of, what it said."""

    id: Any
    leaf: Any
    opened: Any

    @property
    def audit_name(self) -> str:
        """How the log names one of its own events."""
        return f"event:{self.id}"

    @property
    def entry(self) -> dict[str, Any]:
        """The leaf, read back."""
        entry: dict[str, Any] = read_json(self.leaf)
        return entry

    @property
    def at(self) -> datetime:
        """When it happened."""
        return datetime.fromisoformat(self.entry["at"])

    @property
    def said(self) -> dict[str, Any]:
        """What it said, by part; an erased part is not there."""
        return {opening.part: opening.said for opening in self.opened}

    @property
    def erased_parts(self) -> list[str]:
        """The parts whose commitments stand in the leaf while their openings are gone."""
        return sorted(set(self.entry["c"]) - set(self.said))


@dataclass(frozen=True)
class Recorded(Readable):
    """An event that was just recorded; a row once its transaction commits."""

    id: str
    leaf: bytes
    leaf_hash: bytes
    opened: Sequence[Opening]


class AuditEvent(Readable, Base):
    """One thing that happened: the bytes that are hashed, and their hash."""

    __tablename__ = "audit_event"
    __table_args__ = (CheckConstraint("length(leaf_hash) = 32", name="hash_length"), APPENDS)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)

    openings: Mapped[list["AuditOpening"]] = relationship(order_by="AuditOpening.part")

    @property
    def opened(self) -> list[Opening]:
        """What is left of what it said, in the order of the parts."""
        return [opening.opened for opening in self.openings]


class AuditLeaf(Base):
    """Where an event stands in the log: 0, 1, 2 and so on without a gap."""

    __tablename__ = "audit_leaf"
    __table_args__ = (APPENDS,)

    idx: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(ForeignKey("audit_event.id"), unique=True)


class AuditNode(Base):
    """The root of a complete subtree, from level 1 up; level 0 are the leaf hashes."""

    __tablename__ = "audit_node"
    __table_args__ = (
        CheckConstraint("length(hash) = 32", name="hash_length"),
        CheckConstraint("level >= 1 AND idx >= 0", name="place"),
        APPENDS,
    )

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    idx: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHead(Base):
    """How many leaves there are: the one row that a writer locks to be given its indexes."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), LOCKS)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)


class AuditOpening(Base):
    """What one part of an event says. The only rows that may be deleted: by erasure, which the log records."""

    __tablename__ = "audit_opening"
    __table_args__ = (CheckConstraint("length(salt) = 32", name="salt_length"), ERASES)

    event_id: Mapped[str] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)
    part: Mapped[str] = mapped_column(String(40), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    value: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def opened(self) -> Opening:
        """The opening, to compare with its commitment."""
        return Opening(self.part, self.salt, self.value)


class AuditCheckpoint(Base):
    """A signed tree head, as it was anchored."""

    __tablename__ = "audit_checkpoint"
    __table_args__ = (APPENDS,)

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]


class AuditAnchor(Base):
    """That a sink outside the database took a checkpoint, and how to find it there."""

    __tablename__ = "audit_anchor"
    __table_args__ = (APPENDS,)

    sink: Mapped[str] = mapped_column(String(40), primary_key=True)
    size: Mapped[int] = mapped_column(ForeignKey("audit_checkpoint.size"), primary_key=True, autoincrement=False)
    ref: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
