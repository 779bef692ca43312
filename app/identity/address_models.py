"""Another address for somebody: who asked for it and how, who entered it, and who released it."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity.models import Person


class AskedBy(StrEnum):
    """How somebody asked us for another address."""

    CALL = "call"
    LETTER = "letter"


class ChangeState(StrEnum):
    """Where a change of address stands."""

    ENTERED = "entered"
    RELEASED = "released"
    REFUSED = "refused"


class AddressChange(Pseudonymous, Base):
    """Staff entered another address for a person; a second person decides. One is open at a time for each person.

    `asked_in` names what asked for it: the call, or the letter's file as `letter:SHA-256`.
    """

    __tablename__ = "address_changes"
    __table_args__ = (
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> entered_by_id", name="two_people_change"),
        CheckConstraint("(state = 'entered') = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("reason <> '' AND asked_in <> ''", name="asked_for"),
        Index(
            "uq_address_changes_open",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'entered'"),
            postgresql_where=text("state = 'entered'"),
        ),
    )
    audit_kind: ClassVar[str] = "address-change"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    old_email: Mapped[str] = mapped_column(String(254))
    new_email: Mapped[str] = mapped_column(String(254))
    asked_by: Mapped[AskedBy]
    asked_in: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[ChangeState] = mapped_column(default=ChangeState.ENTERED)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    entered_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(Text, default="")

    @property
    def letter_sha256(self) -> str | None:
        """Of the scan of the letter that asked for it, None where it was a call."""
        kind, _, name = self.asked_in.partition(":")
        return name if kind == "letter" else None

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    entered_by: Mapped[Person] = relationship(foreign_keys=entered_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)
