"""What an investor disputes: who may, what waits meanwhile, and how it goes on."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app import settlement
from app.core.db import session
from app.identity import Authority, Person, Scope
from app.incidents import Incident, answering
from app.incidents.answering import Complaint, DisputeState, Reason, Verdict
from app.notices import Kind, Message
from app.settlement import Direction
from tests.incidents.answers import a_dispute, a_supporter, held, the_figures, the_person, the_settlement
from tests.incidents.builders import Staff, an_incident, the_staff
from tests.scheduling.builders import actions_about

pytestmark = pytest.mark.usefixtures("tx")


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


@pytest.fixture
def incident(staff: Staff, at: datetime) -> Incident:
    return an_incident(staff, at=at, stage="published")


@pytest.fixture
def sam(incident: Incident) -> Person:
    return a_supporter()


def mails(kind: Kind) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))


@pytest.mark.both_databases
def test_a_disputed_invoice_waits_and_its_due_date_moves_by_the_days_it_waited(
    incident: Incident, at: datetime
) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")
    offer = the_settlement(figures, Direction.OFFER)
    was = offer.due_on

    dispute = a_dispute(figures, hugo, at=at)
    assert held(offer, at) == offer.open_cents
    answering.withdraw(dispute=dispute, by=hugo, at=at + timedelta(days=9))

    assert held(offer, at + timedelta(days=9)) == 0
    assert offer.due_on == was + timedelta(days=9)
    assert "invoice.postponed" in actions_about(offer)
    assert actions_about(dispute) == ["dispute.filed", "dispute.withdrawn"]


def test_lifting_the_hold_by_hand_lets_the_due_date_run_again(incident: Incident, staff: Staff, at: datetime) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")
    offer = the_settlement(figures, Direction.OFFER)
    was = offer.due_on
    dispute = a_dispute(figures, hugo, at=at)
    (hold,) = settlement.list_every_hold(offer)
    later = at + timedelta(days=9)

    answering.lift_by_hand(incident=incident, held=hold, reason="He called.", by=staff.admin, at=later)

    assert offer.due_on == was + timedelta(days=9)
    answering.withdraw(dispute=dispute, by=hugo, at=later + timedelta(days=1))
    assert offer.due_on == was + timedelta(days=9), "the same days are not given twice"


def test_what_left_before_the_dispute_is_on_its_way_and_does_not_wait(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    grace, figures = the_person("grace"), the_figures("Grace Lindqvist", "orbit")
    refund = the_settlement(figures, Direction.REFUND)
    later = at + timedelta(days=12)
    batch = settlement.prepare(incident_id=incident.id, settlement_ids=[refund.id], by=staff.admin, at=later)
    settlement.release(batch=batch, digest_seen=batch.digest, by=staff.management, at=later)
    settlement.take_file(batch=batch, by=staff.admin, at=later)
    assert not answering.still_pays(figures)

    dispute = a_dispute(figures, grace, at=later)

    (waiting,) = answering.list_waiting_for(dispute, at=later)
    assert (waiting.cents, waiting.sent_cents) == (0, refund.total_cents)


@pytest.mark.both_databases
def test_the_undisputed_part_of_a_refund_is_paid(incident: Incident, staff: Staff, at: datetime) -> None:
    grace, figures = the_person("grace"), the_figures("Grace Lindqvist", "orbit")
    refund = the_settlement(figures, Direction.REFUND)
    a_dispute(figures, grace, at=at, in_question_cents=10_000_00)
    later = at + timedelta(days=12)

    batch = settlement.prepare(incident_id=incident.id, settlement_ids=[refund.id], by=staff.admin, at=later)
    settlement.release(batch=batch, digest_seen=batch.digest, by=staff.management, at=later)

    assert [item.cents for item in batch.items] == [refund.total_cents - 10_000_00]


def test_all_of_a_refund_waits_until_somebody_says_which_part_is_in_question(
    incident: Incident, sam: Person, at: datetime
) -> None:
    grace, figures = the_person("grace"), the_figures("Grace Lindqvist", "orbit")
    refund = the_settlement(figures, Direction.REFUND)
    dispute = a_dispute(figures, grace, at=at)
    assert held(refund, at) == refund.open_cents

    answering.narrow(dispute=dispute, parts={refund.id: 500_00}, words="You doubt 500.", by=sam, at=at)
    assert held(refund, at) == 500_00
    answering.narrow(dispute=dispute, parts={refund.id: 0}, words="You doubt the average.", by=sam, at=at)

    assert held(refund, at) == 0
    assert [each.words for each in dispute.entries] == ["You doubt 500.", "You doubt the average."]
    with pytest.raises(answering.CannotReply, match="cannot be more"):
        answering.narrow(dispute=dispute, parts={refund.id: refund.open_cents + 1}, words="x", by=sam, at=at)


def test_an_amount_in_question_is_part_of_what_we_still_pay(incident: Incident, at: datetime) -> None:
    grace, figures = the_person("grace"), the_figures("Grace Lindqvist", "orbit")
    refund = the_settlement(figures, Direction.REFUND)

    for cents in (0, refund.open_cents + 1):
        with pytest.raises(answering.CannotDispute, match=r"at most .*, which we still have"):
            a_dispute(figures, grace, at=at, in_question_cents=cents)


def test_a_second_press_finds_the_same_dispute_and_another_one_is_refused(incident: Incident, at: datetime) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")

    first = a_dispute(figures, hugo, at=at, key="once")

    assert a_dispute(figures, hugo, at=at, key="once") is first
    with pytest.raises(answering.DisputedAlready, match="we still work on it"):
        a_dispute(figures, hugo, at=at, key="again")


def test_after_a_withdrawal_the_same_figures_can_be_disputed_anew(incident: Incident, at: datetime) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")
    first = a_dispute(figures, hugo, at=at)
    answering.withdraw(dispute=first, by=hugo, at=at)
    answering.withdraw(dispute=first, by=hugo, at=at)

    assert a_dispute(figures, hugo, at=at).state is DisputeState.OPEN


def test_who_only_sees_an_account_may_not_dispute_for_it(incident: Incident, at: datetime) -> None:
    seer = session.scalars(select(Authority).where(Authority.scope == Scope.SEES)).one()
    figures = the_figures(seer.account.name, "orbit")

    with pytest.raises(answering.CannotDispute, match="Only the owner of the account"):
        a_dispute(figures, seer.person, at=at)


def test_nobody_disputes_the_figures_of_an_account_that_is_not_theirs(incident: Incident, at: datetime) -> None:
    with pytest.raises(answering.CannotDispute, match="Only the owner"):
        a_dispute(the_figures("Hugo Martins", "tidewater"), the_person("grace"), at=at)


def test_the_other_people_of_the_account_are_told_at_once_and_not_what_was_said(
    incident: Incident, at: datetime
) -> None:
    seer = session.scalars(select(Authority).where(Authority.scope == Scope.SEES)).one()
    owner = session.scalars(
        select(Authority).where(Authority.account_id == seer.account_id, Authority.scope == Scope.OWNER)
    ).one()
    dispute = a_dispute(the_figures(seer.account.name, "orbit"), owner.person, at=at)
    answering.withdraw(dispute=dispute, by=owner.person, at=at)

    told = mails(Kind.ANSWER_GIVEN)
    assert [each.person_id for each in told] == [seer.person_id] * 2
    assert all("I asked for more" not in each.context for each in told)


def test_the_days_promised_are_the_incidents_and_never_a_weekend(incident: Incident, at: datetime) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")  # on Sunday, November 22

    dispute = a_dispute(figures, hugo, at=at)

    assert (dispute.read_by_on, dispute.answer_by_on) == (date(2026, 11, 25), date(2026, 12, 7))


def test_the_queue_is_in_the_order_in_which_answers_are_due_with_the_money_that_waits(
    incident: Incident, sam: Person, at: datetime
) -> None:
    by_hugo = a_dispute(the_figures("Hugo Martins", "tidewater"), the_person("hugo"), at=at)
    answered = a_dispute(the_figures("Chen Wei", "orbit"), the_person("chen"), at=at)
    answering.answer(dispute=answered, verdict=Verdict.STAND, words="Right.", by=sam, at=at)
    by_grace = a_dispute(the_figures("Grace Lindqvist", "orbit"), the_person("grace"), at=at, in_question_cents=1)
    answering.mark_read(dispute=by_hugo, by=sam, at=at)

    queue = answering.list_queue(at=at + timedelta(days=4))

    assert [each.dispute for each in queue] == [by_grace, by_hugo, answered]
    assert [each.is_overdue for each in queue] == [True, False, False]
    assert [(each.label, each.cents) for each in queue[0].waiting] == [("refund", 1)]
    assert [(each.label, each.cents) for each in queue[1].waiting] == [("offer", 4_235_28)]
    assert answering.list_over(at=at) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"<html>", "no PDF, PNG or JPEG"),
        (b"%PDF-" + bytes(answering.LARGEST_FILE), "larger than 5 MB"),
    ],
)
def test_a_file_is_what_it_is_and_not_what_it_is_called(content: bytes, says: str) -> None:
    with pytest.raises(answering.CannotAttach, match=says):
        answering.check_attachment(content)


def test_words_are_needed_and_not_too_many(incident: Incident, at: datetime) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")
    for words, says in (("  ", "Write a few words"), ("x" * 5001, "5001 characters")):
        with pytest.raises(answering.CannotDispute, match=says):
            answering.file_dispute(
                adjustment=figures, complaint=Complaint(Reason.OTHER, words), person=hugo, key="k", at=at
            )
