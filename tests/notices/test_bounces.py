"""What comes back: each report marks its message once, and nothing else marks anything."""

from contextlib import suppress
from datetime import datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app import audit, notices
from app.core.db import session, transaction
from app.notices import (
    Bounce,
    CannotLift,
    Message,
    NoReport,
    Refused,
    State,
    Suppression,
    Verdict,
    deliver_due,
    find_suppression,
    lift,
    take_report,
)
from app.notices.bounce_reports import Action, read_report
from app.notices.verp import find_return_paths, is_genuine, return_path
from tests.identity.builders import a_member_of_staff
from tests.notices.builders import Recorder, a_link, a_reader, an_office
from tests.notices.contents import FIRST, REFUND
from tests.notices.returned import a_report

KEY, OTHER = b"k" * 32, b"o" * 32
NAME = "5f0c1b0e-0000-4000-8000-00000000abcd"


def sent(app: Flask, at: datetime, *, key: str = "first", is_rehearsal: bool = False) -> tuple[int, str]:
    """One delivered first notice: its id, and the envelope's sender that the mail server saw."""
    with transaction():
        person = notices.list_messages()[0].person if notices.list_messages() else a_reader()
        rehearsed_by = a_reader("Ada Admin", "ada@portal.example") if is_rehearsal else None
        link = a_link(person, at)
        message = notices.queue(
            content=FIRST, person=person, subject_key=key, version=1, at=at, link=link, rehearsed_by=rehearsed_by
        )
        message_id = message.id
    sender = Recorder()
    deliver_due(an_office(app, sender), at_most=9)
    session.rollback()
    return message_id, sender.sent[-1].envelope_from


def take(raw: bytes, at: datetime) -> notices.Taken:
    with transaction():
        return take_report(raw=raw, by="shell:root", at=at)


def get(message_id: int) -> Message:
    session.rollback()
    return session.get_one(Message, message_id)


@pytest.mark.both_databases
def test_a_bounce_marks_its_message_and_its_address_is_written_to_no_more(app: Flask, at: datetime) -> None:
    message_id, path = sent(app, at)
    assert path.startswith("bounce+")
    assert path.endswith("@portal.example")

    found = take(a_report(path), at)

    message = get(message_id)
    assert (found.verdict, found.status) == (Verdict.BOUNCED, "5.1.1")
    assert (message.state, message.reason) == (State.BOUNCED, "smtp; 550 5.1.1 no such user")
    assert find_suppression("hugo@example.com") is not None
    (logged,) = audit.list_events(action="notice.bounced")
    assert logged.event.said["notice_number"] == message.notice_number
    assert len(audit.list_events(action="address.suppressed")) == 1


def test_the_next_message_to_that_address_stays_here_and_says_why(app: Flask, at: datetime) -> None:
    _, path = sent(app, at)
    take(a_report(path), at)
    with transaction():
        person = notices.list_messages()[0].person
        link = a_link(person, at)
        second = notices.queue(content=REFUND, person=person, subject_key="p", version=1, at=at, link=link).id
    sender = Recorder()

    deliver_due(an_office(app, sender), at_most=9)

    assert sender.sent == []
    assert get(second).state is State.SUPPRESSED
    assert "mail to it came back" in get(second).reason


def test_the_same_report_counts_once_and_so_does_a_second_one(app: Flask, at: datetime) -> None:
    _, path = sent(app, at)
    take(a_report(path), at)

    again = [take(a_report(path), at), take(a_report(path, status="5.7.1"), at)]

    assert [each.verdict for each in again] == [Verdict.KNOWN, Verdict.KNOWN]
    assert session.query(Bounce).count() == session.query(Suppression).count() == 1
    assert len(audit.list_events(action="notice.bounced")) == 1


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_only_late_or_arrived_is_no_bounce(app: Flask, at: datetime, action: str) -> None:
    message_id, path = sent(app, at)

    found = take(a_report(path, action=action, status="4.4.1"), at)

    assert (found.verdict, found.action) == (Verdict.NO_BOUNCE, Action(action))
    assert get(message_id).state is State.SENT
    assert find_suppression("hugo@example.com") is None


def test_a_forged_return_path_marks_nothing(app: Flask, at: datetime) -> None:
    message_id, path = sent(app, at)
    name, _, rest = path.partition(".")
    letter = "b" if rest[0] == "a" else "a"

    with pytest.raises(NoReport, match="forged"):
        take(a_report(f"{name}.{letter}{rest[1:]}"), at)

    assert get(message_id).state is State.SENT


def test_a_report_to_two_of_our_return_paths_names_no_message(app: Flask, at: datetime) -> None:
    paths = [sent(app, at, key=key)[1] for key in ("one", "two")]

    with pytest.raises(NoReport, match="several return paths"):
        take(a_report(", ".join(paths)), at)


def test_a_bounced_rehearsal_is_marked_and_nothing_else_happens(app: Flask, at: datetime) -> None:
    message_id, path = sent(app, at, is_rehearsal=True)

    take(a_report(path), at)

    assert get(message_id).state is State.BOUNCED
    assert find_suppression("ada@portal.example") is None
    assert audit.list_events(action="notice.bounced") == []


def test_a_return_path_is_read_in_any_case_and_its_key_may_be_an_older_one() -> None:
    path = return_path(message=NAME, domain="portal.example", key=KEY)

    ((message, seal),) = find_return_paths(f'"Bounces" <{path.upper()}>')

    assert message == NAME
    assert is_genuine(message, seal, [OTHER, KEY])
    assert not is_genuine(message, seal, [OTHER])
    assert len(path.partition("@")[0]) <= 64


