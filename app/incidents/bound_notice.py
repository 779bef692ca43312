"""What a notice needs before it leaves: words, recipients and promised date, bound by one digest that legal signs."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.core.db import Pseudonymous
from app.identity import Person
from app.incidents.workflow import NoticeState


class BoundNotice(Pseudonymous):
    """The columns of a first notice and of an update.

    `cursor` is the last person (by id) whose message was queued, `queued` how many were; each batch commits with them.
    `approved_for` is the absent approver where a deputy decided.
    """

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[CheckConstraint, ...]:
        return (
            CheckConstraint(
                "approved_by_id IS NULL OR approved_by_id <> proposed_by_id", name="somebody_else_approves"
            ),
            CheckConstraint(
                "approved_for_id IS NULL OR (approved_for_id <> proposed_by_id AND approved_for_id <> approved_by_id)",
                name="deputy_of_somebody_else",
            ),
        )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    state: Mapped[NoticeState] = mapped_column(default=NoticeState.PROPOSED)
    promised_on: Mapped[date]
    recipients: Mapped[int]
    canonical: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    approved_for_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")
    begun_at: Mapped[datetime | None]
    cursor: Mapped[int] = mapped_column(default=0)
    queued: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]

    @declared_attr
    @classmethod
    def proposed_by(cls) -> Mapped[Person]:
        return relationship(foreign_keys=cls.proposed_by_id)

    @declared_attr
    @classmethod
    def approved_by(cls) -> Mapped[Person | None]:
        return relationship(foreign_keys=cls.approved_by_id)

    @declared_attr
    @classmethod
    def approved_for(cls) -> Mapped[Person | None]:
        return relationship(foreign_keys=cls.approved_for_id)
