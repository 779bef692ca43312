"""Two people pay what is due, once."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy.exc import IntegrityError

from app import settlement
from app.core.db import session
from app.settlement import BatchItem, BatchState, CannotPay, HoldKind, SettlementState
from tests.allocations.rows import AT, an_admin
from tests.settlement.house import House

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


@pytest.fixture
def house(tx: None) -> House:
    return House()


def test_a_batch_pays_everything_that_is_due_with_its_interest(house: House) -> None:
    batch = house.prepare()

    assert [item.cents for item in batch.items] == [1_010 + index for index in range(8)]
    assert settlement.totals_of(batch) == {"USD": sum(1_010 + index for index in range(8))}


def test_who_prepared_a_batch_never_releases_it(house: House) -> None:
    with pytest.raises(CannotPay, match="somebody else must release"):
        house.release(house.prepare(), by=house.maker)


def test_the_database_too_wants_two_people(house: House) -> None:
    batch = house.prepare()
    batch.released_by = house.maker

    with pytest.raises(IntegrityError):
        session.flush()


def test_a_release_is_of_what_the_page_showed(house: House) -> None:
    batch = house.prepare()

    with pytest.raises(CannotPay, match="changed since"):
        settlement.release(batch=batch, digest_seen="0" * 64, by=house.checker, at=AT)


def test_a_hold_placed_meanwhile_stops_the_release(house: House) -> None:
    batch = house.prepare()
    house.hold(house.refunds[3])

    with pytest.raises(CannotPay, match="Withdraw it"):
        house.release(batch)
    assert {each.state for each in house.refunds} == {SettlementState.DUE}


@pytest.mark.parametrize("cents", [None, 400])
def test_a_dispute_after_the_release_stops_the_file_and_the_batch_is_withdrawn(house: House, cents: int | None) -> None:
    batch = house.prepare()
    house.release(batch)
    house.hold(house.refunds[3], cents=cents)

    with pytest.raises(CannotPay, match="was held since it was released"):
        settlement.take_file(batch=batch, by=house.maker, at=AT)
    settlement.withdraw(batch=batch, reason="A dispute.", by=house.maker, at=AT)

    assert {each.state for each in house.refunds} == {SettlementState.DUE}
    assert sum(item.cents for item in house.prepare().items) == sum(range(1_010, 1_018)) - (cents or 1_013)


def test_a_hold_after_the_file_was_taken_leaves_the_file_as_it_is(house: House) -> None:
    batch = house.prepare()
    house.release(batch)
    sent = settlement.take_file(batch=batch, by=house.maker, at=AT)
    house.hold(house.refunds[3])

    assert settlement.take_file(batch=batch, by=house.maker, at=AT) == sent


def test_what_is_held_is_left_out_and_a_part_in_question_is_not_paid(house: House) -> None:
    house.hold(house.refunds[0])
    house.hold(house.refunds[1], cents=400)

    batch = house.prepare(*house.refunds[:3])

    assert [item.cents for item in batch.items] == [1_011 - 400, 1_012]


def test_a_hold_ends_with_its_last_day(house: House) -> None:
    on = AT.date()
    settlement.hold(
        settlement=house.refunds[0], kind=HoldKind.ADDRESS, reason="New address.", by=None, at=AT, until_on=on
    )

    assert house.refunds[0].id not in settlement.payable(house.refunds, on=on)
    assert house.refunds[0].id in settlement.payable(house.refunds, on=on + timedelta(days=1))


def test_nothing_is_in_two_batches(house: House) -> None:
    house.prepare(*house.refunds[:2])

    second = house.prepare()

    assert len(second.items) == 6
    with pytest.raises(CannotPay, match="Nothing of this can be paid"):
        house.prepare()


def test_the_database_refuses_a_second_open_payment(house: House) -> None:
    batch = house.prepare(house.refunds[0])
    session.add(BatchItem(batch=batch, settlement=house.refunds[0], attempt=2, reference="P-2", cents=1))

    with pytest.raises(IntegrityError):
        session.flush()


def test_offers_are_never_paid_out(house: House) -> None:
    offer = house.offer(5)

    assert settlement.payable([offer], on=AT.date()) == {}


def test_a_withdrawn_batch_leaves_everything_due_and_payable_again(house: House) -> None:
    batch = house.prepare()
    house.release(batch)

    settlement.withdraw(batch=batch, reason="Wrong day.", by=house.maker, at=AT)

    assert {each.state for each in house.refunds} == {SettlementState.DUE}
    assert house.prepare().items[0].reference.endswith("-2")


def test_what_was_sent_is_not_withdrawn(house: House) -> None:
    batch = house.prepare()
    house.release(batch)
    settlement.take_file(batch=batch, by=house.maker, at=AT)

    with pytest.raises(CannotPay, match="can only be answered"):
        settlement.withdraw(batch=batch, reason="Late.", by=house.maker, at=AT)


def test_the_file_exists_once_released_and_is_the_same_every_time(house: House) -> None:
    batch = house.prepare(*house.refunds[:2])
    with pytest.raises(CannotPay, match="once somebody else has released it"):
        settlement.take_file(batch=batch, by=house.maker, at=AT)
    house.release(batch)

    first = settlement.take_file(batch=batch, by=house.maker, at=AT)
    again = settlement.take_file(batch=batch, by=house.checker, at=AT)

    assert first == again
    assert (batch.state, house.refunds[0].state) == (BatchState.SENT, SettlementState.SENT)
    header, *rows = csv.reader(StringIO(first.decode(), newline=""))
    assert header == ["investor_account", "amount", "currency", "reference", "batch", "digest"]
    expected = [house.refunds[0].account.external_id, "10.10", "USD", batch.items[0].reference, batch.number]
    assert rows[0] == [*expected, batch.digest]


def test_a_payout_is_written_off_by_two_people_and_owed_no_more(house: House) -> None:
    refund = house.refunds[0]
    asked = settlement.ask_to_forgo(settlement=refund, reason="Heirs unknown.", by=house.maker, at=AT)
    with pytest.raises(settlement.CannotForgo, match="Management or legal"):
        settlement.decide_forgoing(asked=asked, is_granted=True, by=an_admin(), at=AT)

    settlement.decide_forgoing(asked=asked, is_granted=True, by=house.checker, at=AT)

    assert refund.state is SettlementState.WRITTEN_OFF
    assert settlement.find_disagreements() == {}


def test_nobody_decides_what_they_asked_for(house: House) -> None:
    asked = settlement.ask_to_forgo(settlement=house.refunds[0], reason="Gone.", by=house.checker, at=AT)

    with pytest.raises(settlement.CannotForgo, match="somebody else must decide"):
        settlement.decide_forgoing(asked=asked, is_granted=True, by=house.checker, at=AT)
