"""Rates are kept in versions: a corrected one is used from now on, and the earlier one can still be read."""

from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from app import settlement
from app.core.db import session
from app.deals import Rate
from app.settlement import CannotCalculate

POLICY = "simple-act/360"


@pytest.fixture(autouse=True)
def table(tx: None) -> None:
    for valid_from, rate, version in [
        (date(2025, 1, 1), "0.07", 1),
        (date(2024, 1, 1), "0.08", 1),
        (date(2025, 1, 1), "0.065", 2),
    ]:
        session.add(Rate(policy=POLICY, valid_from=valid_from, rate=rate, version=version))
    session.flush()


def test_the_newest_version_of_a_rate_is_used() -> None:
    assert settlement.rates_of(POLICY) == {
        date(2024, 1, 1): Fraction("0.08"),
        date(2025, 1, 1): Fraction("0.065"),
    }
    assert [rate.version for rate in settlement.list_rates(POLICY)] == [1, 2]
    assert session.scalar(select(func.count()).select_from(Rate)) == 3, "the earlier version is still there"


def test_a_capped_policy_uses_the_table_of_the_policy_without_a_cap() -> None:
    assert settlement.rates_of(f"{POLICY}, at most 25%") == settlement.rates_of(POLICY)


def test_a_policy_that_does_not_exist_has_no_table() -> None:
    with pytest.raises(CannotCalculate, match="no interest policy 'usury'"):
        settlement.rates_of("usury")
