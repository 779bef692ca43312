"""Forgetting what was written about an incident, once nobody needs it any more. Callers own the transaction.

What stays of each mail: number, subject line, person, address, when it left, and the SHA-256 of its bytes, by which a
copy that somebody kept can still be checked. Of each letter its number, subject and batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select, update

from app.core.db import session
from app.core.errors import DomainError
from app.notices.letter_models import Letter, LetterBatch, LetterState
from app.notices.models import WAITING, Attempt, Message

NOWHERE = "(forgotten)"


class CannotForget(DomainError):
    """What was written cannot be forgotten now."""


@dataclass(frozen=True)
class Forgotten:
    """How many messages and letters lost their words; `files` are the printed ones, by SHA-256, still to be removed."""

    messages: int
    letters: int
    files: Sequence[str]


def forget_words(incident_reference: str) -> Forgotten:
    """Empty the words and facts of every message, what mail servers said of it, and where letters went.

    A letter that waits is withdrawn. Raises CannotForget while a message waits to leave.
    """
    theirs = Message.incident_reference == incident_reference
    if waiting := _count(select(func.count()).where(theirs, Message.state.in_(WAITING))):
        raise CannotForget(f"{waiting} of its messages did not leave yet. Let them leave, or stop them, first.")
    letters = Letter.incident_reference == incident_reference
    batches = select(LetterBatch.sha256).where(LetterBatch.incident_reference == incident_reference)
    forgotten = Forgotten(
        messages=_count(select(func.count()).where(theirs)),
        letters=_count(select(func.count()).where(letters)),
        files=session.scalars(batches.order_by(LetterBatch.id)).all(),
    )
    tries = Attempt.message_id.in_(select(Message.id).where(theirs))
    for change in (
        update(Attempt).where(tries).values(reply=""),
        update(Message).where(theirs).values(text=None, context="", reason=""),
        update(Letter).where(letters, Letter.state == LetterState.WANTED).values(state=LetterState.WITHDRAWN),
        update(Letter).where(letters).values(postal_address=NOWHERE, return_note=""),
    ):
        session.execute(change, execution_options={"synchronize_session": "fetch"})
    return forgotten


def _count(counted: Select[int]) -> int:
    return session.scalars(counted).one()
