"""That the platform's own books were changed: somebody's word, with a file that shows it."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Cents, Pseudonymous
from app.identity import Person
from app.incidents.models import Incident
from app.incidents.proposal_models import Proposal


class BooksProof(StrEnum):
    """What shows it: an export of the books, which is held against ours row by row, or a record of the change."""

    EXPORT = "export"
    RECORD = "record"

    @property
    def label(self) -> str:
        """In words for staff."""
        return {
            BooksProof.EXPORT: "An export of the books, compared by row",
            BooksProof.RECORD: "A record of the change, such as a ticket",
        }[self]


class BooksChange(Pseudonymous, Base):
    """The books carry the allocations of `out_sha256`, the file that left here. The newest one counts."""

    __tablename__ = "books_changes"
    __table_args__ = (CheckConstraint("done_by <> ''", name="somebody_did_it"),)
    audit_kind: ClassVar[str] = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    out_sha256: Mapped[str] = mapped_column(String(64))
    done_by: Mapped[str] = mapped_column(String(200))
    done_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text)
    proof: Mapped[BooksProof]
    proof_name: Mapped[str] = mapped_column(String(200))
    proof_sha256: Mapped[str] = mapped_column(String(64))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]

    incident: Mapped[Incident] = relationship()
    proposal: Mapped[Proposal] = relationship()
    recorded_by: Mapped[Person] = relationship()


class BooksEntry(Base):
    """What the books carry for one adjustment since that change; minor units."""

    __tablename__ = "books_entries"
    __table_args__ = (CheckConstraint("carried_cents >= 0", name="not_negative"),)

    change_id: Mapped[int] = mapped_column(ForeignKey("books_changes.id"), primary_key=True)
    adjustment_id: Mapped[int] = mapped_column(ForeignKey("adjustments.id"), primary_key=True, index=True)
    carried_cents: Mapped[Cents]
