"""Ending what a newer version of the correction replaces. Callers own the transaction."""

from datetime import datetime

from app import audit
from app.core.db import session
from app.identity import Person
from app.settlement import ledger
from app.settlement.ledger_models import TransferReason
from app.settlement.models import Settlement
from app.settlement.states import INVOICE, PAYOUT, SettlementState, step


def supersede(*, settlement: Settlement, by: Person | str, at: datetime) -> None:
    """The newer version says what is due instead; nothing of this one is owed any more. Raises NotAllowed."""
    session.refresh(settlement, with_for_update=True)
    table = INVOICE if settlement.direction.is_invoice else PAYOUT
    settlement.state = step(settlement.state, SettlementState.SUPERSEDED, table=table)
    ledger.post(ledger.no_longer_owing(settlement, TransferReason.SUPERSEDED), at=at)
    session.flush()
    audit.record(action="settlement.superseded", actor=by, subject=settlement, at=at, paid_cents=settlement.paid_cents)
