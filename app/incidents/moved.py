"""What the money of earlier versions has moved for the accounts of a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app import settlement
from app.core.db import session
from app.incidents.interest_due import Collected
from app.incidents.models import Case
from app.incidents.proposal_models import Adjustment
from app.settlement import Direction, Settlement


@dataclass(frozen=True)
class Moved:
    """What arrived for one account in one deal, minor units: `taken` are its payments for offers.

    Refunds without their interest; distributions less what was claimed of them.
    """

    repaid_cents: int = 0
    cash_cents: int = 0
    distributed_cents: int = 0
    taken: Sequence[Collected] = ()

    @property
    def taken_cents(self) -> int:
        """All that was paid for offers."""
        return sum(each.amount_cents for each in self.taken)

    @property
    def paid_cents(self) -> int:
        """What the investor was paid back or in cash: what a later version counts."""
        return self.repaid_cents + self.cash_cents


NOTHING_MOVED = Moved()


def moved_in(case: Case) -> Mapping[int, Moved]:
    """By account; those for whom nothing moved are missing."""
    theirs: dict[int, list[Settlement]] = {}
    for each in _settlements(case):
        theirs.setdefault(each.account_id, []).append(each)
    paid = settlement.list_invoice_payments([each.id for found in theirs.values() for each in found])
    return {account_id: _moved(found, paid) for account_id, found in theirs.items()}


def _settlements(case: Case) -> Sequence[Settlement]:
    """Of every version of this case, as far as anything arrived."""
    ids = select(Adjustment.id).where(Adjustment.case_id == case.id)
    wanted = select(Settlement).where(Settlement.adjustment_id.in_(ids), Settlement.paid_cents > 0)
    return session.scalars(wanted.order_by(Settlement.id)).all()


def _moved(found: Sequence[Settlement], payments: Mapping[int, Sequence[settlement.InvoicePayment]]) -> Moved:
    def paid(direction: Direction) -> int:
        return sum(each.paid_cents for each in found if each.direction is direction)

    refunds = [each for each in found if each.direction is Direction.REFUND]
    offers = [each for each in found if each.direction is Direction.OFFER]
    return Moved(
        repaid_cents=sum(each.paid_principal_cents for each in refunds),
        cash_cents=paid(Direction.CASH),
        distributed_cents=paid(Direction.DISTRIBUTION) - paid(Direction.CLAIM),
        taken=[Collected(each.cents, each.paid_on) for offer in offers for each in payments.get(offer.id, ())],
    )
