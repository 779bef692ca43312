"""Every mail of a random walk of booking, moving and cancelling, as two readers that are not ours see it."""

import email
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
import vobject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app import scheduling
from app.core.db import session, transaction
from app.notices import Envelope, Kind, Message, Words, seal
from app.notices.asked_for import Booking as BookingMail
from app.notices.encoding import decode
from app.notices.mime import Invite
from app.scheduling import Booking, BookingStatus, CannotMove, SlotTaken
from tests.peers import NoNode, run_node
from tests.scheduling.builders import AT, DESK, MONDAY_AT_NINE, a_call, an_agent, an_investor

HOSTILE_NAMES = [
    "Ann, Bob; \"the\" 'third'",
    "Zo\u00eb \U0001f600 O\u2019Neil",
    "Line\nbreak\r\nATTENDEE:mailto:evil@example.com",
    "\\n\\,\\;",
    "\u5c71\u7530 \u592a\u90ce" * 20,
    "a^b:c=d",
    "Grace Lindqvist",
]
steps = st.lists(st.one_of(st.integers(1, 14), st.just("cancel"), st.just("again")), min_size=1, max_size=6)


def walk(name: str, acts: Sequence[int | str]) -> list[tuple[Message, BookingMail]]:
    """The booking mails of one investor who books, then does each act: moves by half hours, cancels, books again."""
    agent = an_agent()
    person = an_investor(name=name)
    booking = a_call(person)
    for number, act in enumerate(acts, start=1):
        at = AT + timedelta(minutes=number)
        if act == "cancel" and booking.status is BookingStatus.BOOKED:
            scheduling.cancel(booking=booking, by=person, reason="", desk=DESK, at=at)
        elif act == "again" and booking.status is BookingStatus.CANCELLED:
            booking = a_call(person, at=at)
        elif isinstance(act, int):
            with suppress(SlotTaken, CannotMove):
                scheduling.move(
                    booking=booking,
                    slot_start=MONDAY_AT_NINE + act * timedelta(minutes=30),
                    zone="Asia/Kathmandu",
                    version_seen=booking.version,
                    by=agent,
                    desk=DESK,
                    at=at,
                )
    rows = session.scalars(select(Message).where(Message.person_id == person.id).order_by(Message.id))
    found = [(row, decode(Kind(row.kind), row.context)) for row in rows]
    return [(row, content) for row, content in found if isinstance(content, BookingMail)]


class _OverError(Exception):
    """Ends an example's transaction without a commit."""


@pytest.fixture
def read_by_node() -> Any:
    def read(texts: Sequence[str]) -> list[dict[str, Any]]:
        try:
            return cast(list[dict[str, Any]], json.loads(run_node("read_ics.mjs", stdin=json.dumps(list(texts)))))
        except NoNode as problem:
            if os.environ.get("REQUIRE_NODE"):
                raise
            pytest.skip(f"ical.js reads nothing: {problem}")

    return read


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(HOSTILE_NAMES), steps)
def test_every_mail_of_a_walk_is_valid_to_both_readers(
    app: object, read_by_node: Any, name: str, acts: list[int | str]
) -> None:
    with suppress(_OverError), transaction():
        mails = walk(name, acts)
        texts = [content.invite for _, content in mails]
        for text, (_, content), by_node in zip(texts, mails, read_by_node(texts), strict=True):
            _agree(text, content, by_node)
        _rise(texts)
        _leave_in_order([row for row, _ in mails])
        raise _OverError


def _agree(text: str, content: BookingMail, by_node: dict[str, Any]) -> None:
    """Both readers see what the mail says; METHOD, status and the parts that each method asks for."""
    calendar = vobject.readOne(text)
    seen = calendar.vevent
    is_off = content.method == "CANCEL"
    assert calendar.method.value == by_node["method"] == content.method
    assert seen.status.value == by_node["status"] == ("CANCELLED" if is_off else "CONFIRMED")
    assert seen.uid.value == by_node["uid"]
    assert int(seen.sequence.value) == by_node["sequence"]
    assert seen.dtstart.value == _moment(by_node["start"]) == content.starts_at
    assert seen.dtend.value == _moment(by_node["end"]) == content.ends_at
    assert seen.dtstamp.value == _moment(by_node["stamp"])
    assert seen.summary.value == by_node["summary"] == "Support call with Example Platform"
    assert seen.description.value == by_node["description"]
    assert seen.organizer.value == by_node["organizer"] == "mailto:support@portal.example"
    assert seen.attendee.value == by_node["attendee"]
    assert "evil" not in by_node["attendee"]
    assert (by_node["alarms"], by_node["zones"]) == (0, 0)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    _is_one_mail(content)


def _is_one_mail(content: BookingMail) -> None:
    """MIME: mixed{alternative{plain, html, calendar}, invite.ics}, and `method=` as in the object."""
    envelope = Envelope(mail_from="Support <support@portal.example>", to="a@example.com", name="x", made_at=AT)
    raw = seal(Words("s", "t", "<p>h</p>"), envelope, Invite(content.invite, content.method)).raw
    mail = email.message_from_bytes(raw, policy=default)
    calendar, attached = [part for part in mail.walk() if part.get_content_subtype() in ("calendar", "ics")]
    assert (mail.get_content_type(), calendar.get_content_type()) == ("multipart/mixed", "text/calendar")
    assert calendar.get_param("method") == content.method
    assert attached.get_filename() == "invite.ics"
    assert attached.get_content() == content.invite.encode()
    assert calendar.get_content().splitlines() == content.invite.splitlines()


def _rise(texts: Sequence[str]) -> None:
    """In each booking SEQUENCE counts up from 0 and DTSTAMP rises; each booking has a UID of its own."""
    by_uid: dict[str, list[tuple[int, datetime]]] = {}
    for text in texts:
        seen = vobject.readOne(text).vevent
        by_uid.setdefault(seen.uid.value, []).append((int(seen.sequence.value), seen.dtstamp.value))
    for versions in by_uid.values():
        assert [sequence for sequence, _ in versions] == list(range(len(versions)))
        stamps = [stamp for _, stamp in versions]
        assert stamps == sorted(set(stamps))


def _leave_in_order(rows: Sequence[Message]) -> None:
    """The outbox lets messages of one subject leave in the order they were queued."""
    for row in rows:
        same = [each for each in rows if each.subject_key == row.subject_key]
        assert [each.version for each in same] == sorted(each.version for each in same)
        assert [each.queued_at for each in same] == sorted(each.queued_at for each in same)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def test_a_copy_for_a_calendar_is_read_alike_by_both(app: object, read_by_node: Any, tmp_path: Path) -> None:
    with suppress(_OverError), transaction():
        an_agent()
        booking: Booking = a_call(an_investor(name=HOSTILE_NAMES[2]))
        text = scheduling.publication(scheduling.invite_of(booking, DESK))
        (by_node,) = read_by_node([text])
        seen = vobject.readOne(text)
        assert seen.method.value == by_node["method"] == "PUBLISH"
        assert by_node["attendee"] is None
        assert seen.vevent.dtstart.value == _moment(by_node["start"]) == booking.starts_at
        raise _OverError
