"""Leaving an offer, and taking it up again. Callers own the transaction; see `app.core.db`."""

from datetime import datetime

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.settlement.models import Settlement
from app.settlement.states import INVOICE, SettlementState, step


class CannotDecline(DomainError):
    """This offer cannot be left."""


def decline(*, settlement: Settlement, by: Person, at: datetime) -> None:
    """The investor leaves the offer: nobody owes anything by it. Raises CannotDecline, NotAllowed."""
    session.refresh(settlement, with_for_update=True)
    if settlement.paid_cents:
        raise CannotDecline("You have paid some of it already. Please call us, so that we send it back.")
    settlement.state = step(settlement.state, SettlementState.DECLINED, table=INVOICE)
    session.flush()
    audit.record(action="invoice.declined", actor=by, subject=settlement, at=at, number=settlement.number)


def take_up(*, settlement: Settlement, by: Person, at: datetime) -> None:
    """The investor does not leave it after all: it can be paid again, until its day. Raises NotAllowed."""
    session.refresh(settlement, with_for_update=True)
    settlement.state = step(settlement.state, SettlementState.DUE, table=INVOICE)
    session.flush()
    audit.record(action="invoice.revived", actor=by, subject=settlement, at=at, number=settlement.number)
