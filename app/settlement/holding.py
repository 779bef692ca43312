"""Holding money back, and forgoing it. Callers own the transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select

from app import audit
from app.core.bulk import is_among
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person, Role
from app.settlement import ledger
from app.settlement.hold_models import Forgoing, ForgoingKind, Hold, HoldKind
from app.settlement.ledger_models import TransferReason
from app.settlement.models import Settlement
from app.settlement.states import INVOICE, PAYOUT, SettlementState, step


class CannotHold(DomainError):
    """This cannot be held or let go like this."""


class CannotForgo(DomainError):
    """This cannot be written off or waived like this, or not by this person."""


def hold(
    *,
    settlement: Settlement,
    kind: HoldKind,
    reason: str,
    by: Person | None,
    at: datetime,
    cents: int | None = None,
    until_on: date | None = None,
) -> Hold:
    """Hold all of a settlement back, or only `cents` of it, the part in question. Raises CannotHold."""
    session.refresh(settlement, with_for_update=True)
    if settlement.state.is_over:
        raise CannotHold(f"This settlement is {settlement.state}; there is nothing to hold back.")
    if not reason.strip():
        raise CannotHold("Write why it is held back.")
    if cents is not None and not 0 < cents <= settlement.open_cents:
        raise CannotHold("The part in question must be above zero, and no more than what is still open.")
    placed = Hold(
        settlement=settlement,
        kind=kind,
        reason=reason.strip(),
        cents=cents,
        until_on=until_on,
        placed_by=by,
        placed_at=at,
    )
    session.add(placed)
    session.flush()
    _record_hold(placed)
    return placed


def _record_hold(placed: Hold) -> None:
    audit.record(
        action="settlement.held",
        actor=placed.placed_by or "system:portal",
        subject=placed.settlement,
        at=placed.placed_at,
        kind=placed.kind.value,
        reason=placed.reason,
        cents=placed.cents,
        until_on=placed.until_on.isoformat() if placed.until_on else None,
    )


def lift(*, held: Hold, reason: str, by: Person | None, at: datetime) -> None:
    """Let a settlement go. Raises CannotHold."""
    session.refresh(held, with_for_update=True)
    if held.lifted_at is not None:
        raise CannotHold("This hold was lifted already.")
    if not reason.strip():
        raise CannotHold("Write why it may go now.")
    held.lifted_by, held.lifted_at, held.lifted_because = by, at, reason.strip()
    session.flush()
    audit.record(
        action="settlement.let_go",
        actor=by or "system:portal",
        subject=held.settlement,
        at=at,
        kind=held.kind.value,
        reason=held.lifted_because,
    )


def carry_hold(*, held: Hold, to: Settlement, at: datetime) -> Hold:
    """Place a hold that stands on the settlement that took the place of its own; a part no larger than it is."""
    cents = None if held.cents is None else min(held.cents, to.open_cents)
    return hold(
        settlement=to,
        kind=held.kind,
        reason=held.reason,
        by=held.placed_by,
        at=at,
        cents=cents,
        until_on=held.until_on,
    )


def list_holds(settlements: Sequence[Settlement], *, on: date) -> Mapping[int, Sequence[Hold]]:
    """The holds that stand on a day, by settlement."""
    wanted = select(Hold).where(
        is_among(Hold.settlement_id, [each.id for each in settlements]), Hold.lifted_at.is_(None)
    )
    found: dict[int, list[Hold]] = {}
    for each in session.scalars(wanted.order_by(Hold.id)):
        if each.holds_on(on):
            found.setdefault(each.settlement_id, []).append(each)
    return found


def list_every_hold(settlement: Settlement) -> Sequence[Hold]:
    """Every hold there ever was on it, newest first."""
    return session.scalars(select(Hold).where(Hold.settlement_id == settlement.id).order_by(Hold.id.desc())).all()


def get_hold(settlement: Settlement, pseudonym: str) -> Hold:
    """One of its holds. Raises NoResultFound, also for that of another settlement."""
    return session.scalars(select(Hold).where(Hold.settlement_id == settlement.id, Hold.pseudonym == pseudonym)).one()


def held_cents(settlement: Settlement, holds: Sequence[Hold]) -> int:
    """How much of what is open is held: all of it, or the largest part that any of the holds names."""
    parts = [settlement.open_cents if each.cents is None else each.cents for each in holds]
    return min(max(parts, default=0), settlement.open_cents)


def ask_to_forgo(*, settlement: Settlement, reason: str, by: Person, at: datetime) -> Forgoing:
    """Ask to write a payout off, or to waive an invoice; management or legal decides. Raises CannotForgo."""
    session.refresh(settlement, with_for_update=True)
    kind = ForgoingKind.WAIVE if settlement.direction.is_invoice else ForgoingKind.WRITE_OFF
    _next_state(settlement)
    if not reason.strip():
        raise CannotForgo("Write why it is given up.")
    if find_forgoing(settlement) is not None:
        raise CannotForgo("Somebody asked for this already; management or legal decides.")
    asked = Forgoing(settlement=settlement, kind=kind, reason=reason.strip(), asked_by=by, asked_at=at)
    session.add(asked)
    session.flush()
    audit.record(action="forgoing.asked", actor=by, subject=settlement, at=at, kind=kind.value, reason=asked.reason)
    return asked


def decide_forgoing(*, asked: Forgoing, is_granted: bool, by: Person, at: datetime) -> None:
    """Management or legal, never who asked, lets it be given up or not. Raises CannotForgo."""
    session.refresh(asked, with_for_update=True)
    if asked.decided_at is not None:
        raise CannotForgo("This was decided already.")
    if by.id == asked.asked_by_id:
        raise CannotForgo("You asked for this, so somebody else must decide.")
    if not by.roles & {Role.MANAGEMENT, Role.LEGAL}:
        raise CannotForgo("Management or legal decides what is given up.")
    asked.decided_by, asked.decided_at, asked.is_granted = by, at, is_granted
    if is_granted:
        _forgo(asked.settlement, at)
    session.flush()
    action = "forgoing.granted" if is_granted else "forgoing.refused"
    audit.record(action=action, actor=by, subject=asked.settlement, at=at, kind=asked.kind.value)


def find_forgoing(settlement: Settlement) -> Forgoing | None:
    """What was asked for it and not decided."""
    return session.scalar(
        select(Forgoing).where(Forgoing.settlement_id == settlement.id, Forgoing.decided_at.is_(None))
    )


def get_forgoing(settlement: Settlement) -> Forgoing:
    """As `find_forgoing`. Raises NoResultFound where nothing waits."""
    waits = select(Forgoing).where(Forgoing.settlement_id == settlement.id, Forgoing.decided_at.is_(None))
    return session.scalars(waits).one()


def _forgo(settlement: Settlement, at: datetime) -> None:
    settlement.state = _next_state(settlement)
    ledger.post(ledger.no_longer_owing(settlement, TransferReason.WRITTEN_OFF), at=at)


def _next_state(settlement: Settlement) -> SettlementState:
    if settlement.direction.is_invoice:
        return step(settlement.state, SettlementState.WAIVED, table=INVOICE)
    return step(settlement.state, SettlementState.WRITTEN_OFF, table=PAYOUT)
