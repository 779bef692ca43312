"""Making money due. Callers own the transaction; see `app.core.db`."""

from datetime import date, datetime

from sqlalchemy import text

from app import audit
from app.core.db import session
from app.deals import Deal
from app.identity import Account, Person
from app.settlement import ledger
from app.settlement.models import Direction, Settlement
from app.settlement.states import SettlementState


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
    """Make one direction of an adjustment due, and owed in the ledger.

    What the investor pays gets the next invoice number of the year of `at`.

    A second settlement of it, interest on anything but a refund, or amounts below 0 raise IntegrityError.
    """
    made = Settlement(
        adjustment_id=adjustment_id,
        account=account,
        deal=deal,
        direction=direction,
        principal_cents=principal_cents,
        interest_cents=interest_cents,
        currency=deal.currency,
        due_on=due_on,
        state=SettlementState.DUE,
        number=_next_number(at.year) if direction.is_invoice else None,
        made_at=at,
    )
    session.add(made)
    session.flush()
    ledger.post(ledger.owing([made]), at=at)
    _record(made, by, at)
    return made


def _record(made: Settlement, by: Person | str, at: datetime) -> None:
    audit.record(
        action="settlement.due",
        actor=by,
        subject=made,
        at=at,
        account=made.account.audit_name,
        kind=made.direction,
        principal_cents=made.principal_cents,
        interest_cents=made.interest_cents,
        currency=made.currency,
        due_on=made.due_on.isoformat(),
        number=made.number,
        adjustment=made.adjustment_id,
    )


def _next_number(year: int) -> str:
    """One statement that locks and counts on both databases; a rollback gives the number back."""
    counted = session.execute(
        text(
            "INSERT INTO invoice_years (year, issued) VALUES (:year, 1)"
            " ON CONFLICT (year) DO UPDATE SET issued = invoice_years.issued + 1 RETURNING issued"
        ),
        {"year": year},
    )
    return f"{year}-{counted.scalar_one():04d}"