A_STATUS = (
    b"To: %s\r\nContent-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
)
NO_REPORTS = {
    "an answer from a person": (b"To: %s\r\nSubject: Re: hello\r\n\r\nI am away.\r\n", "no report about a delivery"),
    "nothing": (b"", "no report"),
    "bytes": (bytes(range(256)) * 20, "no report"),
    "a type that lies": (A_STATUS + b"not: fields\r\n--x--\r\n", "no report"),
    "an action that is none": (
        A_STATUS + b"Action: exploded\r\n--x--\r\n",
        "says nothing about what became",
    ),
    "no end": (A_STATUS, "no report"),
}


@pytest.mark.parametrize(("raw", "says"), NO_REPORTS.values(), ids=NO_REPORTS)
def test_what_is_no_report_is_refused_in_one_line(app: Flask, at: datetime, raw: bytes, says: str) -> None:
    message_id, path = sent(app, at)

    with pytest.raises(NoReport, match=says) as refusal:
        take(raw.replace(b"%s", path.encode()), at)

    assert "\n" not in str(refusal.value)
    assert get(message_id).state is State.SENT


def test_a_report_to_nobody_of_ours_and_a_huge_or_deep_one_are_refused() -> None:
    with pytest.raises(NoReport, match="no message"):
        read_report(a_report("support@portal.example"))
    with pytest.raises(NoReport, match="larger than"):
        read_report(b"x" * 10_000_001)
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    with pytest.raises(NoReport):
        read_report(deep)


def test_a_report_about_an_address_in_other_letters_is_read(app: Flask, at: datetime) -> None:
    message_id, path = sent(app, at)
    raw = a_report(path).replace(b"message/delivery-status", b"message/global-delivery-status")

    take(raw.replace(b"no such user", "kein Gr\u00fc\u00df".encode()), at)

    assert get(message_id).reason == "smtp; 550 5.1.1 kein Gr\u00fc\u00df"


def test_the_words_of_a_report_become_one_line_without_control_characters(app: Flask, at: datetime) -> None:
    message_id, path = sent(app, at)
    raw = a_report(path, says="smtp; 550 SAID").replace(b"SAID", b"\x1b[31m\x00no\r\n  such\xff user " + b"x" * 900)

    take(raw, at)

    reason = get(message_id).reason
    assert reason.startswith("smtp; 550 [31m no such")
    assert len(reason) == 300
    assert reason.isprintable()


@given(st.binary(max_size=2000), st.sampled_from([b"", b"To: ", b"Content-Type: message/delivery-status\n\nAction: "]))
def test_whatever_comes_back_is_read_or_refused(raw: bytes, start: bytes) -> None:
    with suppress(NoReport):
        assert read_report(start + raw).return_paths


@pytest.mark.parametrize(("reply", "is_suppressed"), [("550 5.1.1 no such user", True), ("550 5.7.1 spam", False)])
def test_an_address_that_is_refused_at_once_is_written_to_no_more(
    app: Flask, at: datetime, reply: str, *, is_suppressed: bool
) -> None:
    with transaction():
        person = a_reader()
        notices.queue(content=FIRST, person=person, subject_key="k", version=1, at=at, link=a_link(person, at))

    deliver_due(an_office(app, Recorder(says=[Refused(reply)])), at_most=9)

    session.rollback()
    assert (find_suppression("hugo@example.com") is not None) == is_suppressed


def test_an_address_is_written_to_again_once_somebody_says_why(app: Flask, at: datetime) -> None:
    _, path = sent(app, at)
    take(a_report(path), at)
    with transaction():
        staff = a_member_of_staff()
        found = find_suppression("hugo@example.com")
        assert found is not None
        with pytest.raises(CannotLift, match="why"):
            lift(suppression=found, reason="  ", by=staff, at=at)
        lift(suppression=found, reason="Hugo called: the mailbox was full.", by=staff, at=at)
        with pytest.raises(CannotLift, match="already"):
            lift(suppression=found, reason="Again.", by=staff, at=at)

    message_id, path = sent(app, at, key="second")

    assert get(message_id).state is State.SENT
    (logged,) = audit.list_events(action="address.released")
    assert logged.event.said == {"reason": "Hugo called: the mailbox was full."}
    take(a_report(path), at)
    assert session.query(Suppression).count() == 2


@pytest.mark.parametrize("address", ["grüße@example.com", "hugo", "@example.com"])
def test_an_address_that_cannot_be_written_waits_for_nobody(app: Flask, at: datetime, address: str) -> None:
    with transaction():
        person = a_reader(email=address)
        message_id = notices.queue(
            content=FIRST, person=person, subject_key="k", version=1, at=at, link=a_link(person, at)
        ).id

    deliver_due(an_office(app, Recorder()), at_most=9)

    assert get(message_id).state is State.SUPPRESSED
    assert "cannot be written to" in get(message_id).reason


@pytest.mark.parametrize(
    "address", ['"o\'brien, \\"hugo\\" @home"@example.com', "hugo@bücher.example", "o'brien@example.com"]
)
def test_quotes_and_a_domain_in_other_letters_are_written_and_named_in_one_header(
    app: Flask, at: datetime, address: str
) -> None:
    with transaction():
        person = a_reader(email=address)
        notices.queue(content=FIRST, person=person, subject_key="k", version=1, at=at, link=a_link(person, at))
    sender = Recorder()

    deliver_due(an_office(app, sender), at_most=9)

    (mail,) = sender.sent
    head = mail.raw.partition(b"\r\n\r\n")[0].decode()
    assert head.count("\r\nTo: ") == 1
    assert mail.to.isascii()
