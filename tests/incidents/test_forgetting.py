"""What was written about a closed incident is kept as long as two people said, then legal has it forgotten."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import audit, notices
from app.core.db import session, transaction
from app.identity import Person
from app.incidents import Incident, IncidentState, closing, erasing, unreached
from app.incidents.closing import Closing
from app.notices import CannotForget, Letter, LetterCause, LetterState, Message, State
from tests.incidents.builders import Staff, accept_all, an_incident, the_staff

pytestmark = pytest.mark.both_databases
UNTIL = date(2033, 12, 31)
ON_THE_LAST_DAY = datetime.fromisoformat("2033-12-31T23:00:00-05:00")
AFTER = ON_THE_LAST_DAY + timedelta(hours=2)


@pytest.fixture
def staff(app: Flask) -> Staff:
    with transaction():
        return the_staff()


@pytest.fixture
def closed(staff: Staff, at: datetime) -> Closing:
    """The mail server accepted every notice, one also went by post, and the incident is closed."""
    with transaction():
        incident = an_incident(staff, at=at, stage="published")
        accept_all(at)
        message = message_to("grace@example.com")
        session.execute(update(Message).values(text="Grace, we owe you money.", sha256=b"\1" * 32))
        notices.queue_letter(message=message, cause=LetterCause.NOT_SEEN, by=staff.admin, at=at)
        incident.state = IncidentState.CLOSED
        made = Closing(incident_id=incident.id, archive_sha256="a" * 64, facts_sha256="b" * 64, note="Done.")
        made.asked_by, made.asked_at, made.closed_by, made.closed_at = staff.admin, at, staff.legal, at
        made.mail_until = UNTIL
        session.add(made)
    return made


def message_to(email: str) -> Message:
    hers = select(Message).join(Message.person).where(Person.email == email).order_by(Message.id.desc()).limit(1)
    return session.scalars(hers).one()


def forget(closed: Closing, by: Person, at: datetime = AFTER, reason: str = "Its time is over.") -> list[str]:
    removed: list[str] = []
    with transaction():
        closing.forget_mail(closing=closed, reason=reason, remove=removed.append, by=by, at=at)
    return removed


def test_words_figures_and_addresses_go_and_the_proof_stays(closed: Closing, staff: Staff) -> None:
    before = message_to("grace@example.com")
    number, subject, sha256 = before.notice_number, before.subject, before.sha256

    forget(closed, staff.legal)

    message, letter = message_to("grace@example.com"), session.scalars(select(Letter)).one()
    assert message.is_forgotten
    assert (message.text, message.context) == (None, "")
    assert (message.notice_number, message.subject, message.sha256) == (number, subject, sha256)
    assert (letter.postal_address, letter.state) == ("(forgotten)", LetterState.WITHDRAWN)
    assert session.scalars(select(Message).where(~Message.is_forgotten)).all() == []
    said: Mapping[str, object] = audit.list_events(action="mail.forgotten")[0].event.said
    assert said["reason"] == "Its time is over."
    assert said["messages"] == len(session.scalars(select(Message)).all())
    assert said["letters"] == 1


def test_the_file_of_every_printed_batch_is_removed(closed: Closing, staff: Staff, at: datetime) -> None:
    with transaction():
        batch = notices.LetterBatch(incident_reference="INC-2026-001", window="us-10", sha256="c" * 64, made_at=at)
        session.add(batch)
        letter = session.scalars(select(Letter)).one()
        letter.batch, letter.state = batch, LetterState.POSTED

    assert forget(closed, staff.legal) == ["c" * 64]
    assert batch.is_forgotten
    assert letter.state is LetterState.POSTED, "that it went by post stays"


def test_nobody_counts_as_not_reached_by_what_was_forgotten(closed: Closing, staff: Staff) -> None:
    incident: Incident = closed.incident
    with transaction():
        session.execute(update(Message).values(state=State.BOUNCED))
    assert unreached.list_unreached(incident, at=AFTER)

    forget(closed, staff.legal)

    assert not unreached.list_unreached(incident, at=AFTER), "nothing is left that could be sent to them again"


def test_it_is_kept_through_the_last_day_in_the_incidents_zone(closed: Closing, staff: Staff) -> None:
    with pytest.raises(CannotForget, match="kept until December 31, 2033"):
        forget(closed, staff.legal, at=ON_THE_LAST_DAY)

    assert not message_to("grace@example.com").is_forgotten


def test_only_legal_forgets_and_says_why(closed: Closing, staff: Staff) -> None:
    with pytest.raises(CannotForget, match="Only somebody of legal"):
        forget(closed, staff.admin)
    with pytest.raises(CannotForget, match="Write why"):
        forget(closed, staff.legal, reason=" ")

    assert not message_to("grace@example.com").is_forgotten


def test_a_legal_hold_keeps_it(closed: Closing, staff: Staff) -> None:
    with transaction():
        hold = erasing.place_hold(incident=closed.incident, reason="A lawsuit.", by=staff.legal, at=AFTER)
    with pytest.raises(CannotForget, match="under a legal hold"):
        forget(closed, staff.legal)

    with transaction():
        erasing.lift_hold(hold=hold, by=staff.legal, at=AFTER)
    forget(closed, staff.legal)

    assert message_to("grace@example.com").is_forgotten


def test_what_is_still_to_leave_is_not_forgotten(closed: Closing, staff: Staff) -> None:
    with transaction():
        waiting = message_to("grace@example.com")
        waiting.state, waiting.due_at = State.QUEUED, AFTER

    with pytest.raises(CannotForget, match="1 of its messages did not leave yet"):
        forget(closed, staff.legal)

    assert not message_to("hugo@example.com").is_forgotten, "all of it, or nothing"


def test_it_is_forgotten_once(closed: Closing, staff: Staff) -> None:
    forget(closed, staff.legal)

    with pytest.raises(CannotForget, match="forgotten before"):
        forget(closed, staff.legal)


def test_an_open_incident_keeps_its_mail(closed: Closing, staff: Staff) -> None:
    with transaction():
        closed.closed_by_id, closed.closed_at = None, None

    with pytest.raises(CannotForget, match="was not closed with a day"):
        forget(closed, staff.legal)
