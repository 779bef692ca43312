"""Making money due. Callers own the transaction; see `app.core.db`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from app import audit
from app.core.bulk import insert_rows, take_ids
from app.core.db import session, table_of
from app.deals import Deal
from app.identity import Account, Person
from app.settlement import ledger
from app.settlement.models import Direction, Settlement
from app.settlement.numbering import Counter, next_numbers
from app.settlement.states import SettlementState

_SETTLEMENT = table_of(Settlement)


@dataclass(frozen=True)
class Due:
    """One direction of one adjustment; minor units."""

    adjustment_id: int
    account: Account
    deal: Deal
    direction: Direction
    principal_cents: int
    interest_cents: int
    due_on: date


@dataclass(frozen=True)
class _Made:
    """A due as its row is named."""

    due: Due
    id: int
    number: str | None
    pseudonym: str = field(default_factory=lambda: str(uuid4()))

    @property
    def audit_name(self) -> str:
        return f"{Settlement.audit_kind}:{self.pseudonym}"


def make_due(
    *,
    adjustment_id: int,
    account: Account,
    deal: Deal,
    direction: Direction,
    principal_cents: int,
    interest_cents: int,
    due_on: date,
    at: datetime,
    by: Person | str = "system:worker",
) -> Settlement:
    """Make one direction of an adjustment due; as `make_all_due`."""
    make_all_due([Due(adjustment_id, account, deal, direction, principal_cents, interest_cents, due_on)], at=at, by=by)
    mine = (Settlement.adjustment_id == adjustment_id, Settlement.direction == direction)
    return session.scalars(select(Settlement).where(*mine)).one()


def make_all_due(dues: Sequence[Due], *, at: datetime, by: Person | str = "system:worker") -> None:
    """Make each due, and owed in the ledger.

    What the investor pays gets the next invoice number of the year of `at`, in this order. A second settlement of one
    direction, interest on anything but a refund, or amounts below 0 raise IntegrityError.
    """
    if not dues:
        return
    numbers = next_numbers(Counter.INVOICES, at.year, sum(due.direction.is_invoice for due in dues))
    made = [
        _Made(due, id_, next(numbers) if due.direction.is_invoice else None)
        for id_, due in zip(take_ids(_SETTLEMENT, len(dues)), dues, strict=True)
    ]
    insert_rows(_SETTLEMENT, [_row(each, at) for each in made])
    ledger.post(ledger.owing([_owed(each) for each in made]), at=at)
    for each in made:
        _record(each, by, at)


def _row(made: _Made, at: datetime) -> dict[str, Any]:
    due = made.due
    return {
        "id": made.id,
        "pseudonym": made.pseudonym,
        "adjustment_id": due.adjustment_id,
        "account_id": due.account.id,
        "deal_id": due.deal.id,
        "direction": due.direction,
        "principal_cents": due.principal_cents,
        "interest_cents": due.interest_cents,
        "currency": due.deal.currency,
        "due_on": due.due_on,
        "state": SettlementState.DUE,
        "paid_cents": 0,
        "number": made.number,
        "made_at": at,
    }


def _owed(made: _Made) -> ledger.Owed:
    due = made.due
    return ledger.Owed(
        settlement_id=made.id,
        direction=due.direction,
        account_id=due.account.id,
        deal_id=due.deal.id,
        currency=due.deal.currency,
        principal_cents=due.principal_cents,
        interest_cents=due.interest_cents,
    )


def _record(made: _Made, by: Person | str, at: datetime) -> None:
    due = made.due
    audit.record(
        action="settlement.due",
        actor=by,
        subject=made,
        at=at,
        account=due.account.audit_name,
        kind=due.direction,
        principal_cents=due.principal_cents,
        interest_cents=due.interest_cents,
        currency=due.deal.currency,
        due_on=due.due_on.isoformat(),
        number=made.number,
        adjustment=due.adjustment_id,
    )
