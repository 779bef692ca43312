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
from app.settlement import Direction, Settlement, SettlementState
from tests.allocations.rows import AT, an_account

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


def due(**given: Any) -> Settlement:
    """A refund of one adjustment, or whatever is given instead."""
    usual: dict[str, Any] = {
        "adjustment_id": 1,
        "direction": Direction.REFUND,
        "principal_cents": 2_936_620,
        "interest_cents": 0,
        "currency": "USD",
        "due_on": date(2026, 12, 10),
        "at": AT,
    }
    return settlement.make_due(account=given.pop("account", None) or an_account(), **(usual | given))


def an_offer(adjustment_id: int, at: datetime = AT) -> Settlement:
    return due(adjustment_id=adjustment_id, direction=Direction.OFFER, at=at)


def test_a_refund_is_due_with_its_interest_and_date() -> None:
    refund = due(interest_cents=421_908)
    session.expire_all()

    assert (refund.state, refund.due_on, refund.number) == (SettlementState.DUE, date(2026, 12, 10), None)
    assert refund.total_cents == 3_358_528


def test_offers_are_numbered_without_gaps_within_their_year() -> None:
    numbers = [an_offer(1).number, an_offer(2).number, an_offer(3, AT + timedelta(days=60)).number, an_offer(4).number]

    assert numbers == ["2026-0001", "2026-0002", "2027-0001", "2026-0003"]


def test_a_number_given_in_a_savepoint_that_failed_is_given_again() -> None:
    with pytest.raises(IntegrityError), session.begin_nested():
        due(adjustment_id=1, direction=Direction.OFFER, principal_cents=0)

    assert an_offer(1).number == "2026-0001"


@pytest.mark.parametrize(
    "given",
    [
        {"principal_cents": -1},
        {"interest_cents": -1},
        {"currency": "US"},
        {"direction": Direction.OFFER, "interest_cents": 1},
        {"direction": Direction.OFFER, "principal_cents": 0},
    ],
)
def test_the_database_refuses_what_may_never_be_due(given: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        due(**given)


def test_one_adjustment_is_never_due_twice() -> None:
    due(adjustment_id=7)

    with pytest.raises(IntegrityError):
        due(adjustment_id=7)


def test_what_becomes_due_is_written_into_the_log() -> None:
    offer = an_offer(1)

    event = session.scalars(select(AuditEvent)).one()

    assert f'"subject":"{offer.audit_name}"' in event.leaf.decode()
    assert {o.part: o.value for o in event.openings}["number"] == b'"2026-0001"'


def test_an_account_sees_its_own_settlements_alone() -> None:
    account = an_account()
    mine, other = due(adjustment_id=1, account=account), due(adjustment_id=2)

    assert settlement.list_settlements([account.id]) == [mine]
    assert settlement.settlements_by_adjustment([1, 2, 3]) == {1: mine, 2: other}


def test_the_rates_of_a_policy_are_read_from_the_table() -> None:
    session.add(Rate(policy="simple-act/365f", valid_from=date(2025, 1, 1), rate="0.07"))
    session.add(Rate(policy="other", valid_from=date(2025, 1, 1), rate="0.5"))
    session.flush()

    assert settlement.rates_of("simple-act/365f") == {date(2025, 1, 1): Fraction(7, 100)}
