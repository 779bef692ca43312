"""First notice and update: bound by legal, leaving in batches, and never called told when nobody was."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from app import incidents
from app.core.db import session
from app.incidents import CannotTell, FirstNotice, Incident, NoticeState, Topic, Update, leaving
from app.notices import Kind, Message, State, SuppressionCause, suppression
from app.settings import MailTo
from app.web.admin.texts import notice_texts
from tests.incidents.builders import Staff, accept_all, an_incident, go_live, leave, the_staff


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def approved_first(incident: Incident, staff: Staff, at: datetime) -> FirstNotice:
    promised_on = at.date() + timedelta(days=12)
    notice = incidents.propose_first_notice(
        incident=incident, promised_on=promised_on, texts=notice_texts(), by=staff.admin, at=at
    )
    incidents.approve_notice(notice=notice, digest_seen=notice.digest, by=staff.legal, note="True.", at=at)
    go_live(incident, staff, at)
    return notice


def an_update(incident: Incident, staff: Staff, at: datetime, *, days: int = 26, left: str = "Two averages") -> Update:
    promised_on = at.date() + timedelta(days=days)
    return incidents.propose_update(
        incident=incident, left_to_do=left, promised_on=promised_on, texts=notice_texts(), by=staff.admin, at=at
    )


def send(notice: FirstNotice | Update, staff: Staff, at: datetime, mail_to: MailTo = MailTo.EVERYONE) -> None:
    incidents.send(notice=notice, texts=notice_texts(), mail_to=mail_to, by=staff.admin, at=at)


def messages(kind: Kind) -> int:
    return session.scalar(select(func.count()).where(Message.kind == kind)) or 0


@pytest.mark.parametrize("mail_to", [MailTo.STAFF, MailTo.NOBODY])
def test_where_messages_would_be_held_back_nobody_counts_as_told(staff: Staff, at: datetime, mail_to: MailTo) -> None:
    incident = an_incident(staff, at=at, stage="contained")
    notice = approved_first(incident, staff, at)

    with pytest.raises(CannotTell, match=f"MAIL_TO is {mail_to}, so every message"):
        send(notice, staff, at, mail_to)

    assert (notice.state, incident.state, messages(Kind.FIRST)) == ("approved", "contained", 0)


def test_it_leaves_batch_by_batch_and_counts_as_told_after_the_last(
    staff: Staff, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "BATCH", 4)
    incident = an_incident(staff, at=at, stage="contained")
    notice = approved_first(incident, staff, at)
    send(notice, staff, at)

    first = incidents.send_batch(notice=notice, at=at), notice.state, incidents.send_batch(notice=notice, at=at)
    accept_all(at)
    incidents.move_notice(notice=notice, to=NoticeState.SENDING, by=staff.admin, at=at)
    told = [(incidents.send_batch(notice=notice, at=at), incident.state, messages(Kind.FIRST)) for _ in range(3)]

    assert first == (5, "waiting", 0)
    assert told == [(4, "contained", 9), (2, "told", 11), (0, "told", 11)]
    assert incident.promised_on == notice.promised_on


def test_nobody_continues_before_the_mail_server_accepted_the_first_five(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="contained")
    notice = approved_first(incident, staff, at)
    send(notice, staff, at)
    incidents.send_batch(notice=notice, at=at)

    def go_on() -> None:
        incidents.move_notice(notice=notice, to=NoticeState.SENDING, by=staff.admin, at=at)

    with pytest.raises(CannotTell, match="5 of the first messages are not accepted"):
        go_on()
    session.execute(update(Message).values(state=State.FAILED, due_at=None))
    with pytest.raises(CannotTell, match="None of the first messages was accepted"):
        go_on()
    assert (notice.state, incident.state, messages(Kind.FIRST)) == ("waiting", "contained", 5)


def test_who_was_told_stays_told_when_it_is_stopped_and_the_rest_are_told_when_it_goes_on(
    staff: Staff, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "BATCH", 1)
    incident = an_incident(staff, at=at, stage="contained")
    notice = approved_first(incident, staff, at)
    send(notice, staff, at)
    incidents.send_batch(notice=notice, at=at)
    accept_all(at)

    for to, told in (("sending", 6), ("paused", 6), ("sending", 7), ("stopped", 7), ("sending", 8)):
        incidents.move_notice(notice=notice, to=NoticeState(to), by=staff.admin, at=at)
        incidents.send_batch(notice=notice, at=at)
        assert (notice.state, messages(Kind.FIRST)) == (to, told)
    with pytest.raises(CannotTell, match="sent already, or is leaving"):
        approved_first(incident, staff, at)
    while incidents.send_batch(notice=notice, at=at):
        pass

    people = session.scalars(select(Message.person_id)).all()
    assert (len(people), len(set(people)), notice.state) == (11, 11, "sent")


def test_messages_that_were_held_back_after_all_are_said_and_can_be_let_go(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="told")
    notice = incident.first_notices[-1]
    session.execute(update(Message).values(state=State.SUPPRESSED, due_at=None))

    def says() -> str:
        overview = incidents.get_overview(incident, texts=notice_texts(), on=at.date())
        return next(row.says for row in overview.rows if row.topic is Topic.FIRST_NOTICE)

    assert "held back, so nobody was told" in says()
    with pytest.raises(CannotTell, match="MAIL_TO is staff"):
        incidents.release_held_back(about=notice, mail_to=MailTo.STAFF, by=staff.admin, at=at)
    assert incidents.release_held_back(about=notice, mail_to=MailTo.EVERYONE, by=staff.admin, at=at) == 11
    assert says() == "Sent to 11 people."


def test_what_waits_for_an_address_that_is_not_written_to_is_not_let_go(staff: Staff, at: datetime) -> None:
    notice = an_incident(staff, at=at, stage="told").first_notices[-1]
    session.execute(update(Message).values(state=State.SUPPRESSED, due_at=None))
    bounced = session.scalars(select(Message)).first()
    assert bounced is not None
    suppression.suppress(message=bounced, cause=SuppressionCause.BOUNCED, says="5.1.1", by="system:worker", at=at)

    assert incidents.count_held_back(notice) == 10
    assert incidents.release_held_back(about=notice, mail_to=MailTo.EVERYONE, by=staff.admin, at=at) == 10
    assert (bounced.state, incidents.count_held_back(notice)) == (State.SUPPRESSED, 0)


def test_an_update_replaces_the_promised_date_once_it_left(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="told")
    was = incident.promised_on
    notice = an_update(incident, staff, at)
    incidents.approve_notice(notice=notice, digest_seen=notice.digest, by=staff.legal, note="True.", at=at)
    assert incident.promised_on == was

    send(notice, staff, at)
    leave(notice, at)

    assert (notice.state, notice.left_to_do, notice.was_promised_on) == ("sent", "Two averages.", was)
    assert incident.promised_on == at.date() + timedelta(days=26)
    assert messages(Kind.UPDATE) == 11
    assert incident.state == "told"


def test_an_update_needs_a_promise_a_later_date_a_sentence_and_figures_still_to_come(
    staff: Staff, at: datetime
) -> None:
    incident = an_incident(staff, at=at, stage="contained")
    with pytest.raises(CannotTell, match="the first notice comes first"):
        an_update(incident, staff, at)
    incident.promised_on = at.date() + timedelta(days=12)
    session.flush()

    with pytest.raises(CannotTell, match="comes after the one"):
        an_update(incident, staff, at, days=12)
    with pytest.raises(CannotTell, match="in one sentence"):
        an_update(incident, staff, at, left=" ")


def test_nothing_is_updated_once_figures_are_published(staff: Staff, at: datetime) -> None:
    with pytest.raises(CannotTell, match="nothing to wait for"):
        an_update(an_incident(staff, at=at, stage="published"), staff, at)


def test_one_word_or_one_day_more_is_another_digest_and_voids_the_update(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="told")
    first = an_update(incident, staff, at)
    incidents.approve_notice(notice=first, digest_seen=first.digest, by=staff.legal, note="True.", at=at)

    second = an_update(incident, staff, at, left="Three averages")
    third = an_update(incident, staff, at, days=27, left="Three averages")

    assert len({first.digest, second.digest, third.digest}) == 3
    assert (first.state, second.state) == ("void", "void")
    with pytest.raises(CannotTell, match="void"):
        send(first, staff, at)


def test_changed_words_are_not_sent(staff: Staff, at: datetime) -> None:
    notice = approved_first(an_incident(staff, at=at, stage="contained"), staff, at)

    with pytest.raises(CannotTell, match="changed after legal approved it"):
        incidents.send(notice=notice, texts={"other": "words"}, mail_to=MailTo.EVERYONE, by=staff.admin, at=at)
