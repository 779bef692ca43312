"""An incident, its cases and the recorded facts it rests on. Proposals are in `app.incidents.proposal_models`."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.allocations import BasisKind
from app.core.db import Base, Pseudonymous
from app.deals import Deal, Release, RuleName
from app.identity import Person
from app.incidents.bound_notice import BoundNotice
from app.incidents.workflow import OVER, IncidentState


class Incident(Pseudonymous, Base):
    """One error with one root cause: the rule at fault, the deals it spoiled, and who answers for it.

    To investors `reference` is "your case number". `promised_on` is the day by which figures were promised.
    `binding` says whose bases a correction goes by; who decided it, when and why stand beside it, or nobody did yet.
    A dispute is read and answered within so many days; for so many after an answer a review can be asked for.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint(
            "live_confirmed_by_id IS NULL OR live_confirmed_by_id <> live_asked_by_id", name="two_people_go_live"
        ),
        CheckConstraint(
            "read_within_days > 0 AND read_within_days <= answer_within_days AND review_within_days > 0",
            name="disputes_have_time",
        ),
    )
    audit_kind: ClassVar[str] = "incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[IncidentState] = mapped_column(default=IncidentState.REPORTED)
    rule: Mapped[RuleName]
    faulty_release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"))
    detected_on: Mapped[date]
    cause: Mapped[str] = mapped_column(Text)
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_phone: Mapped[str] = mapped_column(String(40))
    contact_hours: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(64))
    promised_on: Mapped[date | None]
    owner_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime]
    live_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    live_asked_at: Mapped[datetime | None]
    live_confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    live_confirmed_at: Mapped[datetime | None]
    binding: Mapped[BasisKind] = mapped_column(default=BasisKind.FROZEN, server_default=BasisKind.FROZEN.value)
    binding_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    binding_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    binding_at: Mapped[datetime | None]
    read_within_days: Mapped[int] = mapped_column(default=3, server_default="3")
    answer_within_days: Mapped[int] = mapped_column(default=14, server_default="14")
    review_within_days: Mapped[int] = mapped_column(default=14, server_default="14")

    owner: Mapped[Person] = relationship(foreign_keys=owner_id)
    live_asked_by: Mapped[Person | None] = relationship(foreign_keys=live_asked_by_id)
    live_confirmed_by: Mapped[Person | None] = relationship(foreign_keys=live_confirmed_by_id)
    binding_by: Mapped[Person | None] = relationship(foreign_keys=binding_by_id)
    faulty_release: Mapped[Release] = relationship()
    cases: Mapped[list["Case"]] = relationship(back_populates="incident", order_by="Case.id")
    evidence: Mapped[list["Evidence"]] = relationship(back_populates="incident", order_by="Evidence.id")
    statements: Mapped[list["Statement"]] = relationship(back_populates="incident", order_by="Statement.id")
    first_notices: Mapped[list["FirstNotice"]] = relationship(back_populates="incident", order_by="FirstNotice.id")
    updates: Mapped[list["Update"]] = relationship(back_populates="incident", order_by="Update.id")

    @property
    def is_live(self) -> bool:
        """Whether an admin and legal have ended the rehearsal; until then nothing reaches an investor."""
        return self.live_confirmed_at is not None

    @property
    def is_over(self) -> bool:
        """Whether nothing is begun in it any more: it is closed or withdrawn."""
        return self.state in OVER

    def statement(self, kind: "StatementKind") -> "Statement | None":
        """The newest recorded statement of that kind."""
        return next((each for each in reversed(self.statements) if each.kind is kind), None)


class Case(Base):
    """An incident in one deal: one row of the incident, never approved by itself."""

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("incident_id", "deal_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"))

    incident: Mapped[Incident] = relationship(back_populates="cases")
    deal: Mapped[Deal] = relationship()


class StatementKind(StrEnum):
    """What was stated: that the faulty release was stopped, or that the cause is fixed."""

    STOPPED = "stopped"
    FIXED = "fixed"


class Statement(Pseudonymous, Base):
    """Somebody's word, with evidence, for a fact outside this system. Without it no text claims the fact."""

    __tablename__ = "statements"
    audit_kind: ClassVar[str] = "statement"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    kind: Mapped[StatementKind]
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"))
    done_by: Mapped[str] = mapped_column(String(200))
    done_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text)
    evidence_name: Mapped[str] = mapped_column(String(200))
    evidence_sha256: Mapped[str] = mapped_column(String(64))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]

    incident: Mapped[Incident] = relationship(back_populates="statements")
    release: Mapped[Release] = relationship()
    recorded_by: Mapped[Person] = relationship()


class EvidenceKind(StrEnum):
    """What a file of evidence shows."""

    DIFF = "diff"
    TEST = "test"
    RECORD = "record"
    OTHER = "other"

    @property
    def label(self) -> str:
        """In words for staff."""
        return EVIDENCE_LABELS[self]


EVIDENCE_LABELS: Mapping[EvidenceKind, str] = {
    EvidenceKind.DIFF: "The change in the code, as a diff",
    EvidenceKind.TEST: "The test that fails on the old release and passes on the new",
    EvidenceKind.RECORD: "A change record or log",
    EvidenceKind.OTHER: "Something else",
}


class Evidence(Pseudonymous, Base):
    """A file of evidence beside those of the statements; its bytes are stored under their SHA-256."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("incident_id", "sha256"),)
    audit_kind: ClassVar[str] = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    kind: Mapped[EvidenceKind]
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    added_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime]

    incident: Mapped[Incident] = relationship(back_populates="evidence")
    added_by: Mapped[Person] = relationship()


class FirstNotice(BoundNotice, Base):
    """The first notice as somebody proposed it: we made a mistake, and figures follow by `promised_on`."""

    __tablename__ = "first_notices"
    audit_kind: ClassVar[str] = "first-notice"

    incident: Mapped[Incident] = relationship(back_populates="first_notices")


class Update(BoundNotice, Base):
    """We need more time: what is left to do, in one sentence, and `promised_on` in place of `was_promised_on`."""

    __tablename__ = "updates"
    audit_kind: ClassVar[str] = "update"

    was_promised_on: Mapped[date]
    left_to_do: Mapped[str] = mapped_column(String(300))

    incident: Mapped[Incident] = relationship(back_populates="updates")
