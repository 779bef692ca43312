"""One statement per person, over all their accounts and deals, and nobody else's."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app import settlement
from app.core.db import session
from app.identity import Account, Authority, Person
from app.incidents import Incident, money
from app.incidents.money import MoneyStatement
from app.settlement import Direction, Settlement, SettlementState
from tests.incidents.builders import an_incident, the_staff

pytestmark = pytest.mark.both_databases


@pytest.fixture
def published(tx: None, at: datetime) -> Incident:
    return an_incident(the_staff(), at=at, stage="published")


def statement_of(email: str, at: datetime) -> MoneyStatement:
    person = session.query(Person).filter_by(email=email).one()
    return money.find_statement(person, on=at.date())


def test_a_refund_is_worked_out_line_by_line(published: Incident, at: datetime) -> None:
    (line,) = statement_of("grace@example.com", at).lines

    assert (line.original_cents, line.correct_cents, line.difference_cents) == (74_366_20, 45_000_00, -29_366_20)
    (owed,) = line.owed
    assert owed.direction is Direction.REFUND
    assert owed.principal_cents == 29_366_20
    assert owed.interest_cents == settlement.in_whole_cents([each.exact for each in line.interest])


def test_one_person_reads_every_account_and_deal_at_once(published: Incident, at: datetime) -> None:
    lines = statement_of("elena@example.com", at).lines

    assert {(line.deal_name, line.difference_cents > 0) for line in lines} == {
        ("Orbit Robotics", True),
        ("Tidewater Energy", True),
    }
    assert len({line.account_name for line in lines}) == 2


def test_a_refund_and_an_offer_are_held_against_each_other_only_to_be_read(published: Incident, at: datetime) -> None:
    found = statement_of("farid@example.com", at)
    (net,) = found.nets
    owed = {each.direction: each.total_cents for line in found.lines for each in line.owed}

    assert set(owed) == {Direction.REFUND, Direction.OFFER}
    assert (net.we_pay_cents, net.you_pay_cents) == (owed[Direction.REFUND], owed[Direction.OFFER])
    assert net.net_cents == owed[Direction.REFUND] - owed[Direction.OFFER]


@pytest.mark.parametrize(
    "state", [SettlementState.DECLINED, SettlementState.ENDED, SettlementState.WAIVED, SettlementState.WRITTEN_OFF]
)
def test_what_is_over_without_money_is_shown_and_not_summed(
    published: Incident, at: datetime, state: SettlementState
) -> None:
    (offer,) = (each for each in session.query(Settlement) if each.account.name == "Hugo Martins")
    offer.state = state
    session.flush()

    found = statement_of("hugo@example.com", at)

    assert [each.state for line in found.lines for each in line.owed] == [state]
    assert found.nets[0].you_pay_cents == 0


def test_what_a_newer_version_replaced_is_gone(published: Incident, at: datetime) -> None:
    (offer,) = (each for each in session.query(Settlement) if each.account.name == "Hugo Martins")
    settlement.supersede(settlement=offer, by="system:worker", at=at)

    assert [each for line in statement_of("hugo@example.com", at).lines for each in line.owed] == []


def test_nobody_reads_of_an_account_that_is_not_theirs_or_no_longer(published: Incident, at: datetime) -> None:
    hugo = session.query(Person).filter_by(email="hugo@example.com").one()
    account = session.query(Account).filter_by(name="Hugo Martins").one()
    theirs = session.query(Authority).filter_by(person_id=hugo.id, account_id=account.id).one()
    assert {line.account_name for line in statement_of("hugo@example.com", at).lines} == {"Hugo Martins"}

    theirs.ends_on = at.date() - timedelta(days=1)
    session.flush()

    assert statement_of("hugo@example.com", at).lines == []


def test_before_publication_nothing_stands_there(tx: None, at: datetime) -> None:
    an_incident(the_staff(), at=at, stage="approved")

    assert statement_of("grace@example.com", at) == MoneyStatement("Grace Lindqvist", None, [])


def test_the_same_state_gives_the_same_statement(published: Incident, at: datetime) -> None:
    first, second = statement_of("grace@example.com", at), statement_of("grace@example.com", at + timedelta(hours=2))

    assert first == second
    assert replace(first, as_of=None) != first
