"""Who was not reached by the newest notice of an incident, why, and what staff do next. Reads only.

Whoever signed in since is reached, whatever became of the mail. A notice whose words were forgotten counts no more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import joinedload

from app import notices
from app.core.db import session
from app.core.text import format_date, format_phone
from app.identity import Person
from app.incidents.audience import is_concerned
from app.incidents.models import Incident
from app.incidents.reach import NOTICES, signed_in_since
from app.notices import Letter, LetterState, Message, State, Suppression

SILENT_AFTER = timedelta(days=30)
PAGE = 1000


class Why(StrEnum):
    """Why somebody counts as not reached; of several reasons the first in this order."""

    RETURNED = "returned"
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"
    REFUSED = "refused"
    NOT_SEEN = "not-seen"

    @property
    def label(self) -> str:
        """In words for staff."""
        return {
            Why.RETURNED: "Letter came back",
            Why.BOUNCED: "Mail came back",
            Why.SUPPRESSED: "Address is not written to",
            Why.REFUSED: "Mail server refused it",
            Why.NOT_SEEN: "No sign-in in 30 days",
        }[self]


@dataclass(frozen=True)
class Unreached:
    """One person, the newest notice to them, why it did not reach them, and the newest letter in its place."""

    person: Person
    message: Message
    why: Why
    letter: Letter | None

    @property
    def next_action(self) -> str:
        """What staff do now, in one sentence."""
        if self.letter is not None and self.letter.state in _ABOUT_A_LETTER:
            return _ABOUT_A_LETTER[self.letter.state].format(on=self._posted_on)
        if self.letter is None and (self.person.postal_address or "").strip():
            return "Write by post: queue a letter."
        what = "The letter came back" if self.letter is not None else "No postal address is known"
        if self.person.phone:
            return f"{what}: call {format_phone(self.person.phone)} and ask for the right address."
        return f"{what}, nor a phone number: ask the platform's own records for another way."

    @property
    def _posted_on(self) -> str:
        batch = self.letter.batch if self.letter is not None else None
        return format_date(batch.posted_on) if batch is not None and batch.posted_on else ""


_ABOUT_A_LETTER: Mapping[LetterState, str] = {
    LetterState.WANTED: "Print and post the letter that waits.",
    LetterState.PRINTED: "Post the printed letter, and mark it as posted.",
    LetterState.POSTED: "A letter is under way since {on}. Call if nothing is heard within two weeks.",
}


def list_unreached(incident: Incident, *, at: datetime, after: int = 0, at_most: int = 100) -> Sequence[Unreached]:
    """A page of the people not reached, by id, `after` that of the last one seen."""
    wanted = (
        _unreached(incident, at)
        .add_columns(_why(at))
        .where(Message.person_id > after)
        .order_by(Message.person_id)
        .limit(at_most)
        .options(joinedload(Message.person))
    )
    rows = session.execute(wanted).all()
    letters = notices.newest_letters([message.person_id for message, _ in rows], incident.reference)
    return [Unreached(message.person, message, Why(why), letters.get(message.person_id)) for message, why in rows]


def each_unreached(incident: Incident, *, at: datetime) -> Iterator[Unreached]:
    """Everybody not reached, read page by page."""
    after = 0
    while page := list_unreached(incident, at=at, after=after, at_most=PAGE):
        yield from page
        after = page[-1].person.id


def list_unwritten(incident: Incident, *, at: datetime, at_most: int) -> Sequence[Message]:
    """Newest notices of which nothing was heard in 30 days, to people still concerned whom a letter can reach.

    Those that a letter was written in place of are not among them.
    """
    is_written = exists().where(Letter.message_id == Message.id, Letter.state != LetterState.WITHDRAWN)
    silent = _unreached(incident, at).where(
        _why(at) == Why.NOT_SEEN.value,
        func.trim(func.coalesce(Person.postal_address, "")) != "",
        is_concerned(incident, at.date()),
        ~is_written,
    )
    return session.scalars(silent.order_by(Message.id).limit(at_most)).all()


def find_unreached(incident: Incident, person: Person, *, at: datetime) -> Unreached | None:
    """How this person was not reached; None when they were."""
    found = list_unreached(incident, at=at, after=person.id - 1, at_most=1)
    return found[0] if found and found[0].person.id == person.id else None


def count_unreached(incident: Incident, *, at: datetime) -> Mapping[Why, int]:
    """How many by reason; every reason is counted, 0 included."""
    why = _why(at).label("why")
    found = _unreached(incident, at).with_only_columns(why).order_by(None).subquery()
    counted = session.execute(select(found.c.why, func.count()).group_by(found.c.why))
    rows: dict[str, int] = dict(counted.all())
    return {each: rows.get(each.value, 0) for each in Why}


def _unreached(incident: Incident, at: datetime) -> Select[Message]:
    newest = (
        select(func.max(Message.id))
        .where(
            Message.incident_reference == incident.reference,
            Message.kind.in_(NOTICES),
            Message.is_rehearsal.is_(False),
        )
        .group_by(Message.person_id)
    )
    return (
        select(Message)
        .join(Message.person)
        .where(Message.id.in_(newest), ~Message.is_forgotten, ~signed_in_since(), _why(at).is_not(None))
    )


def _why(at: datetime) -> ColumnElement[str | None]:
    is_silent = (Message.state == State.SENT) & (Message.sent_at <= at - SILENT_AFTER)
    return case(
        (_letter_came_back(), Why.RETURNED.value),
        (Message.state == State.BOUNCED, Why.BOUNCED.value),
        (_is_suppressed() | (Message.state == State.SUPPRESSED), Why.SUPPRESSED.value),
        (Message.state == State.FAILED, Why.REFUSED.value),
        (is_silent, Why.NOT_SEEN.value),
        else_=None,
    )


def _letter_came_back() -> ColumnElement[bool]:
    return exists().where(
        Letter.person_id == Message.person_id,
        Letter.incident_reference == Message.incident_reference,
        Letter.state == LetterState.RETURNED,
        Letter.returned_on.is_not(None),
    )


def _is_suppressed() -> ColumnElement[bool]:
    """By the address of now: after a change of address the old one stops nobody."""
    return exists().where(Suppression.address == Person.email, Suppression.lifted_at.is_(None))
