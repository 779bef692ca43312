"""Writing by post, without being asked, to whom nothing was heard of. Callers own the transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app import notices
from app.core.db import session
from app.incidents.models import Incident
from app.incidents.unreached import list_unwritten
from app.incidents.workflow import OVER
from app.notices import LetterCause

BATCH = 200
WORKER = "system:worker"


def list_open() -> Sequence[Incident]:
    """The incidents whose people are still written to."""
    return session.scalars(select(Incident).where(Incident.state.not_in(OVER)).order_by(Incident.id)).all()


def write_batch(*, incident: Incident, at: datetime) -> int:
    """Queue letters in place of the notices of which nothing was heard in 30 days, at most BATCH; answers how many."""
    session.execute(select(Incident.id).where(Incident.id == incident.id).with_for_update())
    queued = [
        notices.queue_letter(message=message, cause=LetterCause.NOT_SEEN, by=WORKER, at=at)
        for message in list_unwritten(incident, at=at, at_most=BATCH)
    ]
    return sum(letter is not None for letter in queued)
