"""`hostile`: texts made to break out of where they are put, in mail, calendars, spreadsheets and file names.

What must hold: no header that was not meant, no line over 78 characters (75 octets in a calendar), no cell that a
spreadsheet computes, and what is read back is what was written. A text may also be refused; then nothing is written.
"""

import csv
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from io import BytesIO, StringIO

from flask import Flask, send_file
from icalendar import Calendar
from werkzeug.http import parse_options_header

from app.core.csv_files import write_csv
from app.core.files import file_name
from app.notices.mime import Envelope, Words, seal
from app.notices.mime import Invite as Attached
from app.scheduling import invites
from faults.outcome import Tally

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PIECES = (
    "\r\nBcc: thief@example.com", "\nX-Evil: 1", "\r", "\n", "\r\n\r\n<script>", "\x00", "\x0b", "\x0c", "\x1b[31m",
    "\x85", "\u2028", "\u2029", "=cmd|' /C calc'!A0", "=1+1", "+SUM(A1)", "-2+3", "@A1", "\t=1", '"', "'", "''", ";",
    ",", ";=1+1", '",=1+1,"', "=?utf-8?q?Bcc:_x?=", "=?utf-8?b?DQo=?=", "END:VEVENT\r\nBEGIN:VEVENT", "\nATTENDEE:x",
    "\\n", "\\", ":", "\u202e", "\ufeff", "é", "株式会社", "👩‍🚀", "a" * 90, "word " * 20, "Ana O'Brien",
    "..", "/", "%0d%0a", "\ud7ff", "\uff1d1+1", " ", "🙂" * 30,
)  # fmt: skip
MEANT = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type")
CALENDAR_LINES = re.compile(
    r"(BEGIN|END|VERSION|PRODID|METHOD|CALSCALE|UID|SEQUENCE|DTSTAMP|DTSTART|DTEND|SUMMARY|DESCRIPTION|LOCATION|CLASS"
    r"|TRANSP|STATUS|ORGANIZER|ATTENDEE|CONFERENCE)[;:]"
)
COMPUTED = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
A_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
REFUSED, EQUAL = "refused", "read back equal"


def hostile_texts(count: int) -> Iterator[str]:
    """The same ones each time: every piece alone, then random joins of up to five."""
    numbers = random.Random(count)
    yield from PIECES[:count]
    for _ in range(count - len(PIECES)):
        yield "".join(numbers.choices(PIECES, k=numbers.randint(1, 5)))


def campaign(*, texts: int) -> Iterator[Tally]:
    """Every text in every place."""
    for what, put in PLACES.items():
        tally = Tally(what)
        for text in hostile_texts(texts):
            tally.rounds += 1
            seen = put(text)
            tally.seen[seen] += 1
            tally.slipped += seen not in (EQUAL, REFUSED)
        yield tally


def _put_in_subject(text: str) -> str:
    return _sealed(Words(text, "Hello", "<p>Hello</p>"))


def _put_in_text(text: str) -> str:
    return _sealed(Words("Hello", text, f"<p>{text}</p>"))


def _put_in_address(text: str) -> str:
    return _sealed(Words("Hello", "Hello", "<p>Hello</p>"), f"{text}@example.com")


def _sealed(words: Words, to: str = "ana@example.com") -> str:
    try:
        raw = seal(words, _envelope(to)).raw
    except ValueError:
        return REFUSED
    message = message_from_bytes(raw, policy=SMTP)
    if tuple(message.keys()) != MEANT:
        return "a header that was not meant"
    if any(len(line) > 78 for line in raw.decode().split("\r\n")) or re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        return "a long line or a bare line end"
    plain = message.get_body(("plain",))
    said = plain.get_content() if plain else ""
    is_equal = _lines(said) == _lines(words.text) and str(message["Subject"]).split() == words.subject.split()
    return EQUAL if is_equal and str(message["To"]) == to else "read back otherwise"


def _put_in_calendar(text: str) -> str:
    entry = invites.Entry(AT, AT + timedelta(minutes=30), title=text, text=f"Call\n{text}", place=text)
    mailbox = invites.Mailbox(text, "support@portal.example")
    ana = invites.Mailbox(text, "ana@example.com")
    invite = invites.Invite(entry, "a@portal.example", 0, AT, organizer=mailbox, attendee=ana)
    try:
        ics = invites.request(invite)
    except ValueError:
        return REFUSED
    if any(len(line.encode()) > 75 for line in ics.split("\r\n")) or re.search(r"(?<!\r)\n|\r(?!\n)", ics):
        return "a long line or a bare line end"
    if any(not CALENDAR_LINES.match(line) for line in ics.replace("\r\n ", "").split("\r\n") if line):
        return "a line that was not meant"
    events = Calendar.from_ical(ics).walk("VEVENT")
    attached = seal(Words("Hello", "Hello", "Hello"), _envelope(), Attached(ics, "REQUEST")).raw
    if len(events) != 1 or b"\r\nBcc:" in attached.split(b"\r\n\r\n")[0]:
        return "an event that was not meant"
    return EQUAL if str(events[0]["SUMMARY"]) == _shown(text) else "read back otherwise"


def _envelope(to: str = "ana@example.com") -> Envelope:
    name = "9b2f0c9e-6a4e-4f0e-8a57-0c2b8f1f2a11"
    return Envelope(mail_from="support@portal.example", to=to, name=name, made_at=AT)


def _put_in_cell(text: str) -> str:
    written = write_csv(["name", "amount"], [[text, "-1.50"], ["next", 7]]).decode()
    rows = list(csv.reader(StringIO(written, newline="")))
    if len(rows) != 3 or rows[2] != ["next", "7"]:
        return "a row that was not meant"
    cell = rows[1][0]
    if COMPUTED.match(cell) and not A_NUMBER.fullmatch(cell):
        return "a formula"
    return EQUAL if _unguarded(cell) == text else "read back otherwise"


def _unguarded(cell: str) -> str:
    """What a reader who knows of the apostrophe makes of a cell."""
    return cell[1:] if cell.startswith("'") and (COMPUTED.match(cell[1:]) or cell[1:].startswith("'")) else cell


def _put_in_file_name(text: str) -> str:
    name = file_name(text, "evidence")
    with Flask("names").test_request_context():
        answer = send_file(BytesIO(b""), mimetype="application/octet-stream", as_attachment=True, download_name=name)
    given = answer.headers.getlist("Content-Disposition")
    if len(given) != 1 or re.search(r"[\r\n\x00]", given[0]) or not given[0].startswith("attachment"):
        return "a header that was not meant"
    named = parse_options_header(given[0])[1].get("filename", "")
    is_plain = not re.search(r"[/\\\x00-\x1f\x7f]", named)
    return EQUAL if named == name and is_plain else "read back otherwise"


def _lines(text: str) -> list[str]:
    """The lines of a mail's text, however they end."""
    return text.rstrip("\r\n").splitlines()


def _shown(text: str) -> str:
    """A calendar's line: what cannot be shown is left out."""
    line = " ".join(text.splitlines())
    return "".join(each for each in line if unicodedata.category(each) != "Cc" and each != "\ufeff")


PLACES: Mapping[str, Callable[[str], str]] = {
    "subjects": _put_in_subject,
    "texts of mail": _put_in_text,
    "addresses": _put_in_address,
    "calendar texts and names": _put_in_calendar,
    "spreadsheet cells": _put_in_cell,
    "file names": _put_in_file_name,
}
