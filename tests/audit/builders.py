"""Things to record, and things that are recorded about."""

from datetime import UTC, datetime
from uuid import uuid4

from app import audit
from app.audit.models import Recorded
from app.core.db import transaction
from app.tlog.encoding import JSON

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


class Thing:
    """Something the log may name."""

    def __init__(self, kind: str = "incident") -> None:
        self.audit_name = f"{kind}:{uuid4()}"


def an_event(*, subject: Thing | None = None, at: datetime = AT, **parts: JSON) -> Recorded:
    """One recorded event, in the open transaction."""
    said = parts or {"reason": "a test"}
    return audit.record(action="staff.disabled", actor="system:worker", subject=subject or Thing(), at=at, **said)


def committed_events(count: int, *, at: datetime = AT) -> list[str]:
    """Ids of events, each committed in a transaction of its own."""
    ids = []
    for _ in range(count):
        with transaction():
            ids.append(an_event(at=at).id)
    return ids
