"""What publishing made due, and paying it: never before people had their say, always by two."""

import csv
from datetime import datetime, timedelta
from io import StringIO

import pytest

from app import settlement
from app.core.db import session
from app.incidents import Incident, IncidentState, get_proposal, money
from app.settlement import CannotPay, Direction, SettlementState
from tests.incidents.builders import Staff, an_incident, the_staff

pytestmark = pytest.mark.both_databases


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


@pytest.fixture
def published(staff: Staff, at: datetime) -> Incident:
    return an_incident(staff, at=at, stage="published")


def after_looking(at: datetime) -> datetime:
    """The day after people may still speak up before money moves."""
    return at + timedelta(days=12)


def test_nothing_is_due_before_publication(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="approved")

    assert money.list_due(incident, on=at.date()) == []
    assert money.total_due(incident) == []


def test_the_totals_are_those_of_all_pages(published: Incident, at: datetime) -> None:
    refunds, offers = money.total_due(published)
    first = money.list_due(published, on=at.date(), at_most=4)
    rest = money.list_due(published, on=at.date(), after=first[-1].settlement.id)

    assert (refunds.direction, refunds.count, refunds.principal_cents) == (Direction.REFUND, 3, 55_382_88)
    assert (offers.direction, offers.count, offers.total_cents) == (Direction.OFFER, 6, 55_382_88)
    assert len({due.settlement.id for due in [*first, *rest]}) == 9
    assert sum(due.settlement.total_cents for due in [*first, *rest]) == refunds.total_cents + offers.total_cents
    assert {due.settlement.deal.name for due in [*first, *rest]} == {"Orbit Robotics", "Tidewater Energy"}


def test_publishing_owes_in_the_ledger_what_it_makes_due(published: Incident) -> None:
    owed = sum(each.cents for each in settlement.list_balances(kind=settlement.LedgerKind.INVESTOR))

    assert settlement.find_disagreements() == {}
    assert owed == sum(each.total_cents for each in money.total_due(published) if each.direction is Direction.REFUND)


def test_nothing_is_paid_while_people_may_still_speak_up(published: Incident, staff: Staff, at: datetime) -> None:
    look_by = get_proposal(published).look_by

    assert money.list_payable(published, on=look_by) == {}
    assert len(money.list_payable(published, on=look_by + timedelta(days=1))) == 3
    with pytest.raises(CannotPay, match="Nothing of this can be paid now"):
        money.prepare_batch(incident=published, by=staff.admin, at=at)


def test_refunds_are_paid_by_two_people_and_the_incident_is_settling(
    published: Incident, staff: Staff, at: datetime
) -> None:
    at = after_looking(at)
    batch = money.prepare_batch(incident=published, by=staff.admin, at=at)

    money.release_batch(incident=published, batch=batch, digest_seen=batch.digest, by=staff.management, at=at)
    settlement.take_file(batch=batch, by=staff.admin, at=at)

    assert published.state is IncidentState.SETTLING
    assert money.list_payable(published, on=at.date()) == {}
    assert [total.state for total in money.total_due(published)] == [SettlementState.SENT, SettlementState.DUE]
    assert settlement.find_disagreements() == {}


def test_the_money_of_another_incident_is_not_found(published: Incident, staff: Staff, at: datetime) -> None:
    batch = money.prepare_batch(incident=published, by=staff.admin, at=after_looking(at))
    other = Incident(id=published.id + 1)

    assert money.get_batch(published, batch.number) is batch
    with pytest.raises(Exception, match="No row was found"):
        money.get_batch(other, batch.number)
    with pytest.raises(Exception, match="No row was found"):
        money.get_settlement(other, money.list_due(published, on=at.date())[0].settlement.pseudonym)


def test_the_list_for_spreadsheets_has_every_settlement_and_guards_its_cells(published: Incident, at: datetime) -> None:
    account = money.list_due(published, on=at.date())[0].settlement.account
    account.name = "=HYPERLINK(1)"
    session.flush()

    rows = list(csv.DictReader(StringIO(money.write_settlements(published, on=at.date()).decode(), newline="")))

    assert len(rows) == 9
    assert sum(round(float(row["principal"]) * 100) for row in rows if row["kind"] == "refund") == 55_382_88
    assert rows[0]["account_name"] == "'=HYPERLINK(1)"


def test_the_list_for_taxes_says_what_moves_in_another_year_than_the_deal(published: Incident, at: datetime) -> None:
    rows = list(csv.DictReader(StringIO(money.write_tax(published, on=at.date()).decode(), newline="")))

    assert {row["deal"]: row["other_year"] for row in rows if row["kind"] == "refund"} == {
        "orbit": "yes",
        "tidewater": "no",
    }
