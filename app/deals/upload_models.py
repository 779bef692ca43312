"""Files that were sent and wait to be confirmed, and what an import changed."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.core.jobs import Job
from app.deals.models import Import
from app.identity import Person


class UploadState(StrEnum):
    """How far the files of one upload have come."""

    CHECKING = "checking"
    BAD = "bad"
    READY = "ready"
    IMPORTING = "importing"
    IMPORTED = "imported"


class Upload(Pseudonymous, Base):
    """Files that somebody sent, by SHA-256; nothing of them is imported until somebody confirms the plan.

    `findings` are the bad rows or the preview, `plan` is the digest of what would be done.
    """

    __tablename__ = "uploads"
    __table_args__ = (
        CheckConstraint("(state = 'imported') = (import_id IS NOT NULL)", name="imported_names_its_import"),
        CheckConstraint("state <> 'ready' OR plan IS NOT NULL", name="ready_has_a_plan"),
    )
    audit_kind: ClassVar[str] = "upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[UploadState] = mapped_column(default=UploadState.CHECKING)
    findings: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    plan: Mapped[str | None] = mapped_column(String(64))
    says: Mapped[str] = mapped_column(Text, default="")
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    uploaded_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[datetime | None]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"))

    uploaded_by: Mapped[Person] = relationship(foreign_keys=uploaded_by_id)
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=confirmed_by_id)
    job: Mapped[Job | None] = relationship()
    imported: Mapped[Import | None] = relationship()

    @property
    def is_under_way(self) -> bool:
        """Whether it may yet change the data without being sent again."""
        return self.state in (UploadState.CHECKING, UploadState.READY, UploadState.IMPORTING)


class ImportChange(Base):
    """One cell that an import changed, as files write it, or with the column `(row)` a whole row that it removed."""

    __tablename__ = "import_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), index=True)
    sheet: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(Text)
    column: Mapped[str] = mapped_column(String(40))
    old: Mapped[str] = mapped_column(Text)
    new: Mapped[str] = mapped_column(Text)
