"""Answers that support takes by phone: only with a call that took place, and a reason."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app import scheduling
from app.audit import AuditEvent
from app.core.db import session
from app.identity import Authority, Person, Scope
from app.incidents import Incident, answering
from app.incidents.answering import Complaint, Dispute, DisputeState, Opening, PhoneAnswer, PhoneKind, Reason
from app.notices import Done, Kind, Message, read_content
from app.scheduling import Booking, CallOutcome
from app.settlement import Direction, SettlementState
from tests.identity.builders import a_person
from tests.incidents.answers import a_dispute, a_supporter, the_figures, the_person, the_settlement
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
def priya(incident: Incident) -> Person:
    return a_supporter()


@pytest.fixture
def call(hugo: Person, priya: Person, at: datetime) -> Booking:
    """Hugo called, and was spoken to."""
    return a_call_with(hugo, priya, at)


def a_call_with(person: Person, by: Person, at: datetime, *, outcome: CallOutcome = CallOutcome.REACHED) -> Booking:
    return scheduling.record_unbooked(
        person=person,
        starts_at=at - timedelta(minutes=10),
        minutes=10,
        phone="+12125550106",
        near="+12125550106",
        zone="America/New_York",
        incident_reference="",
        outcome=outcome,
        notes="",
        idempotency_key=f"call-{at}",
        by=by,
        at=at,
    )


def the_opening(person: Person, kind: PhoneKind, at: datetime) -> Opening:
    """Of this kind, where it is about figures those of Hugo in Tidewater."""
    figures = the_figures("Hugo Martins", "tidewater")
    found = [each for each in answering.list_openings(person, at=at) if each.kind is kind]
    return next(each for each in found if kind is PhoneKind.READ or each.about is figures)


def press(
    call: Booking,
    opening: Opening,
    by: Person,
    at: datetime,
    *,
    reason: str = "He has no internet at home.",
    key: str = "once",
    complaint: Complaint | None = None,
) -> PhoneAnswer:
    return answering.take_by_phone(
        booking=call, opening=opening, complaint=complaint, reason=reason, by=by, key=key, at=at
    )


def take(
    call: Booking,
    kind: PhoneKind,
    by: Person,
    at: datetime,
    *,
    reason: str = "He has no internet at home.",
    key: str = "once",
    complaint: Complaint | None = None,
) -> PhoneAnswer:
    opening = the_opening(call.person, kind, at)
    return press(call, opening, by, at, reason=reason, key=key, complaint=complaint)


def told() -> list[tuple[int, Done | None, str]]:
    """Whom mail about an answer went to, what it says was done, and who took it."""
    mails = session.scalars(select(Message).where(Message.kind == Kind.ANSWER_GIVEN).order_by(Message.id))
    contents = [(each.person_id, read_content(each)) for each in mails]
    return [(id_, getattr(content, "done", None), getattr(content, "taken_by", "")) for id_, content in contents]


def actor_of(event_id: str) -> str:
    return str(session.get_one(AuditEvent, event_id).entry["actor"])


def actors_of(dispute: Dispute) -> list[str]:
    entries = [each.entry for each in session.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    return [str(entry["actor"]) for entry in entries if entry["subject"] == dispute.audit_name]


@pytest.mark.both_databases
def test_an_offer_left_by_phone_declines_its_invoice_and_the_log_names_who_took_it(
    call: Booking, hugo: Person, priya: Person, at: datetime
) -> None:
    offer = the_settlement(the_figures("Hugo Martins", "tidewater"), Direction.OFFER)

    answer = take(call, PhoneKind.LEAVE, priya, at)

    assert offer.state is SettlementState.DECLINED
    assert answer.election is not None
    assert answer.election.person is hugo
    assert actor_of(answer.election.event_id) == priya.audit_name
    assert actions_about(answer) == ["call.answer_taken"]
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert event.entry["actor"] == priya.audit_name
    assert event.said == {
        "call": call.audit_name,
        "person": hugo.audit_name,
        "kind": "leave",
        "answered": answer.election.audit_name,
        "reason": "He has no internet at home.",
    }


@pytest.mark.both_databases
def test_what_was_read_is_receipted_to_the_person_who_is_told_of_it(
    call: Booking, hugo: Person, priya: Person, at: datetime
) -> None:
    answer = take(call, PhoneKind.READ, priya, at)

    assert answer.acknowledgment is not None
    assert answer.acknowledgment.person is hugo
    assert actor_of(answer.acknowledgment.event_id) == priya.audit_name
    assert told() == [(hugo.id, Done.READ, "Priya Nair")]
    assert PhoneKind.READ not in [each.kind for each in answering.list_openings(hugo, at=at)]


@pytest.mark.both_databases
def test_a_dispute_taken_by_phone_makes_the_money_wait(
    call: Booking, hugo: Person, priya: Person, at: datetime
) -> None:
    complaint = Complaint(Reason.AVERAGE, "He held more then.")

    answer = take(call, PhoneKind.DISPUTE, priya, at, complaint=complaint)

    assert answer.dispute is not None
    assert (answer.dispute.filed_by, answer.dispute.words) == (hugo, "He held more then.")
    assert answering.list_waiting_for(answer.dispute, at=at) != []
    assert told() == [(hugo.id, Done.DISPUTED, "Priya Nair")]


@pytest.mark.both_databases
def test_what_was_filed_by_phone_is_taken_back_by_phone_and_the_log_names_who_took_both(
    call: Booking, hugo: Person, priya: Person, at: datetime
) -> None:
    filed = take(call, PhoneKind.DISPUTE, priya, at, complaint=Complaint(Reason.AVERAGE, "I held more then."))
    assert filed.dispute is not None
    openings = answering.list_openings(hugo, at=at)
    opening = next(each for each in openings if each.kind is PhoneKind.WITHDRAW)

    taken = press(call, opening, priya, at, key="another")

    assert Opening(PhoneKind.DISPUTE, filed.dispute.adjustment) not in openings
    assert taken.dispute is filed.dispute
    assert filed.dispute.state is DisputeState.WITHDRAWN
    offer = the_settlement(the_figures("Hugo Martins", "tidewater"), Direction.OFFER)
    assert answering.waiting_cents([offer], on=at.date()) == {}
    assert (answering.find_taken_as(filed.dispute), answering.find_taken_back(filed.dispute)) == (filed, taken)
    assert actors_of(filed.dispute) == [priya.audit_name] * 2
    assert told()[-1] == (hugo.id, Done.WITHDREW, "Priya Nair")


def test_what_was_taken_back_meanwhile_is_not_taken_back_again(
    call: Booking, hugo: Person, priya: Person, at: datetime
) -> None:
    dispute = a_dispute(the_figures("Hugo Martins", "tidewater"), hugo, at=at)
    opening = next(each for each in answering.list_openings(hugo, at=at) if each.kind is PhoneKind.WITHDRAW)
    answering.withdraw(dispute=dispute, by=hugo, at=at)

    with pytest.raises(answering.CannotTake, match="over already"):
        press(call, opening, priya, at)
    assert answering.list_taken_on(call) == []


def test_a_dispute_without_their_words_is_refused(call: Booking, priya: Person, at: datetime) -> None:
    with pytest.raises(answering.CannotTake, match="Write what looks wrong"):
        take(call, PhoneKind.DISPUTE, priya, at)
    with pytest.raises(answering.CannotDispute, match="Write a few words"):
        take(call, PhoneKind.DISPUTE, priya, at, complaint=Complaint(Reason.OTHER, "  "))


def test_everybody_of_the_account_is_told_the_person_who_called_as_well(
    call: Booking, hugo: Person, priya: Person, at: datetime
) -> None:
    wife = a_person(full_name="Rosa Martins")
    account = the_figures("Hugo Martins", "tidewater").account
    session.add(Authority(person=wife, account=account, scope=Scope.ACTS))
    session.flush()

    take(call, PhoneKind.TAKE, priya, at)

    assert told() == [(hugo.id, Done.TOOK, "Priya Nair"), (wife.id, Done.TOOK, "Priya Nair")]


@pytest.mark.parametrize("outcome", [CallOutcome.NO_ANSWER, CallOutcome.LEFT_MESSAGE, CallOutcome.NO_SHOW])
def test_nobody_answers_on_a_call_that_did_not_take_place(
    hugo: Person, priya: Person, at: datetime, outcome: CallOutcome
) -> None:
    missed = a_call_with(hugo, priya, at, outcome=outcome)

    with pytest.raises(answering.CannotTake, match="only on a call that took place"):
        take(missed, PhoneKind.READ, priya, at)

    assert session.scalars(select(PhoneAnswer)).all() == []


@pytest.mark.parametrize(("reason", "says"), [("  ", "Write why you take"), ("x" * 501, "has 501 characters")])
def test_no_answer_is_taken_without_a_reason_that_can_be_read(
    call: Booking, priya: Person, at: datetime, reason: str, says: str
) -> None:
    with pytest.raises(answering.CannotTake, match=says):
        take(call, PhoneKind.READ, priya, at, reason=reason)


def test_nobody_takes_their_own_answer(call: Booking, hugo: Person, at: datetime) -> None:
    with pytest.raises(answering.CannotTake, match="with yourself"):
        take(call, PhoneKind.READ, hugo, at)


def test_pressing_twice_records_one_answer(call: Booking, hugo: Person, priya: Person, at: datetime) -> None:
    opening = the_opening(hugo, PhoneKind.LEAVE, at)

    first = press(call, opening, priya, at)

    assert press(call, opening, priya, at) is first
    with pytest.raises(answering.CannotTake, match=r"says so already: receipt E-"):
        press(call, opening, priya, at, key="again")
    assert answering.list_taken_on(call) == [first]


def test_what_they_answered_themselves_meanwhile_is_not_taken_again(
    call: Booking, hugo: Person, priya: Person, at: datetime
) -> None:
    opening = the_opening(hugo, PhoneKind.DISPUTE, at)
    a_dispute(the_figures("Hugo Martins", "tidewater"), hugo, at=at)

    with pytest.raises(answering.CannotTake, match="A dispute of these figures stands"):
        press(call, opening, priya, at, complaint=Complaint(Reason.OTHER, "Again."))


def test_who_only_sees_an_account_may_have_read_it_and_answer_nothing(priya: Person, at: datetime) -> None:
    seer, account = a_person(full_name="Ana Martins"), the_figures("Hugo Martins", "tidewater").account
    session.add(Authority(person=seer, account=account, scope=Scope.SEES))
    session.flush()

    assert [each.kind for each in answering.list_openings(seer, at=at)] == [PhoneKind.READ]
    forced = Opening(PhoneKind.TAKE, the_figures("Hugo Martins", "tidewater"))
    with pytest.raises(answering.CannotDispute, match="Only the owner"):
        press(a_call_with(seer, priya, at), forced, priya, at)


def test_a_call_that_is_going_on_takes_answers_and_one_that_is_to_come_does_not(call: Booking, at: datetime) -> None:
    call.status, call.outcome = scheduling.BookingStatus.BOOKED, None

    took_place = [call.took_place(call.starts_at + timedelta(minutes=each)) for each in (-1, 0, 9, 10)]

    assert took_place == [False, True, True, False]


def test_their_page_knows_only_what_was_taken_for_them(
    call: Booking, incident: Incident, hugo: Person, priya: Person, at: datetime
) -> None:
    read, left = (take(call, kind, priya, at, key=kind) for kind in (PhoneKind.READ, PhoneKind.LEAVE))
    mine, grace = {the_figures("Hugo Martins", "tidewater").account_id}, the_person("grace")

    assert answering.list_taken_of(incident, hugo, mine) == [read, left]
    assert answering.list_taken_of(incident, grace, mine) == [left]
    assert answering.list_taken_of(incident, grace, set()) == []
