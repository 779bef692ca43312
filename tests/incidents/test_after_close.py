"""A closed incident is never opened again: what comes after it is taken and listed for people, and moves no money."""

from datetime import datetime, timedelta

import pytest

from app import settlement
from app.incidents import Incident, IncidentState, answering, closing, money
from app.incidents.answering import CannotElect, CannotReply, Choice, DisputeState, Verdict
from app.settlement import AnswerFile, Direction, SettlementState
from tests.incidents.answers import a_dispute, the_figures, the_person, the_settlement
from tests.incidents.builders import Staff, an_incident, the_staff

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


@pytest.fixture
def closed(staff: Staff, at: datetime) -> Incident:
    """Its refunds are paid; how two people close is told in `test_closing`."""
    incident = an_incident(staff, at=at, stage="published")
    later = at + timedelta(days=13)
    batch = money.prepare_batch(incident=incident, by=staff.admin, at=later)
    money.release_batch(incident=incident, batch=batch, digest_seen=batch.digest, by=staff.management, at=later)
    settlement.take_file(batch=batch, by=staff.admin, at=later)
    take(incident, staff, later, *(f"{item.reference},settled,2026-12-10,,," for item in batch.items))
    incident.state = IncidentState.CLOSED
    return incident


def take(incident: Incident, staff: Staff, at: datetime, *rows: str) -> AnswerFile:
    content = "\n".join(["reference,state,date,code,amount,currency", *rows, ""]).encode()
    return money.take_answer(incident=incident, name="a.csv", content=content, by=staff.admin, at=at)


def test_a_payment_that_comes_back_after_the_close_is_listed_and_moves_nothing(
    closed: Incident, staff: Staff, at: datetime
) -> None:
    later = at + timedelta(days=40)
    refund = the_settlement(the_figures("Grace Lindqvist", "orbit"), Direction.REFUND)
    reference = settlement.list_items(refund)[0].reference
    before = [(each.account.name, each.cents) for each in settlement.list_balances()]

    file = take(closed, staff, later, f"{reference},returned,2026-12-20,AC04,,")

    (left,) = file.leftovers
    assert (file.booked, left["reference"]) == (0, reference)
    assert "Its incident is closed" in left["says"]
    assert refund.state is SettlementState.SETTLED
    assert [(each.account.name, each.cents) for each in settlement.list_balances()] == before
    settlement.clear_leftovers(file=file, note="Paid by cheque.", by=staff.admin, at=later)
    assert file.cleared_note == "Paid by cheque."


def test_an_invoice_paid_after_the_close_is_listed_to_be_sent_back(
    closed: Incident, staff: Staff, at: datetime
) -> None:
    offer = the_settlement(the_figures("Hugo Martins", "tidewater"), Direction.OFFER)

    file = take(closed, staff, at + timedelta(days=40), f"{offer.number},paid,2026-12-20,x,10.00,USD")

    assert [left["says"].split(".")[1] for left in file.leftovers] == [
        " Send the money back, tell the investor, and say so in a note"
    ]
    assert offer.paid_cents == 0


def test_an_objection_after_the_close_is_taken_and_answered_and_holds_no_money(
    closed: Incident, staff: Staff, at: datetime
) -> None:
    later = at + timedelta(days=40)
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")

    dispute = a_dispute(figures, hugo, at=later)

    assert settlement.list_every_hold(the_settlement(figures, Direction.OFFER)) == []
    with pytest.raises(CannotReply, match="If a figure is wrong, open another"):
        answering.narrow(dispute=dispute, parts={1: 1}, words="x", by=staff.admin, at=later)
    answering.answer(dispute=dispute, verdict=Verdict.STAND, words="We looked.", by=staff.admin, at=later)
    assert dispute.state is DisputeState.ANSWERED


def test_nothing_is_chosen_after_the_close(closed: Incident, at: datetime) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")

    assert not any(each.is_open for each in answering.list_options([figures], on=at.date()))
    with pytest.raises(CannotElect, match="Your case is closed"):
        answering.elect(adjustment=figures, choice=Choice.LEAVE, person=hugo, key="k", at=at)


def test_an_objection_while_somebody_asks_to_close_keeps_the_incident_open(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="published")
    before = {each.says for each in closing.find_blockers(incident, at=at)}

    a_dispute(the_figures("Hugo Martins", "tidewater"), the_person("hugo"), at=at)

    added = {each.says for each in closing.find_blockers(incident, at=at)} - before
    assert any("1 dispute is not closed" in says for says in added)
