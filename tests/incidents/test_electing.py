"""What an investor chooses of an offer: the last answer before the cut-off counts, and silence is never a yes."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.db import session
from app.identity import Authority, Person, Scope
from app.incidents import Adjustment, Incident, ProposalPart, answering
from app.incidents.answering import Choice, Election
from app.notices import Done, Kind, Message, read_content
from app.settlement import CannotDecline, Direction, SettlementState
from tests.identity.builders import a_person
from tests.incidents.answers import a_dispute, the_figures, the_person, the_settlement
from tests.incidents.builders import an_incident, the_staff
from tests.scheduling.builders import actions_about

pytestmark = pytest.mark.usefixtures("tx")


@pytest.fixture
def incident(tx: None, at: datetime) -> Incident:
    return an_incident(the_staff(), at=at, stage="published")


@pytest.fixture
def hugo(incident: Incident) -> Person:
    return the_person("hugo")


@pytest.fixture
def figures(incident: Incident) -> Adjustment:
    return the_figures("Hugo Martins", "tidewater")


def choose(figures: Adjustment, person: Person, choice: Choice, at: datetime, *, key: str = "") -> Election:
    return answering.elect(adjustment=figures, choice=choice, person=person, key=key or f"{choice}-{at}", at=at)


@pytest.mark.both_databases
def test_leaving_an_offer_declines_its_invoice_and_a_change_of_mind_takes_it_up_again(
    figures: Adjustment, hugo: Person, at: datetime
) -> None:
    offer = the_settlement(figures, Direction.OFFER)

    left = choose(figures, hugo, Choice.LEAVE, at)
    states = [offer.state]
    taken = choose(figures, hugo, Choice.TAKE, at + timedelta(days=1))

    assert [*states, offer.state] == [SettlementState.DECLINED, SettlementState.DUE]
    assert actions_about(offer)[-2:] == ["invoice.declined", "invoice.revived"]
    assert actions_about(left) == actions_about(taken) == ["election.made"]
    assert left.number != taken.number
    assert not answering.counts(left)
    assert answering.counts(taken)


@pytest.mark.parametrize("choice", [Choice.TAKE, Choice.TALK])
def test_who_takes_it_or_wants_to_talk_first_keeps_the_invoice_open(
    figures: Adjustment, hugo: Person, at: datetime, choice: Choice
) -> None:
    choose(figures, hugo, choice, at)

    assert the_settlement(figures, Direction.OFFER).state is SettlementState.DUE


def test_an_offer_can_be_chosen_through_its_last_day_and_not_after_it(
    figures: Adjustment, hugo: Person, at: datetime
) -> None:
    last = the_settlement(figures, Direction.OFFER).due_on
    on_time = at + (last - at.date())

    choose(figures, hugo, Choice.TAKE, on_time)
    with pytest.raises(answering.CannotElect, match=r"could be chosen through January 4, 2027"):
        choose(figures, hugo, Choice.LEAVE, on_time + timedelta(days=1))


def test_while_it_is_disputed_its_last_day_moves_on(figures: Adjustment, hugo: Person, at: datetime) -> None:
    last = the_settlement(figures, Direction.OFFER).due_on
    a_dispute(figures, hugo, at=at)

    late = choose(figures, hugo, Choice.TAKE, at + (last - at.date()) + timedelta(days=5))

    assert late.until_on == last + (late.at - at)


def test_pressing_twice_and_choosing_the_same_again_change_nothing(
    figures: Adjustment, hugo: Person, at: datetime
) -> None:
    first = choose(figures, hugo, Choice.LEAVE, at, key="once")

    assert choose(figures, hugo, Choice.LEAVE, at, key="once") is first
    assert choose(figures, hugo, Choice.LEAVE, at, key="again") is first
    assert session.scalars(select(Election)).all() == [first]


def test_an_old_press_that_arrives_late_does_not_undo_a_newer_choice(
    figures: Adjustment, hugo: Person, at: datetime
) -> None:
    choose(figures, hugo, Choice.LEAVE, at, key="first")
    choose(figures, hugo, Choice.TAKE, at, key="second")

    choose(figures, hugo, Choice.LEAVE, at, key="first")

    assert the_settlement(figures, Direction.OFFER).state is SettlementState.DUE


def test_the_accounts_other_people_are_told_and_may_choose_otherwise(
    figures: Adjustment, hugo: Person, at: datetime
) -> None:
    wife, seer = a_person(full_name="Rosa Martins"), a_person(full_name="Ana Martins")
    for person, scope in ((wife, Scope.ACTS), (seer, Scope.SEES)):
        session.add(Authority(person=person, account=figures.account, scope=scope))
    session.flush()

    choose(figures, hugo, Choice.LEAVE, at)
    last = choose(figures, wife, Choice.TAKE, at + timedelta(hours=1))

    told = session.scalars(select(Message).where(Message.kind == Kind.ANSWER_GIVEN).order_by(Message.id)).all()
    assert [(each.person_id, getattr(read_content(each), "done", None)) for each in told] == [
        (wife.id, Done.LEFT),
        (seer.id, Done.LEFT),
        (hugo.id, Done.TOOK),
        (seer.id, Done.TOOK),
    ]
    assert answering.counts(last)
    with pytest.raises(answering.CannotDispute, match="Only the owner"):
        choose(figures, seer, Choice.LEAVE, at)


def test_what_an_agreement_obliges_to_take_and_what_we_pay_are_no_choice(
    figures: Adjustment, hugo: Person, at: datetime
) -> None:
    refund = the_figures("Grace Lindqvist", "orbit")
    part = session.scalars(select(ProposalPart).where(ProposalPart.case_id == figures.case_id)).one()
    part.obliged_by = "5.1"
    session.flush()

    for adjustment, person in ((figures, hugo), (refund, the_person("grace"))):
        with pytest.raises(answering.CannotElect, match="nothing to choose"):
            choose(adjustment, person, Choice.LEAVE, at)


def test_what_was_paid_in_part_is_left_on_the_phone(figures: Adjustment, hugo: Person, at: datetime) -> None:
    the_settlement(figures, Direction.OFFER).paid_cents = 100
    session.flush()

    with pytest.raises(CannotDecline, match="You have paid some of it already"):
        choose(figures, hugo, Choice.LEAVE, at)
