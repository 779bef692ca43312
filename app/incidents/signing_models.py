"""What stands beside a proposal: legal's own notes, who else was told, and the paper that shows every variant."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base
from app.identity import Person


class LegalNote(Base):
    """A privileged note, read on legal's own page and nowhere else: its text enters no export, log or dossier."""

    __tablename__ = "legal_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()


class Party(StrEnum):
    """Who else may have to be told of an incident, in the order of the checklist."""

    INSURER = "insurer"
    REGULATOR = "regulator"
    AUDITOR = "auditor"
    STARTUP = "startup"
    BANK = "bank"

    @property
    def label(self) -> str:
        """As pages name it."""
        return self.value.capitalize()


class PartyTold(Base):
    """One line of the checklist: told on a day, or why that is not needed. A line without a row is open."""

    __tablename__ = "parties_told"
    __table_args__ = (
        UniqueConstraint("incident_id", "party"),
        CheckConstraint("(told_on IS NULL) = (because <> '')", name="told_or_not_needed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    party: Mapped[Party]
    told_on: Mapped[date | None]
    because: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()


class VariantsPaper(Base):
    """The PDF of every variant of what `subject_key` names and `digest` binds, kept by its SHA-256."""

    __tablename__ = "variants_papers"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_key: Mapped[str] = mapped_column(String(100), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    people: Mapped[int]
    variants: Mapped[int]
    made_at: Mapped[datetime]
