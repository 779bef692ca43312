"""Money that came back and that nobody claims: since a day, still owed, paid or written off later."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from app import settlement
from app.core.db import session
from app.settlement import CannotLeaveUnclaimed, NotAllowed, Settlement, SettlementState
from tests.allocations.rows import AT
from tests.settlement.house import House

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
TODAY = AT.date()


@pytest.fixture
def house() -> House:
    return House()


def came_back(house: House) -> Settlement:
    refund = house.refunds[0]
    batch = house.prepare(refund)
    house.release(batch)
    settlement.take_file(batch=batch, by=house.maker, at=AT)
    rows = f"reference,state,date,code\n{batch.items[0].reference},returned,{TODAY},AC04\n".encode()
    settlement.book(incident_id=house.incident_id, name="a.csv", content=rows, by=house.maker, at=AT)
    return refund


def leave(house: House, refund: Settlement, *, days: int = 0, reason: str = "Letters came back.") -> None:
    since_on = TODAY + timedelta(days=days)
    settlement.leave_unclaimed(settlement=refund, since_on=since_on, reason=reason, by=house.maker, at=AT)


def test_what_nobody_claims_stays_owed_and_can_still_be_paid(house: House) -> None:
    refund = came_back(house)

    leave(house, refund)

    assert (refund.state, refund.unclaimed_on) == (SettlementState.UNCLAIMED, TODAY)
    assert settlement.find_disagreements() == {}
    house.release(house.prepare(refund))
    assert refund.state is SettlementState.RELEASED


def test_what_nobody_claims_is_written_off_by_two_people(house: House) -> None:
    refund = came_back(house)
    leave(house, refund)

    asked = settlement.ask_to_forgo(settlement=refund, reason="Not found.", by=house.maker, at=AT)
    settlement.decide_forgoing(asked=asked, is_granted=True, by=house.checker, at=AT)

    assert refund.state is SettlementState.WRITTEN_OFF
    assert settlement.find_disagreements() == {}


def test_only_what_came_back_is_unclaimed_and_not_before_it_did(house: House) -> None:
    with pytest.raises(NotAllowed, match="stands at “due” and cannot go from there to “unclaimed”"):
        leave(house, house.refunds[1])
    refund = came_back(house)
    for days, words, says in ((1, "x", "still to come"), (-1, "x", "It came back on"), (0, " ", "what was tried")):
        with pytest.raises(CannotLeaveUnclaimed, match=says):
            leave(house, refund, days=days, reason=words)


def test_the_database_too_wants_the_day(house: House) -> None:
    refund = came_back(house)
    refund.state = SettlementState.UNCLAIMED

    with pytest.raises(IntegrityError, match="unclaimed_since_a_day"):
        session.flush()
