"""Absence, delegated by name: who signs for an approver, from when to when, and who confirmed it."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity.models import Person, Role


class Delegation(Pseudonymous, Base):
    """An approver names one deputy for a period, both days included; an approver of the other kind confirms."""

    __tablename__ = "delegations"
    __table_args__ = (
        CheckConstraint("deputy_id <> approver_id", name="somebody_else"),
        CheckConstraint("role IN ('management', 'legal')", name="of_an_approver"),
        CheckConstraint("from_on <= to_on", name="ends_after_it_begins"),
        CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed_by_somebody"),
        CheckConstraint(
            "confirmed_by_id IS NULL OR (confirmed_by_id <> approver_id AND confirmed_by_id <> deputy_id)",
            name="confirmed_by_a_third",
        ),
    )
    audit_kind: ClassVar[str] = "delegation"

    id: Mapped[int] = mapped_column(primary_key=True)
    approver_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    deputy_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[Role]
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    approver: Mapped[Person] = relationship(foreign_keys=approver_id)
    deputy: Mapped[Person] = relationship(foreign_keys=deputy_id)
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=confirmed_by_id)

    def is_in_force(self, on: date) -> bool:
        """Confirmed, not ended, and within its days."""
        return self.confirmed_at is not None and self.ended_at is None and self.from_on <= on <= self.to_on
