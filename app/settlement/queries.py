"""Reading settlements and the rates of interest."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from fractions import Fraction

from sqlalchemy import select

from app.core.bulk import is_among
from app.core.db import session
from app.deals import Rate
from app.settlement.batch_models import InvoicePayment
from app.settlement.interest_policies import get_policy
from app.settlement.models import Direction, Settlement


def list_settlements(account_ids: Collection[int]) -> list[Settlement]:
    """Every settlement of these accounts, oldest first."""
    wanted = select(Settlement).where(is_among(Settlement.account_id, account_ids)).order_by(Settlement.id)
    return list(session.scalars(wanted))


def settlements_by_adjustment(adjustment_ids: Collection[int]) -> Mapping[int, Mapping[Direction, Settlement]]:
    """The settlements of these adjustments, by adjustment and direction; those without one are missing."""
    wanted = select(Settlement).where(is_among(Settlement.adjustment_id, adjustment_ids)).order_by(Settlement.id)
    found: dict[int, dict[Direction, Settlement]] = {}
    for settlement in session.scalars(wanted):
        found.setdefault(settlement.adjustment_id, {})[settlement.direction] = settlement
    return found


def list_invoice_payments(settlement_ids: Collection[int]) -> Mapping[int, Sequence[InvoicePayment]]:
    """What arrived for these invoices, by settlement, oldest first."""
    wanted = select(InvoicePayment).where(is_among(InvoicePayment.settlement_id, settlement_ids))
    found: dict[int, list[InvoicePayment]] = {}
    for payment in session.scalars(wanted.order_by(InvoicePayment.paid_on, InvoicePayment.id)):
        found.setdefault(payment.settlement_id, []).append(payment)
    return found


def rates_of(policy: str) -> Mapping[date, Fraction]:
    """The newest yearly rates of an interest policy by the first day each holds, as `interest` takes them."""
    rates = {rate.valid_from: rate.rate_fraction for rate in list_rates(policy)}
    return {valid_from: rate for valid_from, rate in rates.items() if rate is not None}


def list_rates(policy: str) -> list[Rate]:
    """The table that a policy takes its rates from, in the order of days; of each day the newest version.

    One without a rate was withdrawn. Raises CannotCalculate for a policy that does not exist.
    """
    rows = session.scalars(select(Rate).where(Rate.policy == get_policy(policy).table).order_by(Rate.version))
    newest = {rate.valid_from: rate for rate in rows}
    return [newest[day] for day in sorted(newest)]
