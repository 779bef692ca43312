"""What keeps money from moving, and what two people decide never to collect or pay."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Cents, Pseudonymous
from app.identity import Person
from app.settlement.models import Settlement


class HoldKind(StrEnum):
    """Why something is held back."""

    DISPUTE = "dispute"
    ADDRESS = "address"
    ACCOUNT = "account"
    LEGAL = "legal"
    OTHER = "other"

    @property
    def label(self) -> str:
        """What staff call it."""
        return {
            HoldKind.DISPUTE: "the investor disputes it",
            HoldKind.ADDRESS: "the address was changed lately",
            HoldKind.ACCOUNT: "payment details are not good",
            HoldKind.LEGAL: "legal asked for it",
            HoldKind.OTHER: "another reason",
        }[self]


class Hold(Pseudonymous, Base):
    """Stops one settlement, or the part of it that is in question, until it is lifted or its last day is over."""

    __tablename__ = "settlement_holds"
    __table_args__ = (
        CheckConstraint("cents IS NULL OR cents > 0", name="holds_something"),
        CheckConstraint("reason <> ''", name="with_reason"),
    )
    audit_kind: ClassVar[str] = "money_hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlements.id"), index=True)
    kind: Mapped[HoldKind]
    reason: Mapped[str] = mapped_column(Text)
    cents: Mapped[Cents | None]
    until_on: Mapped[date | None]
    placed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    placed_at: Mapped[datetime]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    lifted_at: Mapped[datetime | None]
    lifted_because: Mapped[str] = mapped_column(Text, default="")

    settlement: Mapped[Settlement] = relationship()
    placed_by: Mapped[Person | None] = relationship(foreign_keys=placed_by_id)
    lifted_by: Mapped[Person | None] = relationship(foreign_keys=lifted_by_id)

    def holds_on(self, on: date) -> bool:
        """Whether it still stands on that day."""
        return self.lifted_at is None and (self.until_on is None or on <= self.until_on)


class ForgoingKind(StrEnum):
    """What is given up: paying somebody who cannot be found, or collecting an invoice."""

    WRITE_OFF = "write off"
    WAIVE = "waive"


class Forgoing(Pseudonymous, Base):
    """One person asks to write a payout off or to waive an invoice, another of management or legal decides."""

    __tablename__ = "forgoings"
    __table_args__ = (
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("reason <> ''", name="with_reason"),
    )
    audit_kind: ClassVar[str] = "forgoing"

    id: Mapped[int] = mapped_column(primary_key=True)
    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlements.id"), index=True)
    kind: Mapped[ForgoingKind]
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    is_granted: Mapped[bool | None]

    settlement: Mapped[Settlement] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)
