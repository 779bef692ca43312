"""Letters: the words of the notice without its ways in, in the window, the same bytes for the same state."""

import io
import re
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pypdf
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app import audit, notices
from app.core import jobs
from app.core.db import session, transaction
from app.identity import Person
from app.notices import (
    CannotPost,
    CannotPrint,
    Content,
    Letter,
    LetterCause,
    LetterState,
    Stationery,
    check_number,
    letter_page,
    print_letters,
    queue_letter,
)
from app.notices.letters import address_lines
from app.settings import LetterWindow
from app.worker.works import WORKS
from tests.identity.builders import a_member_of_staff
from tests.notices.builders import Recorder, a_link, a_reader, an_office
from tests.notices.contents import FIRST, REFUND, REMINDER
from tests.notices.test_words import NOTICES
from tests.papers import needs_pango

US, DIN = (Stationery(window, "portal.example/audit/1+12345678+KEY") for window in LetterWindow)
ADDRESS = "17 Example Street\nSpringfield\nUnited States"


def a_letter(
    at: datetime, content: Content = REFUND, *, address: str | None = ADDRESS, key: str = "k"
) -> Letter | None:
    """Queued in place of a message to Hugo. Callers own the transaction."""
    person = session.query(Person).filter_by(email="hugo@example.com").one_or_none() or a_reader()
    person.postal_address = address
    message = notices.queue(content=content, person=person, subject_key=key, version=1, at=at, link=a_link(person, at))
    return queue_letter(message=message, cause=LetterCause.NOT_DELIVERED, by="shell:root", at=at)


def a_queued_letter(at: datetime, content: Content = REFUND, *, key: str = "k") -> Letter:
    letter = a_letter(at, content, key=key)
    assert letter is not None
    return letter


