"""What comes back: bounces, and the addresses that are not written to any more."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity import Person
from app.notices.models import Message


class Bounce(Base):
    """A mail server reported that it could not deliver a message after all. `report_sha256` is of the report."""

    __tablename__ = "bounces"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), unique=True)
    status: Mapped[str] = mapped_column(String(20))
    says: Mapped[str] = mapped_column(Text)
    report_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    recorded_at: Mapped[datetime]

    message: Mapped[Message] = relationship()


class SuppressionCause(StrEnum):
    """Why an address is not written to: a report came back, or the mail server refused the address at once."""

    BOUNCED = "bounced"
    REFUSED = "refused"


class Suppression(Pseudonymous, Base):
    """An address that is not written to until somebody lifts it with a reason; one at a time for each address."""

    __tablename__ = "suppressions"
    __table_args__ = (
        Index(
            "uq_suppressions_in_force",
            "address",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", name="lifted_by_somebody"),
        CheckConstraint("lifted_at IS NULL OR lift_reason <> ''", name="lifted_with_a_reason"),
    )
    audit_kind: ClassVar[str] = "suppression"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(254))
    cause: Mapped[SuppressionCause]
    says: Mapped[str] = mapped_column(Text)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    made_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    lift_reason: Mapped[str] = mapped_column(Text, default="")

    message: Mapped[Message] = relationship()
    lifted_by: Mapped[Person | None] = relationship()
