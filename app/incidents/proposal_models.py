"""A proposal, what it adjusts, who signed it, how it was published and who has read it."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, NotRequired, TypedDict

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.allocations import Run
from app.core.db import Base, Cents, Pseudonymous
from app.deals import Request
from app.identity import Account, Person, Role
from app.incidents.models import Case, Incident
from app.incidents.workflow import ProposalState, PublicationState


class Remedy(StrEnum):
    """How a deal is put right."""

    REDISTRIBUTION = "redistribution"


class Policy(TypedDict):
    """What is said about answers: JSON on the proposal."""

    may_decline: bool
    unpaid_offer: str
    interest: str


class InterestLine(TypedDict):
    """One worked line of interest: dates in ISO form, the yearly rate and the exact minor units as fractions.

    `base` is what the line is reckoned on, exactly: the principal, with compounding more. Lines that were stored
    before there was more than one policy have neither base nor year: they ran on the principal, by years of 365 days.
    """

    principal_cents: int
    from_on: str
    to_on: str
    days: int
    rate: str
    exact: str
    year_days: NotRequired[int]
    base: NotRequired[str]
    is_limited: NotRequired[bool]


class Proposal(Pseudonymous, Base):
    """One suggested correction over one or more cases of an incident; the thing people sign."""

    __tablename__ = "proposals"
    __table_args__ = (
        UniqueConstraint("incident_id", "version"),
        CheckConstraint("look_by < pay_by AND look_by < due_by AND remind_on <= due_by", name="dates_in_order"),
    )
    audit_kind: ClassVar[str] = "proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    version: Mapped[int]
    state: Mapped[ProposalState] = mapped_column(default=ProposalState.PROPOSED)
    notice_on: Mapped[date]
    look_by: Mapped[date]
    pay_by: Mapped[date]
    remind_on: Mapped[date]
    due_by: Mapped[date]
    pay_to: Mapped[str] = mapped_column(Text)
    policy: Mapped[Policy] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    canonical: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[datetime]
    rejected_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    rejected_at: Mapped[datetime | None]
    rejection: Mapped[str] = mapped_column(Text, default="")

    incident: Mapped[Incident] = relationship()
    proposed_by: Mapped[Person] = relationship(foreign_keys=proposed_by_id)
    rejected_by: Mapped[Person | None] = relationship(foreign_keys=rejected_by_id)
    parts: Mapped[list["ProposalPart"]] = relationship(back_populates="proposal", order_by="ProposalPart.case_id")
    adjustments: Mapped[list["Adjustment"]] = relationship(back_populates="proposal", order_by="Adjustment.id")
    approvals: Mapped[list["Approval"]] = relationship(order_by="Approval.at")
    publication: Mapped["Publication | None"] = relationship(back_populates="proposal")


class ProposalPart(Base):
    """What a proposal says of one case: its remedy, and the run whose figures it takes."""

    __tablename__ = "proposal_parts"
    __table_args__ = (UniqueConstraint("proposal_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    remedy: Mapped[Remedy]
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))

    proposal: Mapped[Proposal] = relationship(back_populates="parts")
    case: Mapped[Case] = relationship()
    run: Mapped[Run] = relationship()


class Adjustment(Base):
    """What one account was recorded with in one deal, what the agreement gives it, and so what is owed."""

    __tablename__ = "adjustments"
    __table_args__ = (
        UniqueConstraint("proposal_id", "case_id", "account_id"),
        CheckConstraint("recorded_cents >= 0 AND corrected_cents >= 0", name="not_negative"),
        CheckConstraint("interest_cents >= 0", name="interest_not_negative"),
        CheckConstraint("interest_cents = 0 OR recorded_cents > corrected_cents", name="interest_only_on_refunds"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    recorded_cents: Mapped[Cents]
    corrected_cents: Mapped[Cents]
    collected_cents: Mapped[Cents]
    is_capped: Mapped[bool]
    interest_cents: Mapped[Cents]
    interest_lines: Mapped[list[InterestLine]] = mapped_column(JSON)
    published_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship(back_populates="adjustments")
    case: Mapped[Case] = relationship()
    account: Mapped[Account] = relationship()
    request: Mapped[Request] = relationship()

    @property
    def difference_cents(self) -> int:
        """Corrected less recorded: negative where too much was given."""
        return self.corrected_cents - self.recorded_cents

    @property
    def refund_cents(self) -> int:
        """The excess that was collected and is paid back, without interest; 0 where nothing was collected too much."""
        return max(0, self.collected_cents - self.corrected_cents) if self.difference_cents < 0 else 0


class Approval(Base):
    """One signature on the digest that its page showed. One per role and per person; a deputy signs for one absent."""

    __tablename__ = "approvals"
    __table_args__ = (
        UniqueConstraint("proposal_id", "role"),
        UniqueConstraint("proposal_id", "approver_id"),
        UniqueConstraint("proposal_id", "signed_for_id"),
        CheckConstraint("signed_for_id IS NULL OR signed_for_id <> approver_id", name="deputy_of_somebody_else"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    approver_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    signed_for_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    role: Mapped[Role]
    digest: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    approver: Mapped[Person] = relationship(foreign_keys=approver_id)
    signed_for: Mapped[Person | None] = relationship(foreign_keys=signed_for_id)

    @property
    def signed_by(self) -> str:
        """`Ida Holm, for Lena Ortiz` where a deputy signed, else the approver's name."""
        return (
            f"{self.approver.full_name}, for {self.signed_for.full_name}"
            if self.signed_for
            else self.approver.full_name
        )


class Publication(Base):
    """The one row of a proposal's publication. `cursor` is the last person told; each batch commits with it."""

    __tablename__ = "publications"
    __table_args__ = (CheckConstraint("done <= total", name="never_more_than_all"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), unique=True)
    state: Mapped[PublicationState] = mapped_column(default=PublicationState.CANARY)
    cursor: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    started_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship(back_populates="publication")
    started_by: Mapped[Person] = relationship()


class Acknowledgment(Pseudonymous, Base):
    """A person's recorded "I have read this" of one published proposal. Never agreement; no rights are given up."""

    __tablename__ = "acknowledgments"
    __table_args__ = (UniqueConstraint("proposal_id", "person_id"),)
    audit_kind: ClassVar[str] = "acknowledgment"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    figures: Mapped[str] = mapped_column(Text)
    event_id: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime]

    proposal: Mapped[Proposal] = relationship()
    person: Mapped[Person] = relationship()
