"""Money becomes due once per adjustment, and the database refuses what may never be."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import settlement
from app.audit import AuditEvent
from app.core.db import session
from app.deals import Rate
from app.incidents.proposal_models import Adjustment
from app.settlement import Direction, Settlement, SettlementState
from tests.allocations.rows import AT
from tests.settlement.builders import adjustments_of_a_demo_deal

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


def due(adjustment: Adjustment | None = None, **given: Any) -> Settlement:
    """A refund of an adjustment, the first of a deal by default, or whatever is given instead."""
    usual: dict[str, Any] = {
        "direction": Direction.REFUND,
        "principal_cents": 2_936_620,
        "interest_cents": 0,
        "due_on": date(2026, 12, 10),
        "at": AT,
    }
    adjustment = adjustment or adjustments_of_a_demo_deal()[0]
    return settlement.make_due(
        adjustment_id=adjustment.id, account=adjustment.account, deal=adjustment.case.deal, **(usual | given)
    )


def an_offer(adjustment: Adjustment, at: datetime = AT) -> Settlement:
    return due(adjustment, direction=Direction.OFFER, at=at)


def test_a_refund_is_due_with_its_interest_and_date() -> None:
    refund = due(interest_cents=421_908)
    session.expire_all()

    assert (refund.state, refund.due_on, refund.number) == (SettlementState.DUE, date(2026, 12, 10), None)
    assert refund.total_cents == 3_358_528


def test_offers_are_numbered_without_gaps_within_their_year() -> None:
    first, second, third, fourth, *_ = adjustments_of_a_demo_deal()
    next_year = AT + timedelta(days=60)

    numbers = [an_offer(first).number, an_offer(second).number, an_offer(third, next_year).number]

    assert numbers == ["2026-0001", "2026-0002", "2027-0001"]
    assert an_offer(fourth).number == "2026-0003"


def test_a_number_given_to_an_offer_that_failed_is_given_again() -> None:
    adjustment = adjustments_of_a_demo_deal()[0]
    with pytest.raises(IntegrityError), session.begin_nested():
        due(adjustment, direction=Direction.OFFER, principal_cents=0)

    assert an_offer(adjustment).number == "2026-0001"


@pytest.mark.parametrize(
    "given",
    [
        {"principal_cents": -1},
        {"interest_cents": -1},
        {"direction": Direction.OFFER, "interest_cents": 1},
        {"direction": Direction.OFFER, "principal_cents": 0},
    ],
)
def test_the_database_refuses_what_may_never_be_due(given: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        due(**given)


def test_one_adjustment_is_never_due_twice() -> None:
    adjustment = adjustments_of_a_demo_deal()[0]
    due(adjustment)

    with pytest.raises(IntegrityError):
        due(adjustment)


def test_what_becomes_due_is_written_into_the_log() -> None:
    offer = an_offer(adjustments_of_a_demo_deal()[0])

    event = session.scalars(select(AuditEvent)).one()

    assert f'"subject":"{offer.audit_name}"' in event.leaf.decode()
    assert {opening.part: opening.value for opening in event.openings}["number"] == b'"2026-0001"'


def test_an_account_sees_its_own_settlements_alone() -> None:
    first, second, third, *_ = adjustments_of_a_demo_deal()
    mine, other = due(first), due(second)

    assert settlement.list_settlements([first.account_id]) == [mine]
    assert settlement.settlements_by_adjustment([first.id, second.id, third.id]) == {
        first.id: {Direction.REFUND: mine},
        second.id: {Direction.REFUND: other},
    }


def test_the_rates_of_a_policy_are_read_from_the_table() -> None:
    session.add(Rate(policy="simple-act/365f", valid_from=date(2025, 1, 1), rate="0.07"))
    session.add(Rate(policy="other", valid_from=date(2025, 1, 1), rate="0.5"))
    session.flush()

    assert settlement.rates_of("simple-act/365f") == {date(2025, 1, 1): Fraction(7, 100)}
