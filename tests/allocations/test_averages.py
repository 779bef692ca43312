"""Averages of today: the newest counted basis, and everything recorded since."""

from datetime import date
from fractions import Fraction

import pytest

from app import allocations
from app.core.db import session
from app.deals import Deal
from tests.allocations.rows import a_deal


def a_deal_of(deal: Deal, closed_on: date, *, basis: str, count: int | None, recorded: int) -> Deal:
    """Another deal in which the first account of the given one took part."""
    other = a_deal(1_000, [(1_000, basis, recorded)])
    other.closed_on = closed_on
    other.requests[0].account_id = deal.requests[0].account_id
    other.requests[0].basis_count = count
    session.flush()
    return other


@pytest.mark.both_databases
@pytest.mark.usefixtures("tx")
def test_the_newest_counted_basis_is_carried_on_with_what_was_recorded_since() -> None:
    deal = a_deal(100, [(100, "30", 60), (100, "1/3", 40)])
    deal.requests[0].basis_count = 2
    a_deal_of(deal, date(2024, 11, 21), basis="500", count=9, recorded=700)

    assert allocations.todays_bases(deal) == [Fraction(30 * 2 + 60, 3), None]

    a_deal_of(deal, date(2025, 3, 1), basis="40", count=3, recorded=20)
    a_deal_of(deal, date(2025, 4, 1), basis="7", count=None, recorded=90)
    assert allocations.todays_bases(deal) == [Fraction(40 * 3 + 20 + 90, 5), None]


@pytest.mark.usefixtures("tx")
def test_a_deal_of_the_same_day_was_not_in_the_average_yet_and_another_currency_never_is() -> None:
    deal = a_deal(100, [(100, "30", 60)])
    deal.requests[0].basis_count = 2
    a_deal_of(deal, deal.closed_on, basis="1", count=None, recorded=12)
    a_deal_of(deal, date(2025, 1, 1), basis="1", count=5, recorded=900).currency = "JPY"
    session.flush()

    assert allocations.todays_bases(deal) == [Fraction(30 * 2 + 60 + 12, 4)]
