"""Forgetting what was written about a closed incident, once the day is over that two people closed it with.

Callers own the transaction.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from app import audit, notices
from app.core.db import session
from app.core.text import format_date
from app.identity import Person, Role
from app.incidents.closing.models import Closing
from app.incidents.erasing import find_hold
from app.notices import CannotForget


def forget_mail(*, closing: Closing, reason: str, remove: Callable[[str], None], by: Person, at: datetime) -> None:
    """Empty the words of every mail and letter about it, as somebody of legal; see `app.notices.forgetting`.

    `remove` takes the SHA-256 of each printed file. Files go before the commit: a failure in between leaves a file
    too few, never one that nobody knows of. Raises CannotForget.
    """
    session.refresh(closing, with_for_update=True)
    _check(closing, by, at)
    if not reason.strip():
        raise CannotForget("Write why what was written is forgotten now.")
    forgotten = notices.forget_words(closing.incident.reference)
    closing.mail_forgotten_at = at
    session.flush()
    audit.record(
        action="mail.forgotten",
        actor=by,
        subject=closing.incident,
        at=at,
        messages=forgotten.messages,
        letters=forgotten.letters,
        reason=reason.strip(),
    )
    for sha256 in forgotten.files:
        remove(sha256)


def _check(closing: Closing, by: Person, at: datetime) -> None:
    incident, until = closing.incident, closing.mail_until
    if Role.LEGAL not in by.roles:
        raise CannotForget("Only somebody of legal has it forgotten.")
    if closing.closed_at is None or until is None:
        raise CannotForget(f"{incident.reference} was not closed with a day until which its mail is kept.")
    if closing.mail_forgotten_at is not None:
        raise CannotForget("It was forgotten before.")
    if at.astimezone(ZoneInfo(incident.zone)).date() <= until:
        raise CannotForget(f"It is kept until {format_date(until)}, as two people closed it. Come back after that day.")
    if find_hold(incident) is not None:
        raise CannotForget(f"{incident.reference} is under a legal hold. Lift the hold first.")
