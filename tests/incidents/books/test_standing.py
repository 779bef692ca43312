"""What the books carry: excess is gone at once, a missing part comes once it is paid."""

import pytest

from app.incidents.books import Carried, carried
from app.settlement import SettlementState


def test_an_excess_is_taken_out_whether_or_not_its_refund_has_left() -> None:
    assert carried(74_366_20, -29_366_20, None) == (45_000_00, Carried.FINAL)


@pytest.mark.parametrize("state", [SettlementState.SETTLED, SettlementState.WAIVED, None])
def test_a_missing_part_is_carried_once_paid_or_when_nobody_asks_for_the_money(state: SettlementState | None) -> None:
    assert carried(25_067_05, 4_235_28, state) == (29_302_33, Carried.FINAL)


def test_an_offer_that_waits_changes_nothing_yet() -> None:
    assert carried(25_067_05, 4_235_28, SettlementState.DUE) == (25_067_05, Carried.OPEN)


@pytest.mark.parametrize("state", [SettlementState.DECLINED, SettlementState.ENDED, SettlementState.SUPERSEDED])
def test_an_offer_nobody_took_leaves_the_allocation_as_it_was(state: SettlementState) -> None:
    assert carried(25_067_05, 4_235_28, state) == (25_067_05, Carried.FINAL)
