"""Reading settlements and the rates of interest."""

from collections.abc import Collection, Mapping
from datetime import date
from fractions import Fraction

from sqlalchemy import select

from app.core.db import session
from app.deals import Rate
from app.settlement.models import Settlement


def list_settlements(account_ids: Collection[int]) -> list[Settlement]:
    """Every settlement of these accounts, oldest first."""
    wanted = select(Settlement).where(Settlement.account_id.in_(account_ids)).order_by(Settlement.id)
    return list(session.scalars(wanted))


def settlements_by_adjustment(adjustment_ids: Collection[int]) -> Mapping[int, Settlement]:
    """The settlements of these adjustments, by adjustment; those without one are missing."""
    wanted = select(Settlement).where(Settlement.adjustment_id.in_(adjustment_ids))
    return {settlement.adjustment_id: settlement for settlement in session.scalars(wanted)}


def rates_of(policy: str) -> Mapping[date, Fraction]:
    """The yearly rates of an interest policy by the first day each holds, as `interest` takes them."""
    rows = session.scalars(select(Rate).where(Rate.policy == policy))
    return {rate.valid_from: rate.rate_fraction for rate in rows}
