"""Messages about a notice or a correction that failed, and trying only these again. Callers own the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import joinedload

from app import notices
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.incidents.models import FirstNotice, Update
from app.incidents.proposal_models import Proposal
from app.notices import Message, State

MOST_SHOWN = 100


class CannotRetry(DomainError):
    """Nothing can be tried again."""


@dataclass(frozen=True)
class Failed:
    """A message that failed; one to an address that is not written to any more is not tried again."""

    message: Message
    is_stopped: bool


def list_failed(about: FirstNotice | Update | Proposal) -> Sequence[Failed]:
    """The newest MOST_SHOWN messages about it that failed; no rehearsals."""
    failed = select(Message, notices.is_stopped(Message.address)).where(_has_failed(about))
    newest = failed.order_by(Message.id.desc()).limit(MOST_SHOWN).options(joinedload(Message.person))
    return [Failed(message, is_stopped) for message, is_stopped in session.execute(newest)]


def count_failed(about: FirstNotice | Update | Proposal) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(Message).where(_has_failed(about))) or 0


def _has_failed(about: FirstNotice | Update | Proposal) -> ColumnElement[bool]:
    is_real = Message.is_rehearsal.is_(False)
    return and_(Message.subject_key == about.audit_name, Message.state == State.FAILED, is_real)


def retry_failed(*, about: FirstNotice | Update | Proposal, reason: str, by: Person, at: datetime) -> int:
    """Try the failed messages about it for another 72 hours, and no other; answers how many. Raises CannotRetry."""
    session.refresh(about, with_for_update=True)
    count = notices.retry_failed_about(subject_key=about.audit_name, by=by, reason=reason, at=at)
    if not count:
        raise CannotRetry(
            "Nothing of it failed that could leave now: no address is written to that mail comes back from."
        )
    return count
