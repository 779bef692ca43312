"""Moving the day by which an invoice is due. Callers own the transaction."""

from datetime import datetime, timedelta

from app import audit
from app.core.db import session
from app.identity import Person
from app.settlement.models import Settlement


def postpone(*, settlement: Settlement, days: int, by: Person | None, at: datetime) -> None:
    """Give whoever pays that many days more."""
    session.refresh(settlement, with_for_update=True)
    was = settlement.due_on
    settlement.due_on = was + timedelta(days=days)
    session.flush()
    audit.record(
        action="invoice.postponed",
        actor=by or "system:portal",
        subject=settlement,
        at=at,
        number=settlement.number,
        due_on=settlement.due_on.isoformat(),
        was=was.isoformat(),
    )
