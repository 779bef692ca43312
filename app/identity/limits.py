"""How often something may be asked for. Counter rows in the database, since a process's memory is its own."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Executable, delete
from sqlalchemy.dialects import postgresql, sqlite

from app.core.db import session
from app.core.errors import DomainError
from app.core.text import plural
from app.identity.access_models import RequestCount
from app.identity.keyring import keys_in_use

KEPT_FOR = timedelta(days=2)


@dataclass(frozen=True)
class Limit:
    """At most `times` in each window of this length."""

    times: int
    window: timedelta


ADDRESS_LIMITS = (Limit(1, timedelta(minutes=1)), Limit(5, timedelta(hours=1)), Limit(20, timedelta(days=1)))
"""For one typed e-mail address, known or not, and for new links to one person."""
CLIENT_LIMITS = (Limit(10, timedelta(minutes=1)), Limit(60, timedelta(hours=1)), Limit(300, timedelta(days=1)))
"""For one client's address: an office shares one, so it is wider."""
PASSWORD_LIMITS = (Limit(5, timedelta(minutes=5)), Limit(20, timedelta(hours=1)), Limit(60, timedelta(days=1)))
"""For the password of one member of staff."""
FACTOR_LIMITS = PASSWORD_LIMITS
"""For the second factor of one member of staff: six digits are found by nobody at this rate."""
ENROLMENT_LIMITS = PASSWORD_LIMITS
"""For the enrolment code of one member of staff."""


class TooManyRequests(DomainError):
    """The limit of a window is reached; `retry_after` is the time until that window ends."""

    def __init__(self, retry_after: timedelta) -> None:
        minutes = max(1, -(-int(retry_after.total_seconds()) // 60))
        wait = plural(minutes, "minute") if minutes < 120 else plural(-(-minutes // 60), "hour")
        super().__init__(f"That was asked for too often. Please try again in {wait}.")
        self.retry_after = retry_after


def count(*, purpose: str, subject: str, limits: Sequence[Limit], at: datetime) -> None:
    """Count one request of `subject` in each window. Raises TooManyRequests; the caller's rollback uncounts it."""
    subject_hash = hmac.digest(keys_in_use().counting, f"{purpose}\0{subject}".encode(), "sha256")
    for limit in limits:
        seconds = int(limit.window.total_seconds())
        start = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, tz=UTC)
        if _count_one(purpose, subject_hash, seconds, start) > limit.times:
            raise TooManyRequests(start + limit.window - at)


def forget_old_counts(*, at: datetime) -> None:
    """Delete the counters of windows long past."""
    session.execute(delete(RequestCount).where(RequestCount.window_start < at - KEPT_FOR))


def _count_one(purpose: str, subject_hash: bytes, seconds: int, start: datetime) -> int:
    """One statement on both databases, so that two processes never miss each other."""
    values = {
        "purpose": purpose,
        "subject_hash": subject_hash,
        "window_seconds": seconds,
        "window_start": start,
        "times": 1,
    }
    times: int = session.execute(_upsert(values)).scalar_one()
    return times


def _upsert(values: dict[str, object]) -> Executable:
    key = ["purpose", "subject_hash", "window_seconds", "window_start"]
    bump = {"times": RequestCount.times + 1}
    if session.get_bind().dialect.name == "postgresql":
        to_postgresql = postgresql.insert(RequestCount).values(values)
        return to_postgresql.on_conflict_do_update(index_elements=key, set_=bump).returning(RequestCount.times)
    to_sqlite = sqlite.insert(RequestCount).values(values)
    return to_sqlite.on_conflict_do_update(index_elements=key, set_=bump).returning(RequestCount.times)
