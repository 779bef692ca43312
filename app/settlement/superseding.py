"""Ending what a newer version of the correction replaces. Callers own the transaction."""

from collections.abc import Mapping
from datetime import datetime

from app import audit
from app.core.db import session
from app.identity import Person
from app.settlement import ledger
from app.settlement.ledger_models import TransferReason
from app.settlement.models import Settlement
from app.settlement.states import INVOICE, PAYOUT, SettlementState, step


def may_be_superseded(settlement: Settlement) -> bool:
    """Whether anything of it can still end: it is neither over nor on its way."""
    return SettlementState.SUPERSEDED in _table(settlement)[settlement.state]


def supersede(*, settlement: Settlement, by: Person | str, at: datetime) -> None:
    """The newer version says what is due instead; nothing of this one is owed any more. Raises NotAllowed."""
    session.refresh(settlement, with_for_update=True)
    settlement.state = step(settlement.state, SettlementState.SUPERSEDED, table=_table(settlement))
    ledger.post(ledger.no_longer_owing(settlement, TransferReason.SUPERSEDED), at=at)
    session.flush()
    audit.record(action="settlement.superseded", actor=by, subject=settlement, at=at, paid_cents=settlement.paid_cents)


def _table(settlement: Settlement) -> Mapping[SettlementState, frozenset[SettlementState]]:
    return INVOICE if settlement.direction.is_invoice else PAYOUT
