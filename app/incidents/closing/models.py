"""What is let go at the close with a reason, and who closed an incident or withdrew it."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity import Person
from app.incidents.models import Incident
from app.settlement import Settlement


class Excepted(Base):
    """One line of the exceptions list: somebody who was not reached, or money that did not move, and why."""

    __tablename__ = "close_exceptions"
    __table_args__ = (
        UniqueConstraint("incident_id", "person_id"),
        UniqueConstraint("incident_id", "settlement_id"),
        CheckConstraint("(person_id IS NULL) <> (settlement_id IS NULL)", name="about_one_thing"),
        CheckConstraint("reason <> ''", name="with_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    settlement_id: Mapped[int | None] = mapped_column(ForeignKey("settlements.id"))
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]

    person: Mapped[Person | None] = relationship(foreign_keys=person_id)
    settlement: Mapped[Settlement | None] = relationship()
    by: Mapped[Person] = relationship(foreign_keys=by_id)


class Withdrawal(Base):
    """Why an incident was withdrawn before anybody was told of it."""

    __tablename__ = "withdrawals"
    __table_args__ = (UniqueConstraint("incident_id"), CheckConstraint("reason <> ''", name="with_reason"))

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]

    incident: Mapped[Incident] = relationship()
    by: Mapped[Person] = relationship(foreign_keys=by_id)


class Closing(Pseudonymous, Base):
    """One person asks to close with an archive, another of management or legal closes exactly that.

    `mail_until` is the last day on which the words of its mail are kept, in the incident's zone.
    """

    __tablename__ = "closings"
    __table_args__ = (
        UniqueConstraint("incident_id"),
        CheckConstraint("closed_by_id IS NULL OR closed_by_id <> asked_by_id", name="two_people_close"),
        CheckConstraint("(closed_by_id IS NULL) = (closed_at IS NULL)", name="closed_by_somebody"),
    )
    audit_kind: ClassVar[str] = "closing"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    archive_sha256: Mapped[str] = mapped_column(String(64))
    facts_sha256: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]
    mail_until: Mapped[date | None]
    mail_forgotten_at: Mapped[datetime | None]

    incident: Mapped[Incident] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
    closed_by: Mapped[Person | None] = relationship(foreign_keys=closed_by_id)
