"""Erasing what the log's events say, by two people, and the legal holds that forbid it. Callers own the transaction.

The leaf stays, so every proof and every other receipt still verifies; that the opening is gone is an event of its own.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import audit
from app.core.db import Base, Pseudonymous, session
from app.core.errors import DomainError
from app.identity import Person, Role
from app.incidents.models import Incident
from app.incidents.proposal_models import Acknowledgment, Proposal
from app.notices import Message

KEPT = frozenset({"opening.erased", "log.continued"})
"""Events that verifying itself has to read."""


class CannotErase(DomainError):
    """What this event says may not be erased, or not by this person, or not now."""


class CannotHold(DomainError):
    """A legal hold cannot be placed or lifted like this."""


class ErasureState(StrEnum):
    """Asked for by one person; released or refused by another, of legal."""

    ASKED = "asked"
    RELEASED = "released"
    REFUSED = "refused"


class Erasure(Pseudonymous, Base):
    """That somebody asked to erase parts of what an event says, and what legal decided."""

    __tablename__ = "erasures"
    __table_args__ = (
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id", name="two_people_erase"),
        CheckConstraint("(state = 'asked') = (decided_by_id IS NULL)", name="decided_has_a_person"),
    )
    audit_kind: ClassVar[str] = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("audit_event.id"))
    parts: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[ErasureState] = mapped_column(default=ErasureState.ASKED)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(Text, default="")

    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)


class LegalHold(Pseudonymous, Base):
    """While it stands, nothing of the incident may be erased."""

    __tablename__ = "legal_holds"
    audit_kind: ClassVar[str] = "hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    placed_at: Mapped[datetime]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    lifted_at: Mapped[datetime | None]

    incident: Mapped[Incident] = relationship()
    placed_by: Mapped[Person] = relationship(foreign_keys=placed_by_id)


def ask_erasure(*, event: audit.AuditEvent, parts: Collection[str], reason: str, by: Person, at: datetime) -> Erasure:
    """Ask that these parts of what the event says be erased. Raises CannotErase."""
    wanted = sorted(parts)
    _check_parts(event, wanted)
    if not reason.strip():
        raise CannotErase("Say why it must be erased: who asked for it, and under which right.")
    erasure = Erasure(event_id=event.id, parts=wanted, reason=reason.strip(), asked_by=by, asked_at=at)
    session.add(erasure)
    session.flush()
    audit.record(action="erasure.asked", actor=by, subject=event, at=at, parts=wanted, reason=erasure.reason)
    return erasure


def release_erasure(*, erasure: Erasure, reason: str, by: Person, at: datetime) -> None:
    """Erase, as somebody of legal who did not ask for it. Raises CannotErase."""
    event = _decide(erasure, reason, by, at, ErasureState.RELEASED)
    _check_parts(event, erasure.parts)
    for incident in _touched(event):
        if not incident.is_over:
            raise CannotErase(f"{incident.reference} is still open. Erase once it is closed or withdrawn.")
        if find_hold(incident) is not None:
            raise CannotErase(f"{incident.reference} is under a legal hold. Lift the hold first.")
    audit.erase_openings(event=event, parts=erasure.parts, reason=erasure.decision, by=by, at=at)


def refuse_erasure(*, erasure: Erasure, reason: str, by: Person, at: datetime) -> None:
    """Decline it, as somebody of legal who did not ask for it. Raises CannotErase."""
    event = _decide(erasure, reason, by, at, ErasureState.REFUSED)
    audit.record(action="erasure.refused", actor=by, subject=event, at=at, reason=erasure.decision)


def place_hold(*, incident: Incident, reason: str, by: Person, at: datetime) -> LegalHold:
    """Forbid erasure for this incident, as somebody of legal. Raises CannotHold."""
    _check_legal(by)
    if not reason.strip():
        raise CannotHold("Say why the incident is held.")
    if find_hold(incident) is not None:
        raise CannotHold(f"{incident.reference} is under a legal hold already.")
    hold = LegalHold(incident=incident, reason=reason.strip(), placed_by=by, placed_at=at)
    session.add(hold)
    session.flush()
    audit.record(action="hold.placed", actor=by, subject=incident, at=at, reason=hold.reason)
    return hold


def lift_hold(*, hold: LegalHold, by: Person, at: datetime) -> None:
    """End the hold, as somebody of legal. Raises CannotHold."""
    _check_legal(by)
    session.refresh(hold, with_for_update=True)
    if hold.lifted_at is not None:
        raise CannotHold("This hold was lifted before.")
    hold.lifted_by_id, hold.lifted_at = by.id, at
    session.flush()
    audit.record(action="hold.lifted", actor=by, subject=hold.incident, at=at, reason=hold.reason)


def find_hold(incident: Incident) -> LegalHold | None:
    """The hold that stands over the incident."""
    return session.scalar(
        select(LegalHold).where(LegalHold.incident_id == incident.id, LegalHold.lifted_at.is_(None)).limit(1)
    )


def get_hold(pseudonym: str) -> LegalHold:
    """Raises NoResultFound."""
    return session.scalars(select(LegalHold).where(LegalHold.pseudonym == pseudonym)).one()


def list_holds() -> list[LegalHold]:
    """Those that stand, newest first."""
    return list(session.scalars(select(LegalHold).where(LegalHold.lifted_at.is_(None)).order_by(LegalHold.id.desc())))


def get_erasure(pseudonym: str) -> Erasure:
    """Raises NoResultFound."""
    return session.scalars(select(Erasure).where(Erasure.pseudonym == pseudonym)).one()


def list_erasures(*, at_most: int = 100) -> list[Erasure]:
    """Newest first."""
    return list(session.scalars(select(Erasure).order_by(Erasure.id.desc()).limit(at_most)))


def _decide(erasure: Erasure, reason: str, by: Person, at: datetime, to: ErasureState) -> audit.AuditEvent:
    session.refresh(erasure, with_for_update=True)
    if erasure.state is not ErasureState.ASKED:
        raise CannotErase(f"This was {erasure.state} before.")
    if Role.LEGAL not in by.roles:
        raise CannotErase("Only somebody of legal decides about an erasure.")
    if by.id == erasure.asked_by_id:
        raise CannotErase("You asked for this erasure, so somebody else must decide it.")
    if not reason.strip():
        raise CannotErase("Give the reason for your decision.")
    erasure.state, erasure.decided_by_id, erasure.decided_at = to, by.id, at
    erasure.decision = reason.strip()
    session.flush()
    return audit.get_event(erasure.event_id)


def _check_parts(event: audit.AuditEvent, parts: Sequence[str]) -> None:
    if event.entry["action"] in KEPT:
        raise CannotErase("The log itself relies on what this event says; it cannot be erased.")
    if gone := set(parts) - event.said.keys():
        raise CannotErase(f"The event does not say {', '.join(sorted(gone))}, or no longer.")
    if not parts:
        raise CannotErase("Choose at least one part of what the event says.")


def _touched(event: audit.AuditEvent) -> Sequence[Incident]:
    """The incident that the event belongs to; every incident where that cannot be told."""
    kind, _, pseudonym = event.entry["subject"].partition(":")
    asked = {
        Incident.audit_kind: select(Incident).where(Incident.pseudonym == pseudonym),
        Proposal.audit_kind: select(Incident).join(Proposal).where(Proposal.pseudonym == pseudonym),
        Acknowledgment.audit_kind: select(Incident)
        .join(Proposal)
        .join(Acknowledgment)
        .where(Acknowledgment.pseudonym == pseudonym),
        Message.audit_kind: select(Incident)
        .join(Message, Message.incident_reference == Incident.reference)
        .where(Message.pseudonym == pseudonym),
    }
    found = session.scalars(asked[kind]).all() if kind in asked else ()
    return found or session.scalars(select(Incident)).all()


def _check_legal(by: Person) -> None:
    if Role.LEGAL not in by.roles:
        raise CannotHold("Only somebody of legal places or lifts a hold.")
