"""The ledger is balanced whatever happens, and the database keeps what was written."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from app import settlement
from app.core.db import session
from app.incidents import Distributions
from app.settlement import Direction, Settlement
from faults.money_house import House
from faults.walking import Walk
from tests.allocations.rows import AT
from tests.settlement.builders import adjustments_of_a_demo_deal

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


def a_refund() -> Settlement:
    adjustment = adjustments_of_a_demo_deal()[0]
    return settlement.make_due(
        adjustment_id=adjustment.id,
        account=adjustment.account,
        deal=adjustment.case.deal,
        direction=Direction.REFUND,
        principal_cents=100,
        interest_cents=7,
        due_on=date(2026, 12, 10),
        at=AT,
    )


def balances() -> dict[str, int]:
    return {each.account.kind.value: each.cents for each in settlement.list_balances()}


def test_a_refund_is_owed_from_the_deal_and_its_interest_from_the_platform() -> None:
    a_refund()

    assert balances() == {"deal": -100, "investor": 107, "platform": -7}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE transfers SET cents = cents + 1",
        "DELETE FROM transfers",
        "UPDATE transfers SET settlement_id = settlement_id",
    ],
)
def test_what_was_written_is_never_changed(change: str) -> None:
    a_refund()

    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text(change))


ANOTHER_AMOUNT = (
    "INSERT OR REPLACE INTO transfers (from_id, to_id, currency, cents, reason, settlement_id, attempt, at)"
    " SELECT from_id, to_id, currency, cents + 1, reason, settlement_id, attempt, at FROM transfers"
)
SIDE_DOORS = {
    "sqlite": (ANOTHER_AMOUNT,),
    "postgresql": ("UPDATE transfers SET cents = 1", "DELETE FROM transfers", "TRUNCATE transfers"),
}


def test_no_side_door_of_a_database_changes_what_was_written() -> None:
    a_refund()
    database = session.connection().dialect.name
    if database == "postgresql":  # such a session passes every trigger that is not ENABLE ALWAYS
        session.execute(text("SET LOCAL session_replication_role = replica"))

    for statement in SIDE_DOORS[database]:
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(text(statement))


@pytest.mark.parametrize(
    ("origin", "target", "cents"),
    [("deal", "deal", 5), ("deal", "investor", 0), ("deal", "investor", -5)],
)
def test_a_transfer_moves_something_somewhere(origin: str, target: str, cents: int) -> None:
    a_refund()

    with pytest.raises(IntegrityError), session.begin_nested():
        _write(origin, target, cents, "USD")


def test_a_transfer_stays_in_its_currency() -> None:
    a_refund()

    with pytest.raises(IntegrityError), session.begin_nested():
        _write("deal", "investor", 5, "EUR")


def test_what_is_superseded_is_owed_no_more() -> None:
    refund = a_refund()

    settlement.supersede(settlement=refund, by="system:worker", at=AT)

    assert balances() == {"deal": 0, "investor": 0, "platform": 0}
    assert settlement.find_disagreements() == {}


def test_a_settlement_that_the_ledger_does_not_know_is_seen() -> None:
    refund = a_refund()
    refund.principal_cents += 1
    session.flush()

    assert list(settlement.find_disagreements().values()) == [(107, 108)]


@pytest.mark.parametrize("seed", range(4))
def test_random_walks_stay_balanced_and_pay_nobody_twice(seed: int) -> None:
    walk = Walk(House(Distributions.CLAIMED), seed)

    walk.go(25)

    assert walk.refused < 25


def _write(origin: str, target: str, cents: int, currency: str) -> None:
    names = {each.account.kind.value: each.account.id for each in settlement.list_balances()}
    session.execute(
        text(
            "INSERT INTO transfers (from_id, to_id, currency, cents, reason, settlement_id, attempt, at)"
            " SELECT :origin, :target, :currency, :cents, 'due', settlement_id, 9, at FROM transfers LIMIT 1"
        ),
        {"origin": names[origin], "target": names[target], "cents": cents, "currency": currency},
    )
