"""Notices by post: one letter in place of one message, and the batches that letters are printed in."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity import Person
from app.notices.models import Message


class LetterState(StrEnum):
    """Where a letter stands; withdrawn when a newer one to the same person took its place before it was printed."""

    WANTED = "wanted"
    PRINTED = "printed"
    POSTED = "posted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class LetterCause(StrEnum):
    """Why we write by post: mail came back or could not be sent, or nobody signed in."""

    NOT_DELIVERED = "not-delivered"
    NOT_SEEN = "not-seen"


class LetterBatch(Pseudonymous, Base):
    """Letters that were printed as one file, kept by its SHA-256; `window` is where their addresses stand."""

    __tablename__ = "letter_batches"
    audit_kind: ClassVar[str] = "letter-batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_reference: Mapped[str] = mapped_column(String(40), index=True)
    window: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    posted_on: Mapped[date | None]
    posted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    posted_by: Mapped[Person | None] = relationship(foreign_keys=posted_by_id)
    letters: Mapped[list["Letter"]] = relationship(back_populates="batch", order_by="Letter.id")

    @property
    def is_forgotten(self) -> bool:
        """Whether what it said was forgotten, its file too."""
        return any(letter.message.is_forgotten for letter in self.letters)


class Letter(Pseudonymous, Base):
    """A notice by post, with a number of its own. `postal_address` is as it was known when the letter was queued."""

    __tablename__ = "letters"
    __table_args__ = (
        CheckConstraint("postal_address <> ''", name="goes_somewhere"),
        CheckConstraint("(batch_id IS NULL) = (state IN ('wanted', 'withdrawn'))", name="printed_in_a_batch"),
        CheckConstraint("(state = 'returned') = (returned_on IS NOT NULL)", name="returned_on_a_day"),
    )
    audit_kind: ClassVar[str] = "letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_number: Mapped[str] = mapped_column(String(9), unique=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    incident_reference: Mapped[str] = mapped_column(String(40), index=True)
    cause: Mapped[LetterCause]
    postal_address: Mapped[str] = mapped_column(Text)
    state: Mapped[LetterState] = mapped_column(default=LetterState.WANTED)
    queued_at: Mapped[datetime]
    subject: Mapped[str] = mapped_column(Text, default="")
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("letter_batches.id"), index=True)
    returned_on: Mapped[date | None]
    return_note: Mapped[str] = mapped_column(Text, default="")

    message: Mapped[Message] = relationship()
    person: Mapped[Person] = relationship()
    batch: Mapped[LetterBatch | None] = relationship(back_populates="letters")
