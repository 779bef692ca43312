"""The one row that all delivery passes: locked first and read once in a transaction, written back once.

Callers own the transaction. Expiry and leases are the database's time, so `now` is too.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from app.core.db import database_now, session, table_of
from app.notices.kinds import Lane
from app.notices.models import Outcome, Outlet

log = logging.getLogger(__name__)

FAILURES_BEFORE_PAUSE = 5
PAUSE = timedelta(seconds=60)
_OUTLET = table_of(Outlet)
_LOCKED = (
    select(_OUTLET.c.stopped_at, _OUTLET.c.failures, _OUTLET.c.paused_until, _OUTLET.c.free_at, _OUTLET.c.held_lanes)
    .where(_OUTLET.c.id == 1)
    .with_for_update()
)
_KEEP = (
    update(_OUTLET)
    .where(_OUTLET.c.id == 1)
    .values(failures=bindparam("now_failures"), paused_until=bindparam("now_paused"), free_at=bindparam("now_free"))
)


@dataclass
class Gate:
    """Whether a message may leave at `now`: the switch, the pause after failures, and the rate.

    `free_at` is a bucket of one second's messages, kept as the moment from which the next may leave.
    """

    now: datetime
    stopped_at: datetime | None = None
    failures: int = 0
    paused_until: datetime | None = None
    free_at: datetime | None = None
    held: frozenset[Lane] = frozenset()

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Those from which a message may leave, in the order in which they are asked."""
        return tuple(lane for lane in Lane if lane not in self.held)

    @property
    def is_open(self) -> bool:
        """Whether the switch, the pause and the rate let a message go."""
        if self.stopped_at is not None:
            return False
        return (self.paused_until or self.now) <= self.now and (self.free_at or self.now) <= self.now

    def use_up_rate(self, rate: int) -> None:
        """One message leaves, of `rate` a second."""
        step = timedelta(seconds=1) / rate
        full = self.now - timedelta(seconds=1) + step
        self.free_at = max(self.free_at or full, full) + step

    def note_connection(self, outcome: Outcome) -> None:
        """After five failures to connect in a row nothing is tried for a minute."""
        self.failures = self.failures + 1 if outcome is Outcome.UNREACHABLE else 0
        if self.failures >= FAILURES_BEFORE_PAUSE:
            self.failures, self.paused_until = 0, self.now + PAUSE
            log.error("the mail server cannot be reached; the outbox pauses for 60 seconds")

    def keep(self) -> None:
        """Write back what may have changed; nobody else can have."""
        kept = {"now_failures": self.failures, "now_paused": self.paused_until, "now_free": self.free_at}
        session.connection().execute(_KEEP, kept)


def lock_gate() -> Gate:
    """The row as delivery needs it; the time is taken once the row is held."""
    stopped_at, failures, paused_until, free_at, held = session.connection().execute(_LOCKED).one()
    return Gate(database_now(), stopped_at, failures, paused_until, free_at, frozenset(map(Lane, held.split())))


def lock_outlet() -> Outlet:
    """The row as whoever turns the switch needs it."""
    return session.get_one(Outlet, 1, with_for_update=True, populate_existing=True)
