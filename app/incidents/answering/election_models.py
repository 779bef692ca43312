"""What somebody chose where the remedy or the policy leaves a choice."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity import Person
from app.incidents.proposal_models import Adjustment


class Choice(StrEnum):
    """What can be done with an offer."""

    TAKE = "take"
    LEAVE = "leave"
    TALK = "talk"

    @property
    def label(self) -> str:
        """As staff name it."""
        return {Choice.TAKE: "Takes it", Choice.LEAVE: "Leaves it", Choice.TALK: "Wants to talk first"}[self]


class Election(Pseudonymous, Base):
    """One answer to one offer; the last one given before the cut-off counts, whoever of the account gave it.

    `figures` are those that the page showed, as canonical JSON; through `until_on` it could be changed.
    """

    __tablename__ = "elections"
    __table_args__ = (UniqueConstraint("person_id", "key"),)
    audit_kind: ClassVar[str] = "election"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    adjustment_id: Mapped[int] = mapped_column(ForeignKey("adjustments.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    key: Mapped[str] = mapped_column(String(64))
    choice: Mapped[Choice]
    figures: Mapped[str] = mapped_column(Text)
    until_on: Mapped[date]
    event_id: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime]

    adjustment: Mapped[Adjustment] = relationship()
    person: Mapped[Person] = relationship()
