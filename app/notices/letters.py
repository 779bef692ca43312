"""Letters as pages and as PDF: the words of the message they stand for, without link and code.

Printing is slow, so it needs no open transaction. The same letters give the same bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app import audit
from app.core import jobs
from app.core.db import session, transaction
from app.core.errors import DomainError
from app.core.jobs import Job, Progress
from app.core.pdf import LETTER_STYLE, render_pages
from app.core.text import plural
from app.identity import Person
from app.notices.encoding import read_content
from app.notices.kinds import Content
from app.notices.letter_models import Letter, LetterBatch, LetterState
from app.notices.letter_queue import list_wanted
from app.notices.office import Office
from app.notices.rendering import NUMBER
from app.settings import LetterWindow
from app.tlog.encoding import JSON

LETTERS = "letters"
"""The kind of job that prints the letters that wait."""
MOST_IN_A_BATCH = 200
LINES = {LetterWindow.US_10: 5, LetterWindow.DIN_5008: 6}
LONGEST_LINE = 45
FRAME, SAID, WAYS = "letters/frame.html", "letters/said.html", "letters/ways.html"


class CannotPrint(DomainError):
    """These letters cannot be printed."""


@dataclass(frozen=True)
class Stationery:
    """How letters look: where the address stands for the window, and the log's key, None where it is not set."""

    window: LetterWindow
    verifier_key: str | None


def address_lines(letter: Letter, window: LetterWindow) -> list[str]:
    """Name and address as they stand in the window. Raises CannotPrint for one that does not fit."""
    typed = [letter.person.full_name, *letter.postal_address.splitlines()]
    lines = [" ".join("".join(c if c.isprintable() else " " for c in line).split()) for line in typed]
    lines = [line for line in lines if line]
    if len(lines) > LINES[window] or any(len(line) > LONGEST_LINE for line in lines):
        raise CannotPrint(
            f"Letter {letter.notice_number} does not fit its window: with the name at most {LINES[window]} lines of "
            f"{LONGEST_LINE} characters. Shorten the postal address."
        )
    return lines


def letter_page(letter: Letter, *, office: Office, stationery: Stationery, stylesheet: str | None = None) -> str:
    """The letter as an HTML page; `stylesheet` is its address where a browser shows it. Raises CannotPrint."""
    content, brand = read_content(letter.message), office.brand
    facts: dict[str, object] = {
        "notice": content,
        "hello": letter.person.called,
        "link": brand.site,
        "code": "",
        "number": letter.notice_number,
        "brand": brand,
        "mark": "",
        "subject": letter_subject(letter, office=office),
        "letter": letter,
        "address": address_lines(letter, stationery.window),
        "stationery": stationery,
        "stylesheet": stylesheet,
        "frame": FRAME,
        "ways": WAYS,
    }
    return office.render(f"email/{letter.message.kind}/body.html", facts)


def letter_words(office: Office, *, content: Content, hello: str) -> str:
    """What a letter in place of such a mail would say, as HTML without a frame; a placeholder for its number."""
    facts: dict[str, object] = {
        "notice": content,
        "hello": hello,
        "link": office.brand.site,
        "code": "",
        "number": NUMBER,
        "brand": office.brand,
        "mark": "",
        "frame": SAID,
        "ways": WAYS,
    }
    return office.render(f"email/{content.kind}/body.html", facts)


def letter_subject(letter: Letter, *, office: Office) -> str:
    """What stands above it: the subject of the message."""
    said = office.render(f"email/{letter.message.kind}/subject.txt", {"notice": read_content(letter.message)})
    return " ".join(said.split())


def print_letters(letters: Sequence[Letter], *, office: Office, stationery: Stationery) -> bytes:
    """The letters as one tagged PDF, each with pages of its own. Raises CannotPrint, and CannotRender without Pango."""
    pages = [letter_page(each, office=office, stationery=stationery) for each in letters]
    newest = max(letter.queued_at for letter in letters)
    return render_pages(pages, title=f"Letters, {letters[0].incident_reference}", at=newest, style=LETTER_STYLE)


def ask_for_batch(*, incident_reference: str, by: Person, at: datetime) -> Job:
    """Leave it to the worker to print what waits. Callers own the transaction. Raises CannotPrint."""
    if not list_wanted(incident_reference, at_most=1):
        raise CannotPrint("No letter waits to be printed.")
    return jobs.ask(kind=LETTERS, argument={"incident": incident_reference}, by=by, at=at)


def make_batch(
    job: Job,
    progress: Progress,
    *,
    office: Office,
    stationery: Stationery,
    keep: Callable[[bytes], str],
    at: datetime,
) -> Mapping[str, Any]:
    """The work of such a job: print, keep and record. Owns its transactions. Raises CannotPrint, CannotRender."""
    reference = job.argument["incident"]
    letters = list_wanted(reference, at_most=MOST_IN_A_BATCH)
    if not letters:
        raise CannotPrint("No letter waits to be printed.")
    progress(0, len(letters), "The letters are being printed.")
    subjects = {letter.id: letter_subject(letter, office=office) for letter in letters}
    sha256 = keep(print_letters(letters, office=office, stationery=stationery))
    with transaction():
        made = {"window": stationery.window, "sha256": sha256, "made_by_id": job.asked_by_id, "made_at": at}
        batch = _keep_batch(LetterBatch(incident_reference=reference, **made), subjects)
        result = {"incident": reference, "batch": batch.pseudonym}
        progress.finish(result, f"Printed: {plural(len(subjects), 'letter')}.")
    return result


def _keep_batch(batch: LetterBatch, subjects: Mapping[int, str]) -> LetterBatch:
    """Raises CannotPrint when a letter was withdrawn or printed meanwhile: the file would not be what was sent."""
    session.add(batch)
    session.flush()
    for letter_id, subject in subjects.items():
        letter = session.get_one(Letter, letter_id, with_for_update=True, populate_existing=True)
        if letter.state is not LetterState.WANTED:
            raise CannotPrint("The letters that wait changed meanwhile. Print them again.")
        letter.state, letter.subject, letter.batch_id = LetterState.PRINTED, subject, batch.id
    session.flush()
    by = session.get(Person, batch.made_by_id) if batch.made_by_id else None
    facts: dict[str, JSON] = {"sha256": batch.sha256, "letters": len(subjects), "window": batch.window}
    audit.record(action="letters.printed", actor=by or "system:worker", subject=batch, at=batch.made_at, **facts)
    return batch


def take_batch(*, batch: LetterBatch, by: Person, at: datetime) -> None:
    """Record who took the printed file. Callers own the transaction."""
    audit.record(action="letters.taken", actor=by, subject=batch, at=at, sha256=batch.sha256)
