"""A proposal, what it adjusts, who signed it, how it was published and who has read it."""

from datetime import date, datetime
from fractions import Fraction
from typing import ClassVar

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.allocations import Run
from app.core.db import Base, Cents, Pseudonymous
from app.deals import Request
from app.identity import Account, Person, Role
from app.incidents.decisions import Assumption
from app.incidents.distributions import Distributions
from app.incidents.models import Case, Incident
from app.incidents.proposal_lines import DistributionLine, InterestLine, Policy
from app.incidents.remedies import Remedy, Waiver
from app.incidents.risks import Risk
from app.incidents.workflow import ProposalState, PublicationState


class Proposal(Pseudonymous, Base):
    """One suggested correction over one or more cases of an incident; the thing people sign.

    `thresholds` are minor units by currency: below them `threshold_waives` is waived.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        UniqueConstraint("incident_id", "version"),
        CheckConstraint("look_by < pay_by AND look_by < due_by AND remind_on <= due_by", name="dates_in_order"),
        CheckConstraint(
            "(CAST(thresholds AS TEXT) = '{}') = (threshold_waives = 'nothing')", name="threshold_waives_something"
        ),
        CheckConstraint("threshold_waives = 'nothing' OR threshold_reason <> ''", name="threshold_with_reason"),
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
    thresholds: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    threshold_waives: Mapped[Waiver] = mapped_column(default=Waiver.NOTHING)
    threshold_reason: Mapped[str] = mapped_column(Text, default="")
    assumptions: Mapped[list[Assumption]] = mapped_column(JSON, default=list)
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
    parts: Mapped[list["ProposalPart"]] = relationship(
        back_populates="proposal", order_by="ProposalPart.case_id", foreign_keys="ProposalPart.proposal_id"
    )
    adjustments: Mapped[list["Adjustment"]] = relationship(back_populates="proposal", order_by="Adjustment.id")
    approvals: Mapped[list["Approval"]] = relationship(order_by="Approval.at")
    publication: Mapped["Publication | None"] = relationship(back_populates="proposal")


class ProposalPart(Base):
    """What a proposal decides for one case: its remedy and why, its risk, and the run whose figures it takes.

    `multiple` is the price now by the price paid, for C alone. `held` are positions of requests whose holders declined
    and keep what they have; `held_rate_text` is then the rate among the others. `obliged_by` is the clause by which an
    offer may not be declined, empty where it may. `replaces` is the newest version that covered the case before.
    """

    __tablename__ = "proposal_parts"
    __table_args__ = (
        UniqueConstraint("proposal_id", "case_id"),
        CheckConstraint("(remedy = 'cash') = (multiple_text IS NOT NULL)", name="cash_by_a_multiple"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    remedy: Mapped[Remedy]
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    risk: Mapped[Risk]
    risk_reason: Mapped[str] = mapped_column(Text)
    multiple_text: Mapped[str | None] = mapped_column(String(64))
    distributions: Mapped[Distributions]
    distributions_reason: Mapped[str] = mapped_column(Text, default="")
    held: Mapped[list[int]] = mapped_column(JSON, default=list)
    held_rate_text: Mapped[str | None] = mapped_column(Text)
    obliged_by: Mapped[str] = mapped_column(Text, default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))

    proposal: Mapped[Proposal] = relationship(back_populates="parts", foreign_keys=proposal_id)
    replaces: Mapped[Proposal | None] = relationship(foreign_keys=replaces_id)
    case: Mapped[Case] = relationship()
    run: Mapped[Run] = relationship()

    @property
    def rate(self) -> Fraction | None:
        """The rate that the corrected figures follow; null when nobody was cut by it."""
        if not self.held:
            return self.run.rate
        return None if self.held_rate_text is None else Fraction(self.held_rate_text)

    @property
    def multiple(self) -> Fraction | None:
        """The price now divided by the price paid, exactly; only C has one."""
        return None if self.multiple_text is None else Fraction(self.multiple_text)


class Adjustment(Base):
    """What one account was recorded with in one deal, what the agreement gives it, and what the remedy does about it.

    `corrected_cents` is what the agreement gives, whatever the remedy; `change_cents` what the remedy changes. The
    money: `refund_cents` of what was collected too much, with `interest_cents`; `offer_cents` that the investor may
    take at the original price; `cash_cents` that the platform pays for what the error cost; `distribution_cents` that
    was missed of distributions, below 0 what was paid too much. `waived` is what the threshold waives of that.

    `replaces` is what an earlier version says of it. One that `is_kept` says the same, so the earlier one stands. Else
    the money is what is still to be moved: `repaid_cents` were paid to the investor before, `taken_cents` by them for
    an offer, and of the former `left_cents` too much, which stay theirs. `is_lapsed`: held since its offer ended.
    """

    __tablename__ = "adjustments"
    __table_args__ = (
        UniqueConstraint("proposal_id", "case_id", "account_id"),
        CheckConstraint("recorded_cents >= 0 AND corrected_cents >= 0", name="not_negative"),
        CheckConstraint("interest_cents >= 0", name="interest_not_negative"),
        CheckConstraint("interest_cents = 0 OR recorded_cents > corrected_cents", name="interest_only_on_refunds"),
        CheckConstraint(
            "refund_cents = 0 OR (refund_cents > 0 AND recorded_cents > corrected_cents)",
            name="refunds_what_was_too_much",
        ),
        CheckConstraint(
            "offer_cents = 0 OR (offer_cents > 0 AND offer_cents <= corrected_cents - recorded_cents)",
            name="offers_what_is_missing",
        ),
        CheckConstraint(
            "cash_cents = 0 OR (cash_cents > 0 AND recorded_cents <> corrected_cents"
            " AND refund_cents = 0 AND offer_cents = 0)",
            name="cash_instead_of_moving",
        ),
        CheckConstraint(
            "change_cents = 0 OR change_cents = corrected_cents - recorded_cents", name="changes_to_what_is_right"
        ),
        CheckConstraint("NOT is_held OR recorded_cents = corrected_cents", name="held_keep_what_they_have"),
        CheckConstraint("repaid_cents >= 0 AND taken_cents >= 0 AND left_cents >= 0", name="moved_not_negative"),
        CheckConstraint("NOT is_kept OR replaces_id IS NOT NULL", name="keeps_an_earlier_one"),
        CheckConstraint("NOT is_lapsed OR is_held", name="lapsed_are_held"),
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
    change_cents: Mapped[Cents] = mapped_column(default=0)
    refund_cents: Mapped[Cents] = mapped_column(default=0)
    offer_cents: Mapped[Cents] = mapped_column(default=0)
    cash_cents: Mapped[Cents] = mapped_column(default=0)
    distribution_cents: Mapped[Cents] = mapped_column(default=0)
    distribution_lines: Mapped[list[DistributionLine]] = mapped_column(JSON, default=list)
    is_held: Mapped[bool] = mapped_column(default=False)
    waived: Mapped[Waiver] = mapped_column(default=Waiver.NOTHING)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("adjustments.id"), index=True)
    is_kept: Mapped[bool] = mapped_column(default=False)
    is_lapsed: Mapped[bool] = mapped_column(default=False)
    repaid_cents: Mapped[Cents] = mapped_column(default=0)
    taken_cents: Mapped[Cents] = mapped_column(default=0)
    left_cents: Mapped[Cents] = mapped_column(default=0)
    published_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship(back_populates="adjustments")
    replaces: Mapped["Adjustment | None"] = relationship(remote_side="Adjustment.id")
    case: Mapped[Case] = relationship()
    account: Mapped[Account] = relationship()
    request: Mapped[Request] = relationship()

    @property
    def remedy(self) -> Remedy:
        """By which its deal is put right."""
        return next(part.remedy for part in self.proposal.parts if part.case_id == self.case_id)

    @property
    def difference_cents(self) -> int:
        """Corrected less recorded: negative where too much was given."""
        return self.corrected_cents - self.recorded_cents


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
    """The one row of a proposal's publication. `cursor` is the last person passed; each batch commits with it.

    `done` of `total` people are written to; who is not, since the threshold waives it, counts in neither.
    """

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
