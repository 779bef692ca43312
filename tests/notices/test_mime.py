"""The bytes of a message: deterministic, short-lined, parsed back equal, and never more headers than meant."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notices.mime import Envelope, Invite, Outgoing, Words, ascii_address, message_id, seal

HEADERS = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "List-Id",
    "MIME-Version",
    "Content-Type",
]
ENVELOPE = Envelope(
    mail_from="Northgate Support <support@portal.example>",
    to="hugo@example.com",
    name="5f0c1b0e-0000-4000-8000-000000000001",
    made_at=datetime(2026, 11, 22, 15, 0, tzinfo=UTC),
    answers="5f0c1b0e-0000-4000-8000-000000000000",
    list_id="notices.portal.example",
)
INVITE = Invite("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Câll\r\nEND:VCALENDAR\r\n", "REQUEST")
one_line = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=300)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def parsed(outgoing: Outgoing) -> EmailMessage:
    message = message_from_bytes(outgoing.raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def test_the_headers_say_who_what_and_that_a_machine_wrote_it() -> None:
    message = parsed(seal(Words("Hello", "Text\n", "<p>Text</p>"), ENVELOPE))

    assert message.keys() == HEADERS
    assert message["From"] == message["Reply-To"] == "Northgate Support <support@portal.example>"
    assert message["Message-ID"] == "<ob-5f0c1b0e-0000-4000-8000-000000000001@portal.example>"
    assert message["In-Reply-To"] == "<ob-5f0c1b0e-0000-4000-8000-000000000000@portal.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == ENVELOPE.made_at


def test_the_same_facts_give_the_same_bytes() -> None:
    words = Words("Hello", "Text é\n", "<p>Text</p>")

    assert seal(words, ENVELOPE, INVITE) == seal(words, ENVELOPE, INVITE)
    assert seal(words, ENVELOPE).sha256 != seal(words, replace(ENVELOPE, name="other")).sha256


def test_an_invite_is_an_alternative_and_an_attachment() -> None:
    message = parsed(seal(Words("Hello", "Text\n", "<p>Text</p>"), ENVELOPE, INVITE))

    shape = [(part.get_content_type(), part.get_param("method"), part.get_filename()) for part in message.walk()]
    assert shape == [
        ("multipart/mixed", None, None),
        ("multipart/alternative", None, None),
        ("text/plain", None, None),
        ("text/html", None, None),
        ("text/calendar", "REQUEST", None),
        ("application/ics", None, "invite.ics"),
    ]
    (attached,) = message.iter_attachments()
    assert attached.get_content() == INVITE.ics.encode()
    calendar = list(message.walk())[4].get_payload(decode=True)
    assert calendar == INVITE.ics.encode()


@given(subject=one_line, text=any_text, html=any_text)
def test_any_words_come_back_equal_in_short_lines(subject: str, text: str, html: str) -> None:
    words = Words(" ".join(subject.split()) or "x", text.replace("\r", ""), html.replace("\r", ""))
    outgoing = seal(words, ENVELOPE, INVITE)

    message = parsed(outgoing)
    assert message.keys() == HEADERS
    assert max(len(line) for line in outgoing.raw.split(b"\r\n")) <= 78
    assert outgoing.raw.isascii()
    assert b"\n" not in outgoing.raw.replace(b"\r\n", b"")
    assert message["Subject"] == words.subject
    plain, html_part = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html_part is not None
    assert _lines(plain.get_content()) == _lines(words.text)
    assert _lines(html_part.get_content()) == _lines(words.html)


def _lines(text: str) -> str:
    """Mail has one kind of line end, and a text always ends with one."""
    return "\n".join(text.replace("\r\n", "\n").removesuffix("\n").split("\n"))


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_a_line_break_in_a_header_is_refused(line_end: str) -> None:
    attack = f"x{line_end}Bcc: thief@example.com"

    with pytest.raises(ValueError, match="no header may"):
        seal(Words(attack, "", ""), ENVELOPE)
    for bad in (replace(ENVELOPE, to=f"{attack}@example.com"), replace(ENVELOPE, list_id=attack)):
        with pytest.raises((ValueError, IndexError)):
            seal(Words("Hello", "", ""), bad)


def test_an_address_outside_ascii_is_written_where_it_can_be() -> None:
    assert ascii_address("anna@bücher.example") == "anna@xn--bcher-kva.example"
    with pytest.raises(ValueError, match="SMTPUTF8"):
        ascii_address("jürgen@example.com")
    with pytest.raises(ValueError, match="before or after an @"):
        ascii_address("nobody")


def test_the_message_id_is_of_the_senders_domain() -> None:
    assert message_id("a", "Support <support@portal.example>") == "<ob-a@portal.example>"
