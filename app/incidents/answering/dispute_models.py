"""Disputes: what an investor says is wrong with their figures, and what was said since."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Cents, Pseudonymous
from app.identity import Account, Person
from app.incidents.answering.states import STANDING, WAITING, ContactBy, DisputeState, EntryKind, Reason, Verdict
from app.incidents.models import Case
from app.incidents.proposal_models import Adjustment

STANDS = "state IN ('open', 'answered', 'reviewing')"


class Dispute(Pseudonymous, Base):
    """Somebody who answers for an account says that its figures in one deal are wrong. One stands at a time.

    `adjustment` are the figures it was filed about; the money of newer ones waits as well. `in_question_cents` is how
    much of what we pay they doubt, None where they did not say. The days are promised when it is filed, in the zone of
    the incident: `read_by_on`, `answer_by_on`, and with an answer `review_until_on`, through which a review by
    somebody else can be asked for.
    """

    __tablename__ = "disputes"
    __table_args__ = (
        UniqueConstraint("filed_by_id", "key"),
        Index(
            "uq_disputes_standing",
            "case_id",
            "account_id",
            unique=True,
            sqlite_where=text(STANDS),
            postgresql_where=text(STANDS),
        ),
        CheckConstraint("words <> ''", name="says_something"),
        CheckConstraint("in_question_cents IS NULL OR in_question_cents > 0", name="doubts_something"),
        CheckConstraint("(file_name IS NULL) = (file_sha256 IS NULL)", name="file_with_its_hash"),
        CheckConstraint("read_by_on <= answer_by_on", name="read_before_answered"),
        CheckConstraint("(state IN ('closed', 'withdrawn')) = (ended_at IS NOT NULL)", name="over_with_its_end"),
        CheckConstraint("(verdict IS NULL) = (answered_at IS NULL)", name="answered_with_a_verdict"),
    )
    audit_kind: ClassVar[str] = "dispute"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    adjustment_id: Mapped[int] = mapped_column(ForeignKey("adjustments.id"))
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    key: Mapped[str] = mapped_column(String(64))
    reason: Mapped[Reason]
    words: Mapped[str] = mapped_column(Text)
    in_question_cents: Mapped[Cents | None]
    contact_by: Mapped[ContactBy]
    file_name: Mapped[str | None] = mapped_column(String(200))
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[DisputeState] = mapped_column(default=DisputeState.OPEN)
    filed_at: Mapped[datetime]
    filed_on: Mapped[date]
    read_by_on: Mapped[date]
    answer_by_on: Mapped[date]
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    read_at: Mapped[datetime | None]
    verdict: Mapped[Verdict | None]
    answered_at: Mapped[datetime | None]
    review_until_on: Mapped[date | None]
    review_by_on: Mapped[date | None]
    reviewed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
    account: Mapped[Account] = relationship()
    adjustment: Mapped[Adjustment] = relationship()
    filed_by: Mapped[Person] = relationship(foreign_keys=filed_by_id)
    read_by: Mapped[Person | None] = relationship(foreign_keys=read_by_id)
    entries: Mapped[list["DisputeEntry"]] = relationship(back_populates="dispute", order_by="DisputeEntry.id")

    @property
    def is_standing(self) -> bool:
        """Whether the money in question waits."""
        return self.state in STANDING

    @property
    def is_waiting(self) -> bool:
        """Whether we owe an answer."""
        return self.state in WAITING

    @property
    def due_on(self) -> date | None:
        """By when we owe the next step: to read, to answer or to review it."""
        if self.state is DisputeState.REVIEWING:
            return self.review_by_on
        if self.state is not DisputeState.OPEN:
            return None
        return self.answer_by_on if self.read_at else self.read_by_on

    @property
    def is_reviewable(self) -> bool:
        """Whether somebody who did not work on it may still be asked to look again."""
        return self.state is DisputeState.ANSWERED and self.verdict is Verdict.STAND and self.reviewed_at is None

    @property
    def is_corrected(self) -> bool:
        """Whether it ended because newer figures were published."""
        return any(each.kind is EntryKind.CORRECTED for each in self.entries)

    @property
    def awaits_version(self) -> bool:
        """Whether we said that the figures are wrong, and the version that corrects them is still to come."""
        return self.state is DisputeState.ANSWERED and self.verdict is Verdict.CHANGE

    @property
    def workers(self) -> frozenset[int]:
        """The ids of the staff whose work a second look judges; what they write to look again is not that work."""
        asked_at = [number for number, each in enumerate(self.entries) if each.kind is EntryKind.REVIEW_WANTED]
        judged = asked_at[-1] if asked_at else len(self.entries)
        ours = {
            each.author_id
            for number, each in enumerate(self.entries)
            if each.kind.is_ours and (number < judged or each.kind.is_verdict)
        }
        return frozenset(ours | ({self.read_by_id} if self.read_by_id is not None else set()))


class DisputeEntry(Base):
    """One thing that was said in the thread of a dispute; both sides read all of them."""

    __tablename__ = "dispute_entries"
    __table_args__ = (CheckConstraint("words <> ''", name="says_something"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"), index=True)
    kind: Mapped[EntryKind]
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    dispute: Mapped[Dispute] = relationship(back_populates="entries")
    author: Mapped[Person] = relationship()
