"""Papers that were made about an incident and kept, to be taken again without being made again."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, TypedDict

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity import Person
from app.incidents.models import Incident


class PaperKind(StrEnum):
    """Which papers: the evidence of an incident, what came out when its figures were checked again, or everything."""

    DOSSIER = "dossier"
    ATTESTATION = "attestation"
    ARCHIVE = "archive"


class KeptFile(TypedDict):
    """One file among the stored ones, by the SHA-256 of its bytes."""

    name: str
    media_type: str
    sha256: str
    size_bytes: int


class PaperSet(Pseudonymous, Base):
    """The files of one making, in the order they are listed."""

    __tablename__ = "paper_sets"
    audit_kind: ClassVar[str] = "papers"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    kind: Mapped[PaperKind]
    files: Mapped[list[KeptFile]] = mapped_column(JSON)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]

    incident: Mapped[Incident] = relationship()
    made_by: Mapped[Person | None] = relationship()

    def file(self, name: str) -> KeptFile | None:
        """The file of that name, if this set has one."""
        return next((file for file in self.files if file["name"] == name), None)
