"""The outbox at work: order, leases, rate, pauses, the switch, and what each answer of a server leads to."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import audit, identity
from app.core.db import database_now, session, transaction
from app.identity import LinkKind, Role
from app.notices import (
    AlreadySwitched,
    Attempt,
    Content,
    Deferred,
    Message,
    NotSent,
    Office,
    Outcome,
    Outlet,
    Refused,
    State,
    Uncertain,
    Unreachable,
    deliver_due,
    let_go,
    retry_failed,
    status,
    stop_all,
)
from app.notices.gate import Gate, lock_gate
from app.notices.leases import Lease, take
from app.notices.operations import queue
from app.notices.reports import Report, settle
from app.settings import MailTo
from tests.notices.builders import Recorder, a_link, a_reader, an_office
from tests.notices.contents import CANCELLED, CONFIRMED, FIRST, REFUND, SIGN_IN

pytestmark = pytest.mark.both_databases


def put(content: Content, *, email: str = "hugo@example.com", key: str = "k", version: int = 1) -> int:
    """Queue one message in a transaction of its own; answers its id."""
    with transaction():
        now = database_now()
        person = identity.find_person_by_email(email) or a_reader(email=email)
        kind = LinkKind.ASKED if content is SIGN_IN else LinkKind.NOTICE
        message = queue(
            content=content,
            person=person,
            subject_key=key,
            version=version,
            at=now,
            link=a_link(person, now, kind=kind),
        )
        return message.id


def get(message_id: int) -> Message:
    session.rollback()
    return session.get_one(Message, message_id)


def outcomes(message_id: int) -> list[Outcome | None]:
    wanted = select(Attempt.outcome).where(Attempt.message_id == message_id).order_by(Attempt.fence)
    return list(session.scalars(wanted))


def make_due(message_id: int) -> None:
    """Let the time pass that a message waits for."""
    with transaction():
        past = database_now() - timedelta(seconds=1)
        session.execute(update(Message).where(Message.id == message_id).values(due_at=past))


def take_one(office: Office) -> Lease | None:
    with transaction():
        return take(office, lock_gate())


def actions() -> list[str]:
    return [logged.event.entry["action"] for logged in audit.list_events()]


def test_a_delivered_message_is_kept_without_its_secrets(app: Flask) -> None:
    message_id, sender = put(FIRST), Recorder()

    done = deliver_due(an_office(app, sender), at_most=10)

    message, (mail,) = get(message_id), sender.sent
    assert message.link is not None
    secrets = identity.secrets_of(message.link)
    assert (done.tries, done.again_at, message.state, sender.closed) == (1, None, State.SENT, 1)
    assert f"https://portal.example/s/{secrets.token}" in mail.words.text
    assert secrets.printed_code in mail.words.text
    assert message.text is not None
    assert secrets.token not in message.text
    assert secrets.printed_code not in message.text
    assert "[code]" in message.text
    assert "[link]" in message.text
    assert message.notice_number in message.text
    assert outcomes(message_id) == [Outcome.ACCEPTED]


def test_the_hash_of_the_very_bytes_is_kept_and_logged(app: Flask) -> None:
    message_id, sender = put(FIRST), Recorder()

    deliver_due(an_office(app, sender), at_most=10)

    (logged,) = audit.list_events(action="notice.sent")
    assert get(message_id).sha256 == sender.sent[0].sha256
    assert logged.event.said["digest"] == sender.sent[0].sha256.hex()


def test_every_try_sends_the_same_bytes(app: Flask) -> None:
    message_id = put(FIRST)
    first, second = Recorder(says=[Deferred("451 later")]), Recorder()
    deliver_due(an_office(app, first), at_most=10)
    make_due(message_id)

    deliver_due(an_office(app, second), at_most=10)

    digests = set(session.scalars(select(Attempt.sha256).where(Attempt.message_id == message_id)))
    assert digests == {second.sent[0].sha256}


def test_sign_in_leaves_before_bookings_and_both_before_notices(app: Flask) -> None:
    for content, email in ((FIRST, "a@example.com"), (CONFIRMED, "b@example.com"), (SIGN_IN, "c@example.com")):
        put(content, email=email)
    sender = Recorder()

    deliver_due(an_office(app, sender), at_most=10)

    assert [mail.to for mail in sender.sent] == ["c@example.com", "b@example.com", "a@example.com"]


def test_mails_of_one_booking_leave_in_order_even_when_the_first_must_wait(app: Flask) -> None:
    booked, sender = put(CONFIRMED, key="booking:1", version=0), Recorder(says=[Deferred("451 later")])
    put(CANCELLED, key="booking:1", version=1)
    office = an_office(app, sender)

    deliver_due(office, at_most=10)
    assert sender.sent == []

    make_due(booked)
    deliver_due(office, at_most=10)
    assert [mail.words.subject for mail in sender.sent] == ["Your call is booked", "Your call is cancelled"]


def test_a_correction_waits_for_the_first_notice_it_answers(app: Flask) -> None:
    first, sender = put(FIRST, key="first"), Recorder(says=[Deferred("451 later")])
    put(REFUND, key="proposal")
    office = an_office(app, sender)

    deliver_due(office, at_most=10)
    assert sender.sent == []

    make_due(first)
    deliver_due(office, at_most=10)
    answered = get(first).pseudonym.encode()
    assert [b"In-Reply-To: <ob-" + answered in mail.raw for mail in sender.sent] == [False, True]


ANSWERS: dict[str, tuple[NotSent, State, Outcome, bool]] = {
    "4xx": (Deferred("451 later"), State.DEFERRED, Outcome.DEFERRED, False),
    "5xx": (Refused("550 no such user"), State.FAILED, Outcome.REFUSED, False),
    "drop after the dot": (Uncertain("closed"), State.UNCERTAIN, Outcome.UNCERTAIN, True),
    "no connection": (Unreachable("refused"), State.QUEUED, Outcome.UNREACHABLE, False),
}


@pytest.mark.parametrize(("answer", "state", "outcome", "is_flagged"), ANSWERS.values(), ids=ANSWERS)
def test_each_answer_leads_to_its_state(
    app: Flask, answer: NotSent, state: State, outcome: Outcome, is_flagged: bool
) -> None:
    message_id = put(FIRST)

    deliver_due(an_office(app, Recorder(says=[answer])), at_most=1)

    message = get(message_id)
    assert (message.state, message.may_be_repeated, outcomes(message_id)) == (state, is_flagged, [outcome])


def test_a_refused_message_is_logged_and_can_be_tried_again(app: Flask) -> None:
    message_id, sender = put(FIRST), Recorder(says=[Refused("550 no such user")])
    office = an_office(app, sender)
    deliver_due(office, at_most=10)
    assert get(message_id).reason == "550 no such user"
    assert "notice.failed" in actions()

    with transaction():
        assert retry_failed(by="shell:ops", reason="address put right", at=database_now()) == 1
    deliver_due(office, at_most=10)

    assert get(message_id).state is State.SENT


def test_an_uncertain_message_is_sent_again_with_the_same_message_id_and_flagged(app: Flask) -> None:
    message_id, sender = put(FIRST), Recorder(says=[Uncertain("closed")])
    office = an_office(app, sender)
    deliver_due(office, at_most=10)
    make_due(message_id)

    deliver_due(office, at_most=10)

    message = get(message_id)
    assert (message.state, message.may_be_repeated) == (State.SENT, True)
    assert f"<ob-{message.pseudonym}@portal.example>".encode() in sender.sent[0].raw


def test_waits_grow_from_half_a_minute_to_an_hour(app: Flask) -> None:
    message_id, waits = put(FIRST), []
    for _ in range(9):
        make_due(message_id)
        before = database_now()
        deliver_due(an_office(app, Recorder(says=[Deferred("451 later")])), at_most=1)
        due_at = get(message_id).due_at
        assert due_at is not None
        waits.append(round((due_at - before) / timedelta(seconds=30)))

    assert waits == [1, 2, 4, 8, 16, 32, 64, 120, 120]


def test_after_72_hours_it_fails_with_an_alert(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    message_id = put(FIRST)
    with transaction():
        session.execute(update(Message).values(give_up_at=database_now() - timedelta(seconds=1)))

    deliver_due(an_office(app, Recorder(says=[Deferred("451 later")])), at_most=1)

    message = get(message_id)
    assert (message.state, message.reason) == (State.FAILED, "No server accepted it for 72 hours. 451 later")
    assert message.pseudonym in caplog.text
    assert "hugo@example.com" not in caplog.text


def test_after_five_failures_to_connect_the_outbox_pauses_and_burns_no_attempts(app: Flask) -> None:
    message_id, sender = put(FIRST), Recorder(says=[Unreachable("refused")] * 6)
    office = an_office(app, sender)

    paused = deliver_due(office, at_most=100)

    message = get(message_id)
    now = database_now()
    assert (paused.tries, message.tries, message.state) == (5, 0, State.QUEUED)
    assert paused.again_at is not None
    assert timedelta(seconds=50) < paused.again_at - now <= timedelta(seconds=60)
    assert deliver_due(office, at_most=100).tries == 0


def test_a_server_that_answers_again_ends_the_count(app: Flask) -> None:
    for number in range(3):
        put(FIRST, email=f"{number}@example.com")
    fours: list[NotSent | None] = [Unreachable("refused")] * 4
    sender = Recorder(says=[*fours, None, *fours])

    deliver_due(an_office(app, sender), at_most=100)

    assert len(sender.sent) == 3


def test_no_more_leave_in_a_second_than_the_rate_allows(at: datetime) -> None:
    gate, left = Gate(at), []
    for tenth in range(31):
        gate.now = at + timedelta(seconds=1) * tenth / 10
        while gate.is_open:
            gate.use_up_rate(3)
            left.append(tenth)

    assert left[:3] == [0, 0, 0]
    assert [len([each for each in left if 10 * second < each <= 10 * second + 10]) for second in range(3)] == [3, 3, 3]


def test_every_message_uses_the_rate_up(app: Flask) -> None:
    before = database_now()
    for number in range(5):
        put(FIRST, email=f"{number}@example.com")

    deliver_due(an_office(app, Recorder(), rate=1), at_most=1)

    outlet = session.get_one(Outlet, 1)
    assert outlet.free_at is not None
    assert outlet.free_at >= before + timedelta(seconds=1)


def test_stop_all_halts_delivery_and_go_lets_it_on(app: Flask) -> None:
    put(FIRST)
    sender = Recorder()
    office = an_office(app, sender)
    with transaction():
        stop_all(by="shell:ops", reason="wrong text", at=database_now())

    stopped = deliver_due(office, at_most=10)
    assert (stopped.tries, stopped.again_at, status().stopped_by) == (0, None, "shell:ops")
    with pytest.raises(AlreadySwitched), transaction():
        stop_all(by="shell:ops", reason="again", at=database_now())

    with transaction():
        let_go(by="shell:ops", reason="text put right", at=database_now())
    deliver_due(office, at_most=10)
    assert len(sender.sent) == 1
    assert {"mail.stopped", "mail.started"} <= set(actions())


class _StopsAfterOne(Recorder):
    """A sender during whose first message somebody presses the red switch."""

    def send(self, mail: object) -> None:
        with transaction():
            stop_all(by="shell:ops", reason="stop", at=database_now())


def test_the_switch_halts_a_running_delivery_within_one_message(app: Flask) -> None:
    for number in range(3):
        put(FIRST, email=f"{number}@example.com")

    assert deliver_due(an_office(app, _StopsAfterOne()), at_most=100).tries == 1


def test_a_lease_is_held_by_one_and_what_nobody_reported_is_taken_again_flagged(app: Flask) -> None:
    message_id = put(FIRST)
    office = an_office(app, Recorder())
    first = take_one(office)
    assert take_one(office) is None
    make_due(message_id)

    second = take_one(office)

    assert first is not None
    assert second is not None
    assert (first.fence, second.fence) == (1, 2)
    assert get(message_id).may_be_repeated
    assert outcomes(message_id) == [Outcome.LOST, None]


def test_whoever_lost_the_lease_changes_nothing_but_the_flag(app: Flask) -> None:
    message_id = put(FIRST)
    office = an_office(app, Recorder())
    late = take_one(office)
    make_due(message_id)
    take_one(office)
    assert late is not None

    with transaction():
        settle(late, Report(Outcome.REFUSED, "550", None), office.jitter, lock_gate())

    message = get(message_id)
    assert (message.state, message.fence) == (State.SENDING, 2)


def test_investors_are_not_written_to_unless_everyone_may_be(app: Flask) -> None:
    investor = put(FIRST, email="hugo@example.com")
    with transaction():
        now = database_now()
        staff = a_reader("Sam Support", "sam@portal.example")
        session.add(identity.StaffRole(person_id=staff.id, role=Role.SUPPORT, granted_at=now))
        put_for_staff = queue(content=CONFIRMED, person=staff, subject_key="b", version=0, at=now).id
        other = a_reader("Ida", "ida@example.com")
        rehearsal = queue(content=FIRST, person=other, subject_key="r", version=1, at=now, rehearsed_by=staff).id
    sender = Recorder()

    deliver_due(an_office(app, sender, mail_to=MailTo.STAFF), at_most=10)

    assert get(investor).state is State.SUPPRESSED
    assert get(investor).reason == "MAIL_TO is staff: investors may not be written to."
    assert {get(put_for_staff).state, get(rehearsal).state} == {State.SENT}
    assert {mail.to for mail in sender.sent} == {"sam@portal.example"}
    assert "notice.suppressed" in actions()


def test_nobody_means_nobody(app: Flask) -> None:
    message_id, sender = put(FIRST), Recorder()

    deliver_due(an_office(app, sender, mail_to=MailTo.NOBODY), at_most=10)

    assert (get(message_id).state, sender.sent) == (State.SUPPRESSED, [])


def test_a_sign_in_mail_whose_link_has_ended_is_dropped(app: Flask) -> None:
    message_id, sender = put(SIGN_IN), Recorder()
    with transaction():
        link = session.get_one(Message, message_id).link
        assert link is not None
        link.voided_at = database_now()

    deliver_due(an_office(app, sender), at_most=10)

    assert (get(message_id).state, sender.sent) == (State.SUPPRESSED, [])


def test_a_rehearsal_is_marked_dead_and_leaves_no_event(app: Flask) -> None:
    with transaction():
        now = database_now()
        investor, admin = a_reader(), a_reader("Ada Admin", "ada@portal.example")
        queue(content=REFUND, person=investor, subject_key="p", version=1, at=now, rehearsed_by=admin)
    sender = Recorder()

    deliver_due(an_office(app, sender), at_most=10)

    (mail,) = sender.sent
    assert mail.to == "ada@portal.example"
    assert mail.words.subject.startswith("[Rehearsal]")
    assert "https://portal.example/s/rehearsal" in mail.words.text
    assert "notice.sent" not in actions()


def test_a_message_that_cannot_be_written_does_not_hold_up_the_others(app: Flask) -> None:
    broken, sender = put(FIRST, email="a@example.com"), Recorder()
    put(FIRST, email="b@example.com")
    with transaction():
        session.execute(update(Message).where(Message.id == broken).values(context='{"unknown": 1}'))

    deliver_due(an_office(app, sender), at_most=10)

    assert [mail.to for mail in sender.sent] == ["b@example.com"]
    assert get(broken).state is State.DEFERRED


def test_nothing_waits_in_an_empty_outbox(app: Flask) -> None:
    done = deliver_due(an_office(app, Recorder()), at_most=10)

    assert (done.tries, done.again_at) == (0, None)
    assert set(status().counts.values()) == {0}


def test_a_message_of_a_key_that_was_thrown_away_is_dropped_with_its_reason(app: Flask) -> None:
    message_id = put(FIRST)
    with transaction():
        session.execute(update(identity.SignInLink).values(key_id="0123456789abcdef"))

    deliver_due(an_office(app, Recorder()), at_most=10)

    assert "secret key" in get(message_id).reason


def test_a_deferred_message_says_when_it_will_be_tried_again(app: Flask) -> None:
    message_id = put(FIRST)

    done = deliver_due(an_office(app, Recorder(says=[Deferred("451 later")])), at_most=10)

    assert done.again_at == get(message_id).due_at
