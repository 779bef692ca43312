"""Add-to-calendar links, parsed back to the entry they were made of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scheduling.calendar_links import Service, link_to
from app.scheduling.invites import Entry

STARTS = datetime(2027, 3, 16, 17, 0, tzinfo=UTC)
ENTRY = Entry(
    starts_at=STARTS,
    ends_at=STARTS + timedelta(minutes=30),
    title="Support call with Müller & Söhne + Co",
    text="We call the number ending 0199.\nhttps://portal.example/calls/7?x=1&y=2#z",
    place="Phone; 100%",
)


def parts(link: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(link).query, strict_parsing=True).items()}


def test_google_takes_the_entry_with_its_instants_in_utc() -> None:
    link = link_to(Service.GOOGLE, ENTRY)

    assert link.startswith("https://calendar.google.com/calendar/render?action=TEMPLATE&")
    assert "dates=20270316T170000Z%2F20270316T173000Z" in link
    assert parts(link) == {
        "action": "TEMPLATE",
        "text": ENTRY.title,
        "dates": "20270316T170000Z/20270316T173000Z",
        "details": ENTRY.text,
        "location": ENTRY.place,
    }


@pytest.mark.parametrize(
    ("service", "host"), [(Service.OUTLOOK, "outlook.live.com"), (Service.OFFICE365, "outlook.office.com")]
)
def test_outlook_takes_the_entry_with_its_instants_in_utc(service: Service, host: str) -> None:
    link = link_to(service, ENTRY)

    assert link.startswith(f"https://{host}/calendar/0/action/compose?path=%2Fcalendar%2Faction%2Fcompose&rru=addevent")
    assert "startdt=2027-03-16T17%3A00%3A00Z" in link
    assert parts(link) == {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "startdt": "2027-03-16T17:00:00Z",
        "enddt": "2027-03-16T17:30:00Z",
        "subject": ENTRY.title,
        "body": ENTRY.text,
        "location": ENTRY.place,
        "allday": "false",
    }


def test_spaces_are_percent_encoded_because_outlook_shows_a_plus_as_it_stands() -> None:
    for service in Service:
        assert "Support%20call" in link_to(service, ENTRY)
        assert "+" not in link_to(service, ENTRY)


def test_a_time_in_another_zone_becomes_the_same_instant() -> None:
    elsewhere = replace(ENTRY, starts_at=STARTS.astimezone(timezone(timedelta(hours=5, minutes=45))))

    assert [link_to(service, elsewhere) for service in Service] == [link_to(service, ENTRY) for service in Service]


@given(st.text(st.characters(codec="utf-8"), max_size=3000))
def test_every_link_is_under_two_thousand_characters_and_keeps_the_beginning(text: str) -> None:
    for service, name in ((Service.GOOGLE, "details"), (Service.OUTLOOK, "body")):
        link = link_to(service, replace(ENTRY, text=text))
        kept = parse_qs(urlsplit(link).query, keep_blank_values=True)[name][0]

        assert len(link) < 2_000
        assert text.startswith(kept)


def test_no_more_text_is_cut_than_the_limit_asks_for() -> None:
    assert len(link_to(Service.GOOGLE, replace(ENTRY, text="a" * 5_000))) == 1_999
    assert parts(link_to(Service.GOOGLE, replace(ENTRY, text="a" * 1_000)))["details"] == "a" * 1_000


def test_every_service_has_its_own_name() -> None:
    assert [service.label for service in Service] == ["Google Calendar", "Outlook.com", "Office 365"]