def words_on(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.parametrize("content", NOTICES.values(), ids=NOTICES)
def test_a_letter_says_what_the_notice_says_without_link_and_code(
    app: Flask, tx: None, at: datetime, content: Content
) -> None:
    letter = a_queued_letter(at, content)

    page = letter_page(letter, office=an_office(app, Recorder()), stationery=US)

    words = words_on(page)
    assert "/s/" not in page
    assert "482 913" not in words
    assert "reply to this" not in words
    for fact in (letter.notice_number, "Type portal.example into your browser", "Hugo Martins", "17 Example Street"):
        assert fact in words
    assert re.findall(r"iban|swift|routing|pay to:", words.lower()) == []
    assert "allocation" in words


def test_a_letter_has_a_number_of_its_own_that_can_be_checked_once_printed(app: Flask, tx: None, at: datetime) -> None:
    letter = a_queued_letter(at)
    assert letter.notice_number != letter.message.notice_number
    assert check_number(number=letter.notice_number, client="c", at=at) is None

    batch = notices.LetterBatch(incident_reference="INC-2026-003", window="us-10", sha256="0" * 64, made_at=at)
    letter.batch, letter.state, letter.subject = batch, LetterState.PRINTED, "Your corrected figures (INC-2026-003)"
    session.flush()

    found = check_number(number=letter.notice_number.lower(), client="c", at=at)
    assert found is not None
    assert (found.channel, found.sent_on, found.subject) == ("post", at.date(), letter.subject)


def test_who_has_no_postal_address_gets_no_letter_and_a_second_reason_adds_none(tx: None, at: datetime) -> None:
    assert a_letter(at, address=None) is None
    assert a_letter(at, address="  \n ", key="second") is None
    letter = a_queued_letter(at, key="third")

    again = queue_letter(message=letter.message, cause=LetterCause.NOT_SEEN, by="shell:root", at=at)

    assert again is None


def test_a_newer_notice_takes_the_place_of_an_older_letter_that_was_not_printed(tx: None, at: datetime) -> None:
    first, correction = a_queued_letter(at, FIRST, key="f"), a_queued_letter(at, REFUND, key="p")

    assert (first.state, correction.state) == (LetterState.WITHDRAWN, LetterState.WANTED)


def test_a_bounced_reminder_is_answered_with_the_correction_itself(tx: None, at: datetime) -> None:
    correction = a_queued_letter(at, REFUND, key="p").message

    letter = a_letter(at, REMINDER, key="p")

    assert letter is None  # the correction's own letter is under way
    assert [each.message for each in session.query(Letter)] == [correction]


@given(st.text(max_size=200))
def test_an_address_becomes_printable_lines_or_is_refused(typed: str) -> None:
    letter = Letter(notice_number="N7K4-2QWD", postal_address=typed, person=Person(full_name='O\'Brien "Hugo" Ödön'))
    with suppress(CannotPrint):
        lines = address_lines(letter, LetterWindow.DIN_5008)
        assert lines[0] == 'O\'Brien "Hugo" Ödön'
        assert len(lines) <= 6
        assert all(line.isprintable() and line == line.strip() for line in lines)


def test_an_address_that_does_not_fit_the_window_is_refused_in_words() -> None:
    letter = Letter(notice_number="N7K4-2QWD", postal_address="\r\n".join("abcde"), person=Person(full_name="Hugo"))

    with pytest.raises(CannotPrint, match=r"Letter N7K4-2QWD does not fit its window: with the name at most 5 lines"):
        address_lines(letter, LetterWindow.US_10)
    assert len(address_lines(letter, LetterWindow.DIN_5008)) == 6


@needs_pango
@pytest.mark.parametrize(
    ("stationery", "size", "left_mm", "top_mm"),
    [(US, (612, 792), 25.4, (63.5, 80.4)), (DIN, (595, 842), 25, (62, 90))],
    ids=["us-10", "din-5008"],
)
def test_the_address_stands_in_the_window_and_the_pages_are_tagged(
    app: Flask,
    tx: None,
    at: datetime,
    stationery: Stationery,
    size: tuple[int, int],
    left_mm: int,
    top_mm: tuple[int, int],
) -> None:
    letters = [a_queued_letter(at, FIRST, key="f"), a_queued_letter(at, REFUND, key="p")]

    paper = pypdf.PdfReader(
        io.BytesIO(print_letters(letters, office=an_office(app, Recorder()), stationery=stationery))
    )

    root = cast("pypdf.generic.DictionaryObject", paper.trailer["/Root"])
    assert cast("pypdf.generic.DictionaryObject", root["/MarkInfo"])["/Marked"]
    assert "/StructTreeRoot" in root
    first = paper.pages[0]
    assert (round(float(first.mediabox.width)), round(float(first.mediabox.height))) == size
    seen: dict[str, tuple[float, float]] = {}

    def note(text: str, cm: list[float], tm: list[float], _font: object, _size: object) -> None:
        x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
        for line in ("17 Example Street", "United States"):
            if line.split()[0] in text:
                seen[line] = (x / 72 * 25.4, (float(first.mediabox.height) - y) / 72 * 25.4)

    first.extract_text(visitor_text=note)
    for x, y in seen.values():
        assert abs(x - left_mm) < 3
        assert top_mm[0] <= y <= top_mm[1]
    assert set(seen) == {"17 Example Street", "United States"}
    starts = [page.extract_text() for page in paper.pages]
    assert sum("Page 1 of" in text for text in starts) == 2


@needs_pango
def test_the_same_letters_give_the_same_bytes(app: Flask, tx: None, at: datetime) -> None:
    letters = [a_queued_letter(at, FIRST, key="f"), a_queued_letter(at, REFUND, key="p")]

    first, second = (print_letters(letters, office=an_office(app, Recorder()), stationery=US) for _ in range(2))

    assert first == second


@needs_pango
def test_a_batch_is_printed_by_the_worker_posted_by_staff_and_its_letters_can_come_back(
    app: Flask, at: datetime
) -> None:
    with transaction():
        staff = a_member_of_staff()
        letter_id = a_queued_letter(at, REFUND).id
        job = notices.ask_for_batch(incident_reference="INC-2026-003", by=staff, at=at)
        job_name = job.pseudonym
    jobs.run_waiting(WORKS)
    session.rollback()
    assert jobs.get_job(job_name).result is not None
    (batch,) = notices.list_batches("INC-2026-003")
    today = batch.made_at.date()

    with transaction():
        letter = session.get_one(Letter, letter_id)
        with pytest.raises(CannotPost, match="posted letter"):
            notices.mark_returned(letter=letter, on=today, note="", by=staff, at=batch.made_at)
        with pytest.raises(CannotPost, match="between"):
            notices.mark_posted(batch=batch, on=today + timedelta(days=2), by=staff, at=batch.made_at)
        notices.mark_posted(batch=batch, on=today, by=staff, at=batch.made_at)
        assert letter.state is LetterState.POSTED
        notices.mark_returned(letter=letter, on=today, note="Moved", by=staff, at=batch.made_at)

    session.rollback()
    assert session.get_one(Letter, letter_id).state is LetterState.RETURNED
    logged = [each.event.entry["action"] for each in audit.list_events()]
    assert {"letter.queued", "letters.printed", "letters.posted", "letter.returned"} <= set(logged)


def test_without_letters_there_is_nothing_to_print(tx: None, at: datetime) -> None:
    with pytest.raises(CannotPrint, match="No letter waits"):
        notices.ask_for_batch(incident_reference="INC-2026-003", by=a_member_of_staff(), at=at)
    assert replace(US, verifier_key=None).verifier_key is None
