"""Money that came back and that nobody claims. Callers own the transaction."""

from datetime import date, datetime

from sqlalchemy import func, select

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.core.text import format_date
from app.identity import Person
from app.settlement.batch_models import BatchItem
from app.settlement.models import Settlement
from app.settlement.states import PAYOUT, SettlementState, step


class CannotLeaveUnclaimed(DomainError):
    """This money does not count as unclaimed, or not since that day."""


def leave_unclaimed(*, settlement: Settlement, since_on: date, reason: str, by: Person, at: datetime) -> None:
    """Nobody can be found to take it, since a day: it stays owed, and can be paid or written off later.

    Raises CannotLeaveUnclaimed, NotAllowed.
    """
    session.refresh(settlement, with_for_update=True)
    if not reason.strip():
        raise CannotLeaveUnclaimed("Write what was tried to find whoever it belongs to.")
    if since_on > at.date():
        raise CannotLeaveUnclaimed(
            f"{format_date(since_on)} is still to come. Give the day since which nobody claims it."
        )
    came_back_on = session.scalar(
        select(func.max(BatchItem.answered_on)).where(BatchItem.settlement_id == settlement.id)
    )
    if came_back_on is not None and since_on < came_back_on:
        raise CannotLeaveUnclaimed(
            f"It came back on {format_date(came_back_on)}, so it is unclaimed since then at most."
        )
    settlement.state = step(settlement.state, SettlementState.UNCLAIMED, table=PAYOUT)
    settlement.unclaimed_on = since_on
    session.flush()
    parts = {"since_on": since_on.isoformat(), "reason": reason.strip()}
    audit.record(action="settlement.unclaimed", actor=by, subject=settlement, at=at, **parts)
