"""What only legal may decide about a deal: that its agreement obliges, or that distributions are asked back."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import audit
from app.core.db import Base, Pseudonymous, session
from app.core.errors import DomainError
from app.identity import Person, Role
from app.incidents.distributions import Distributions
from app.incidents.models import Case
from app.incidents.proposal_models import Proposal, ProposalPart
from app.incidents.voiding import list_voidable, void_unpublished


class CannotRule(DomainError):
    """This cannot be ruled like this."""


class RulingKind(StrEnum):
    """Obliged: an offer of the deal may not be declined. Claimed: distributions paid on too much are owed back."""

    OBLIGED = "obliged"
    CLAIMED = "claimed"

    @property
    def says(self) -> str:
        """What legal says by it."""
        if self is RulingKind.OBLIGED:
            return "The agreement obliges: an offer of this deal may not be declined"
        return "Investors owe back what a distribution paid them too much"


class Ruling(Pseudonymous, Base):
    """Legal's word for one deal of an incident, with clause and reason. It stands until it is withdrawn."""

    __tablename__ = "rulings"
    __table_args__ = (
        Index(
            "uq_rulings_one_stands",
            "case_id",
            "kind",
            unique=True,
            sqlite_where="withdrawn_at IS NULL",
            postgresql_where="withdrawn_at IS NULL",
        ),
    )
    audit_kind: ClassVar[str] = "ruling"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[RulingKind]
    clause: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    ruled_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    ruled_at: Mapped[datetime]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
    ruled_by: Mapped[Person] = relationship(foreign_keys=ruled_by_id)


def rule(*, case: Case, kind: RulingKind, clause: str, reason: str, by: Person, at: datetime) -> Ruling:
    """Legal says it, with the clause of the agreement and a reason. Raises CannotRule."""
    session.refresh(case.incident, with_for_update=True)
    if Role.LEGAL not in by.roles:
        raise CannotRule("Only legal may say what an agreement obliges investors to.")
    if not clause.strip() or not reason.strip():
        raise CannotRule("Name the clause of the agreement, and write the reason.")
    if find_ruling(case, kind) is not None:
        raise CannotRule("Legal has said this already.")
    made = Ruling(case=case, kind=kind, clause=clause.strip(), reason=reason.strip(), ruled_by=by, ruled_at=at)
    session.add(made)
    session.flush()
    deal = case.deal.audit_name
    audit.record(
        action="ruling.made", actor=by, subject=made, at=at, kind=kind.value, deal=deal, clause=clause, reason=reason
    )
    return made


def withdraw_ruling(*, ruling: Ruling, by: Person, at: datetime) -> None:
    """Legal takes it back; an unpublished proposal that rests on it becomes void. Raises CannotRule."""
    session.refresh(ruling, with_for_update=True)
    if Role.LEGAL not in by.roles:
        raise CannotRule("Only legal may take back what legal said.")
    if ruling.withdrawn_at is not None:
        raise CannotRule("This was taken back already.")
    ruling.withdrawn_by_id, ruling.withdrawn_at = by.id, at
    session.flush()
    if list_resting_on(ruling):
        void_unpublished(ruling.case.incident, by=by, at=at)
    audit.record(action="ruling.withdrawn", actor=by, subject=ruling, at=at, kind=ruling.kind.value)


def list_resting_on(ruling: Ruling) -> list[Proposal]:
    """The unpublished proposals that say what legal said here."""
    return [each for each in list_voidable(ruling.case.incident) if any(_rests(part, ruling) for part in each.parts)]


def _rests(part: ProposalPart, ruling: Ruling) -> bool:
    says_so = {
        RulingKind.OBLIGED: bool(part.obliged_by),
        RulingKind.CLAIMED: part.distributions is Distributions.CLAIMED,
    }
    return part.case_id == ruling.case_id and says_so[ruling.kind]


def list_rulings(case: Case) -> Sequence[Ruling]:
    """All that legal ever said about this deal, withdrawn rulings too, oldest first."""
    return session.scalars(select(Ruling).where(Ruling.case_id == case.id).order_by(Ruling.id)).all()


def find_ruling(case: Case, kind: RulingKind) -> Ruling | None:
    """What legal says of that kind about this deal now."""
    standing = select(Ruling).where(Ruling.case_id == case.id, Ruling.kind == kind, Ruling.withdrawn_at.is_(None))
    return session.scalars(standing).one_or_none()
