"""How a dispute is answered: by whom, what goes on waiting, and what ends it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.db import session
from app.identity import Person
from app.incidents import Incident, answering, closing
from app.incidents.answering import DisputeState, Verdict
from app.notices import Kind, Message
from app.settlement import Direction
from tests.incidents.answers import a_dispute, a_supporter, held, the_figures, the_person, the_settlement
from tests.incidents.builders import an_incident, the_staff
from tests.scheduling.builders import actions_about

pytestmark = pytest.mark.usefixtures("tx")


@pytest.fixture
def incident(tx: None, at: datetime) -> Incident:
    return an_incident(the_staff(), at=at, stage="published")


@pytest.fixture
def sam(incident: Incident) -> Person:
    return a_supporter()


def mails(kind: Kind) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))


def test_an_answer_is_told_by_mail_without_its_words(incident: Incident, sam: Person, at: datetime) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")
    dispute = a_dispute(figures, hugo, at=at)

    answering.answer(dispute=dispute, verdict=Verdict.STAND, words="Your form says 50,000.", by=sam, at=at)

    (mail,) = mails(Kind.REPLIED)
    assert mail.person_id == hugo.id
    assert "50,000" not in mail.context
    assert mail.link is not None
    assert mail.link.opens.endswith(f"/disputes/{dispute.pseudonym}")
    assert dispute.read_by is sam
    assert actions_about(dispute) == ["dispute.filed", "dispute.received", "dispute.noted", "dispute.answered"]


def test_money_waits_on_after_an_answer_until_nobody_asked_for_a_second_look_in_time(
    incident: Incident, sam: Person, at: datetime
) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")
    offer = the_settlement(figures, Direction.OFFER)
    dispute = a_dispute(figures, hugo, at=at)
    answering.answer(dispute=dispute, verdict=Verdict.STAND, words="It is right.", by=sam, at=at)
    last = dispute.review_until_on
    assert last is not None
    on_time, late = at + (last - at.date()), at + (last - at.date()) + timedelta(days=1)

    assert answering.list_lapsed(at=on_time) == []
    with pytest.raises(answering.CannotReply, match="may ask for a second look"):
        answering.close(dispute=dispute, reason="Done.", by=sam, at=on_time)
    assert held(offer, on_time) == offer.open_cents
    assert answering.list_lapsed(at=late) == [dispute]
    with pytest.raises(answering.CannotDispute, match="through December 7, 2026"):
        answering.ask_for_review(dispute=dispute, words="Still.", by=hugo, at=late)
    answering.close(dispute=dispute, reason="Nobody asked.", by=None, at=late)

    assert dispute.state is DisputeState.CLOSED
    assert held(offer, late) == 0


@pytest.mark.both_databases
def test_a_review_is_for_somebody_who_did_not_work_on_it(incident: Incident, sam: Person, at: datetime) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")
    dispute = a_dispute(figures, hugo, at=at)
    answering.mark_read(dispute=dispute, by=sam, at=at)
    writer, other = a_supporter(), a_supporter()
    answering.answer(dispute=dispute, verdict=Verdict.STAND, words="It is right.", by=writer, at=at)
    answering.ask_for_review(dispute=dispute, words="I do not agree.", by=hugo, at=at)

    for worker in (sam, writer):
        with pytest.raises(answering.CannotReply, match="You worked on this dispute"):
            answering.review(dispute=dispute, verdict=Verdict.STAND, words="Right.", by=worker, at=at)
    answering.review(dispute=dispute, verdict=Verdict.STAND, words="Right.", by=other, at=at)

    assert dispute.state is DisputeState.CLOSED
    with pytest.raises(answering.CannotReply, match="is closed"):
        answering.reply(dispute=dispute, words="One more thing.", by=sam, at=at)


def test_figures_that_are_wrong_keep_the_money_waiting_until_they_are_corrected(
    incident: Incident, sam: Person, at: datetime
) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")
    offer = the_settlement(figures, Direction.OFFER)
    dispute = a_dispute(figures, hugo, at=at)
    answering.answer(dispute=dispute, verdict=Verdict.CHANGE, words="You are right.", by=sam, at=at)

    assert answering.list_lapsed(at=at + timedelta(days=400)) == []
    assert held(offer, at) == offer.open_cents
    with pytest.raises(answering.CannotDispute, match="no answer that could be looked at again"):
        answering.ask_for_review(dispute=dispute, words="Thanks.", by=hugo, at=at)
    with pytest.raises(answering.CannotReply, match="stays open until a version that changes them is published"):
        answering.close(dispute=dispute, reason="He called.", by=sam, at=at + timedelta(days=400))


def test_somebody_else_may_decide_anew_that_figures_we_called_wrong_are_right(
    incident: Incident, sam: Person, at: datetime
) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")
    offer = the_settlement(figures, Direction.OFFER)
    dispute = a_dispute(figures, hugo, at=at)
    answering.answer(dispute=dispute, verdict=Verdict.CHANGE, words="You are right.", by=sam, at=at)
    later = at + timedelta(days=3)

    with pytest.raises(answering.CannotReply, match="You worked on this dispute"):
        answering.decide_anew(dispute=dispute, words="It is right.", by=sam, at=later)
    answering.decide_anew(dispute=dispute, words="It is right after all.", by=a_supporter(), at=later)

    assert (dispute.verdict, dispute.is_reviewable) == (Verdict.STAND, True)
    assert dispute.review_until_on == date(2026, 12, 9)
    assert held(offer, later) == offer.open_cents, "a second look may still be asked for"
    assert len(mails(Kind.REPLIED)) == 2
    with pytest.raises(answering.CannotReply, match="Nobody said that these figures are wrong"):
        answering.decide_anew(dispute=dispute, words="Once more.", by=a_supporter(), at=later)


def test_decided_anew_after_a_second_look_it_is_over(incident: Incident, sam: Person, at: datetime) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")
    offer = the_settlement(figures, Direction.OFFER)
    dispute, second = a_dispute(figures, hugo, at=at), a_supporter()
    answering.answer(dispute=dispute, verdict=Verdict.STAND, words="It is right.", by=sam, at=at)
    answering.ask_for_review(dispute=dispute, words="No.", by=hugo, at=at)
    answering.review(dispute=dispute, verdict=Verdict.CHANGE, words="You are right.", by=second, at=at)

    with pytest.raises(answering.CannotReply, match="You worked on this dispute"):
        answering.decide_anew(dispute=dispute, words="It is right.", by=second, at=at)
    answering.decide_anew(dispute=dispute, words="It is right after all.", by=a_supporter(), at=at)

    assert dispute.state is DisputeState.CLOSED
    assert held(offer, at) == 0


def test_who_looks_again_may_ask_the_investor_something_first(incident: Incident, sam: Person, at: datetime) -> None:
    hugo, figures = the_person("hugo"), the_figures("Hugo Martins", "tidewater")
    dispute, second = a_dispute(figures, hugo, at=at), a_supporter()
    answering.answer(dispute=dispute, verdict=Verdict.STAND, words="It is right.", by=sam, at=at)
    answering.ask_for_review(dispute=dispute, words="No.", by=hugo, at=at)

    answering.reply(dispute=dispute, words="Which form do you mean?", by=second, at=at)
    answering.review(dispute=dispute, verdict=Verdict.STAND, words="It is right.", by=second, at=at)

    assert dispute.state is DisputeState.CLOSED


@pytest.mark.parametrize(
    ("verdict", "says"),
    [(Verdict.CHANGE, "1 dispute waits for the version"), (Verdict.STAND, "1 dispute is not closed")],
)
def test_what_keeps_an_incident_open_says_for_what_a_dispute_waits(
    incident: Incident, sam: Person, at: datetime, verdict: Verdict, says: str
) -> None:
    dispute = a_dispute(the_figures("Hugo Martins", "tidewater"), the_person("hugo"), at=at)
    answering.answer(dispute=dispute, verdict=verdict, words="We looked.", by=sam, at=at)

    found = [each.says for each in closing.find_blockers(incident, at=at) if each.where is closing.Where.DISPUTES]

    assert [each.startswith(says) for each in found] == [True]
