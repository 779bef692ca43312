"""Invitations, read back by two independent readers: icalendar and vobject."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from app.scheduling import invites
from app.scheduling.invites import Entry, Invite, Mailbox

STARTS = datetime(2026, 12, 3, 19, 30, tzinfo=UTC)
ENTRY = Entry(
    starts_at=STARTS,
    ends_at=STARTS + timedelta(minutes=30),
    title="Support call with Example Platform",
    text="We will call you.\nhttps://portal.example/calls/7",
    place="Phone",
)
INVITE = Invite(
    entry=ENTRY,
    uid="0b7f2d5c@portal.example",
    sequence=0,
    stamped_at=datetime(2026, 11, 22, 15, 0, tzinfo=UTC),
    organizer=Mailbox("Example Support", "support@portal.example"),
    attendee=Mailbox("Grace Lindqvist", "grace@example.com"),
)
ALL = (invites.request, invites.cancellation, invites.publication)
HOSTILE = 'Ann, "the; \\one\\" ^n😀\r\nATTENDEE:mailto:evil@example.com\n\x85\u2028\x00:,;=' + "é" * 200


def read(text: str) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return event


def test_a_request_invites_the_person_who_has_already_accepted() -> None:
    text = invites.request(INVITE)
    event = read(text)
    seen = vobject.readOne(text)

    assert seen.method.value == "REQUEST"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("0b7f2d5c@portal.example", 0, "CONFIRMED")
    assert str(event["ATTENDEE"]) == seen.vevent.attendee.value == "mailto:grace@example.com"
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert event["ORGANIZER"] == "mailto:support@portal.example"
    assert (event["CLASS"], event["TRANSP"]) == ("PRIVATE", "OPAQUE")
    assert (event["ATTENDEE"].params["CUTYPE"], event["ATTENDEE"].params["ROLE"]) == ("INDIVIDUAL", "REQ-PARTICIPANT")
    assert event.stamp == INVITE.stamped_at


def test_both_readers_see_the_same_utc_instants_and_no_time_zone_is_needed() -> None:
    for write in ALL:
        text = write(INVITE)
        event, seen = read(text), vobject.readOne(text).vevent

        assert event.start == seen.dtstart.value == STARTS
        assert event.end == seen.dtend.value == STARTS + timedelta(minutes=30)
        assert "DTSTART:20261203T193000Z\r\n" in text
        assert "VTIMEZONE" not in text


def test_a_cancellation_says_so_twice_and_rings_no_alarm() -> None:
    text = invites.cancellation(replace(INVITE, sequence=1, stamped_at=STARTS))

    assert vobject.readOne(text).method.value == "CANCEL"
    assert read(text)["STATUS"] == "CANCELLED"
    assert read(text)["SEQUENCE"] == 1
    assert "VALARM" not in text
    assert str(read(text)["ATTENDEE"]) == "mailto:grace@example.com"


def test_a_publication_has_no_attendee() -> None:
    text = invites.publication(INVITE)

    assert vobject.readOne(text).method.value == "PUBLISH"
    assert "ATTENDEE" not in text


def test_a_publication_is_confirmed_and_says_who_calls() -> None:
    event = read(invites.publication(INVITE))

    assert event["STATUS"] == "CONFIRMED"
    assert event["ORGANIZER"] == "mailto:support@portal.example"


def test_every_object_begins_with_what_readers_demand() -> None:
    for write, method in zip(ALL, ("REQUEST", "CANCEL", "PUBLISH"), strict=True):
        head = write(INVITE).split("BEGIN:VEVENT")[0].split("\r\n")

        assert head == [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            f"PRODID:{invites.PRODUCT}",
            "CALSCALE:GREGORIAN",
            f"METHOD:{method}",
            "",
        ]


def test_calendars_show_names_and_no_sign_that_readers_mistake() -> None:
    named = replace(
        INVITE,
        organizer=Mailbox('The "Desk"', "support@portal.example"),
        attendee=Mailbox("Ann^n\ufeff Lee", "ann@example.com"),
    )

    assert [read(write(named))["ORGANIZER"].params["CN"] for write in ALL] == ["The 'Desk'"] * 3
    assert read(invites.request(named))["ATTENDEE"].params["CN"] == "Ann'n Lee"
    assert vobject.readOne(invites.request(named)).vevent.attendee.params["CN"] == ["Ann'n Lee"]


def test_control_characters_are_left_out_and_other_odd_ones_stay() -> None:
    odd = replace(INVITE, entry=replace(ENTRY, title="a\x00b\x1fc\u200dd\u00ade"))

    assert str(read(invites.request(odd))["SUMMARY"]) == "abc\u200dd\u00ade"


def test_the_same_invite_is_the_same_bytes() -> None:
    assert [write(INVITE) for write in ALL] == [write(INVITE) for write in ALL]


def test_hostile_text_adds_no_line_and_comes_back_whole() -> None:
    hostile = replace(
        INVITE,
        entry=replace(ENTRY, title=HOSTILE, text=f"{HOSTILE}\nsecond", place=HOSTILE),
        attendee=Mailbox(HOSTILE, "ann@example.com"),
    )
    for write in ALL:
        check_lines(write(hostile))
        event = read(write(hostile))
        assert str(event["SUMMARY"]) == str(event["LOCATION"])
        assert str(event["SUMMARY"]).startswith('Ann, "the; \\one\\" ^n😀 ATTENDEE:mailto:evil@example.com')
        assert str(event["DESCRIPTION"]).endswith("\nsecond")
        assert "evil" not in str(event.get("ATTENDEE", ""))


def check_lines(text: str) -> None:
    """CRLF only, at most 75 octets a line, every unfolded line a property of ours."""
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    names = {line.split(":")[0].split(";")[0] for line in text.replace("\r\n ", "").split("\r\n") if line}
    assert names <= (
        {"BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "SUMMARY", "DESCRIPTION", "LOCATION", "DTSTART"}
        | {"DTEND", "DTSTAMP", "UID", "SEQUENCE", "ORGANIZER", "ATTENDEE", "CLASS", "STATUS", "TRANSP"}
    )


words = st.text(st.characters(codec="utf-8"), max_size=120)


@settings(deadline=None)
@given(words, words, words, words)
def test_any_text_survives_both_readers(title: str, text: str, place: str, name: str) -> None:
    invite = replace(
        INVITE, entry=replace(ENTRY, title=title, text=text, place=place), attendee=Mailbox(name, "ann@example.com")
    )

    written = invites.request(invite)
    event, seen = read(written), vobject.readOne(written).vevent

    check_lines(written)
    assert str(event["SUMMARY"]) == seen.summary.value
    assert str(event["DESCRIPTION"]) == seen.description.value
    assert str(event["ATTENDEE"]) == seen.attendee.value == "mailto:ann@example.com"


def test_the_time_is_described_in_its_zone_with_the_offset_of_that_day() -> None:
    in_new_york = invites.describe_time(STARTS, STARTS + timedelta(minutes=30), "America/New_York")
    in_kathmandu = invites.describe_time(STARTS, STARTS + timedelta(minutes=30), "Asia/Kathmandu")

    assert in_new_york == "Thursday, December 3, 2026, 2:30 pm to 3:00 pm, New York time (UTC−05:00)"
    assert in_kathmandu == "Friday, December 4, 2026, 1:15 am to 1:45 am, Kathmandu time (UTC+05:45)"
