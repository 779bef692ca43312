"""Payments that leave together, what became of each, and the files in which the payment system answers."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, TypedDict

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Cents, Pseudonymous
from app.identity import Person
from app.settlement.models import Settlement


class BatchState(StrEnum):
    """Prepared by one person, released by another, sent once its file was taken, answered when no item is open."""

    PREPARED = "prepared"
    RELEASED = "released"
    SENT = "sent"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Batch(Pseudonymous, Base):
    """Payments that leave as one file for the platform's payment system.

    `digest` is the SHA-256 of the items' canonical form (RFC 8785): what the second person releases.
    """

    __tablename__ = "batches"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("released_by_id IS NULL OR released_by_id <> prepared_by_id", name="two_people_release"),
    )
    audit_kind: ClassVar[str] = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    state: Mapped[BatchState] = mapped_column(default=BatchState.PREPARED)
    digest: Mapped[str] = mapped_column(String(64))
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    prepared_at: Mapped[datetime]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    released_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]

    prepared_by: Mapped[Person] = relationship(foreign_keys=prepared_by_id)
    released_by: Mapped[Person | None] = relationship(foreign_keys=released_by_id)
    items: Mapped[list["BatchItem"]] = relationship(back_populates="batch", order_by="BatchItem.id")


class ItemState(StrEnum):
    """What became of one payment."""

    OPEN = "open"
    SETTLED = "settled"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class BatchItem(Base):
    """One payment of a settlement: all that is not held back of it. A settlement is in one open item at most."""

    __tablename__ = "batch_items"
    __table_args__ = (
        UniqueConstraint("reference"),
        UniqueConstraint("settlement_id", "attempt"),
        CheckConstraint("cents > 0", name="pays_something"),
        Index(
            "uq_batch_items_one_open",
            "settlement_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), index=True)
    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlements.id"))
    attempt: Mapped[int]
    reference: Mapped[str] = mapped_column(String(20))
    cents: Mapped[Cents]
    state: Mapped[ItemState] = mapped_column(default=ItemState.OPEN)
    answered_on: Mapped[date | None]
    code: Mapped[str] = mapped_column(String(64), default="")

    batch: Mapped[Batch] = relationship(back_populates="items")
    settlement: Mapped[Settlement] = relationship()


class BatchYear(Base):
    """How many batches of a year have their number; the row is the lock that makes numbers gapless."""

    __tablename__ = "batch_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    issued: Mapped[int]


class Leftover(TypedDict):
    """One row of an answer that could not be booked: why, and what to do about it."""

    row: int
    reference: str
    says: str


class AnswerFile(Pseudonymous, Base):
    """A file of the payment system, by the SHA-256 of its bytes: the same one is never booked twice."""

    __tablename__ = "answer_files"
    __table_args__ = (UniqueConstraint("sha256"),)
    audit_kind: ClassVar[str] = "answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    booked: Mapped[int]
    leftovers: Mapped[list[Leftover]] = mapped_column(JSON)
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    taken_at: Mapped[datetime]
    cleared_note: Mapped[str] = mapped_column(Text, default="")
    cleared_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    cleared_at: Mapped[datetime | None]

    taken_by: Mapped[Person] = relationship(foreign_keys=taken_by_id)
    cleared_by: Mapped[Person | None] = relationship(foreign_keys=cleared_by_id)


class InvoicePayment(Base):
    """Money that arrived for an invoice, as the payment system told; the same statement is never booked twice."""

    __tablename__ = "invoice_payments"
    __table_args__ = (
        UniqueConstraint("settlement_id", "paid_on", "cents", "code"),
        CheckConstraint("cents > 0", name="pays_something"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlements.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("answer_files.id"))
    paid_on: Mapped[date]
    cents: Mapped[Cents]
    code: Mapped[str] = mapped_column(String(64))
