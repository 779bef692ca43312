"""Answers that we took by phone: on which call, why, and what was recorded."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity import Person
from app.incidents.answering.dispute_models import Dispute
from app.incidents.answering.election_models import Election
from app.incidents.models import Incident
from app.incidents.proposal_models import Acknowledgment
from app.scheduling import Booking


class PhoneKind(StrEnum):
    """What somebody said on the phone."""

    READ = "read"
    TAKE = "take"
    LEAVE = "leave"
    TALK = "talk"
    DISPUTE = "dispute"
    WITHDRAW = "withdraw"

    @property
    def label(self) -> str:
        """As staff name it."""
        return {
            PhoneKind.READ: "Has read the correction",
            PhoneKind.TAKE: "Takes the offer",
            PhoneKind.LEAVE: "Leaves the offer",
            PhoneKind.TALK: "Wants to talk first about the offer",
            PhoneKind.DISPUTE: "Says that something looks wrong",
            PhoneKind.WITHDRAW: "Takes back what looked wrong",
        }[self]


class PhoneAnswer(Pseudonymous, Base):
    """That `taken_by` took an answer of `person` on a call; the call and the reason stand in place of a mailed code.

    Exactly one of the three says what was recorded by it; a dispute may have been filed, or taken back.
    """

    __tablename__ = "phone_answers"
    __table_args__ = (
        UniqueConstraint("booking_id", "key"),
        UniqueConstraint("dispute_id", "kind"),
        CheckConstraint("reason <> ''", name="says_why"),
        CheckConstraint("taken_by_id <> person_id", name="taken_by_somebody_else"),
        CheckConstraint(
            "(kind = 'read') = (acknowledgment_id IS NOT NULL)"
            " AND (kind IN ('take', 'leave', 'talk')) = (election_id IS NOT NULL)"
            " AND (kind IN ('dispute', 'withdraw')) = (dispute_id IS NOT NULL)",
            name="answers_one_thing",
        ),
    )
    audit_kind: ClassVar[str] = "phone-answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[PhoneKind]
    reason: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(String(64))
    acknowledgment_id: Mapped[int | None] = mapped_column(ForeignKey("acknowledgments.id"), unique=True)
    election_id: Mapped[int | None] = mapped_column(ForeignKey("elections.id"), unique=True)
    dispute_id: Mapped[int | None] = mapped_column(ForeignKey("disputes.id"))
    at: Mapped[datetime]

    incident: Mapped[Incident] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    booking: Mapped[Booking] = relationship()
    taken_by: Mapped[Person] = relationship(foreign_keys=taken_by_id)
    acknowledgment: Mapped[Acknowledgment | None] = relationship()
    election: Mapped[Election | None] = relationship()
    dispute: Mapped[Dispute | None] = relationship()
