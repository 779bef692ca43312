"""Averages as they stand today, from what was imported: what a release would use that forgot to freeze them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby

from sqlalchemy import select

from app.core.db import session
from app.deals import Deal, Request


@dataclass(frozen=True, slots=True)
class _Investment:
    account_id: int
    closed_on: date
    basis: str
    basis_count: int | None
    recorded_cents: int


def todays_bases(deal: Deal) -> list[Fraction | None]:
    """For each request of the deal, in the order of the file, the account's average of today in minor units.

    The account's newest basis that says over how many investments it was averaged, and all that was recorded in
    that deal and since, the same day included; deals in the same currency only. Null without such a basis.
    """
    theirs = groupby(_list_investments(deal), key=lambda each: each.account_id)
    averages = {account_id: _average(list(investments)) for account_id, investments in theirs}
    return [averages[request.account_id] for request in deal.requests]


def _average(investments: Sequence[_Investment]) -> Fraction | None:
    """Of one account's investments in order of closing."""
    newest = next((each for each in reversed(investments) if each.basis_count is not None), None)
    if newest is None or newest.basis_count is None:
        return None
    since = [each.recorded_cents for each in investments if each.closed_on >= newest.closed_on]
    return (Fraction(newest.basis) * newest.basis_count + sum(since)) / (newest.basis_count + len(since))


def _list_investments(deal: Deal) -> list[_Investment]:
    accounts = select(Request.account_id).where(Request.deal_id == deal.id)
    columns = (Request.account_id, Deal.closed_on, Request.basis, Request.basis_count, Request.recorded_cents)
    found = session.execute(
        select(*columns)
        .join(Request.deal)
        .where(Request.account_id.in_(accounts), Deal.currency == deal.currency)
        .order_by(Request.account_id, Deal.closed_on, Deal.external_id)
    )
    return [_Investment(*row) for row in found]
