"""Ending an offer that nobody took by its last day. Callers own the transaction."""

from datetime import datetime

from app import audit
from app.core.db import session
from app.settlement.models import Settlement
from app.settlement.states import INVOICE, SettlementState, step


def end_offer(*, settlement: Settlement, becomes: str, by: str, at: datetime) -> bool:
    """It ends, and nobody owes anything by it; False where it is paid, left or ended meanwhile, and nothing is done.

    `becomes` is what the signed policy says of it, for the log.
    """
    session.refresh(settlement, with_for_update=True)
    if settlement.state is not SettlementState.DUE or settlement.paid_cents:
        return False
    settlement.state = step(settlement.state, SettlementState.ENDED, table=INVOICE)
    session.flush()
    audit.record(action="offer.ended", actor=by, subject=settlement, at=at, number=settlement.number, becomes=becomes)
    return True
