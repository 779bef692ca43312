"""Long work with progress, leases with a fence for periodic work, and the worker's heartbeat.

A job is a row; whichever worker does it holds it under a lease that its progress prolongs.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Select, String, and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.core import signals
from app.core.db import Base, Pseudonymous, database_now, ring, session, transaction
from app.core.errors import DomainError

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=120)
MOST_ATTEMPTS = 3
LONGEST_SAYING = 500


class Lease(Base):
    """One kind of work that only one process may do at a time."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    fence: Mapped[int]
    until: Mapped[datetime]


class Heartbeat(Base):
    """When a process was last seen alive."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]


def take_lease(name: str, seconds: int) -> int | None:
    """The fence of a lease on `name`, or None while somebody holds it. Runs a transaction of its own."""
    with transaction():
        now = database_now()
        until = now + timedelta(seconds=seconds)
        lease = session.get(Lease, name, with_for_update=True)
        if lease is None:
            return _first_lease(name, until)
        if lease.until > now:
            return None
        lease.fence, lease.until = lease.fence + 1, until
        return lease.fence


def _first_lease(name: str, until: datetime) -> int | None:
    try:
        with session.begin_nested():
            session.add(Lease(name=name, fence=1, until=until))
    except IntegrityError:
        return None
    return 1


def release_lease(name: str, fence: int) -> None:
    """Give the lease back early; nothing happens when it has passed to somebody else."""
    with transaction():
        mine = update(Lease).where(Lease.name == name, Lease.fence == fence)
        session.execute(mine.values(until=database_now()))


def beat(name: str) -> None:
    """Record that the process is alive."""
    with transaction():
        seen = session.get(Heartbeat, name, with_for_update=True)
        if seen is None:
            session.add(Heartbeat(name=name, at=database_now()))
        else:
            seen.at = database_now()


def find_heartbeat(name: str) -> datetime | None:
    """When the process was last alive, or None."""
    return session.scalar(select(Heartbeat.at).where(Heartbeat.name == name))


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self not in (JobState.WAITING, JobState.RUNNING)


class Job(Pseudonymous, Base):
    """Long work that somebody asked for: how far it is, and who is at it. `says` is one line that a person reads."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("done >= 0 AND (total IS NULL OR total >= 0)", name="counts_are_not_negative"),
        CheckConstraint("(state IN ('waiting', 'running')) = (finished_at IS NULL)", name="over_has_a_time"),
        Index("ix_jobs_state", "state"),
    )
    audit_kind: ClassVar[str] = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[JobState] = mapped_column(default=JobState.WAITING)
    argument: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    says: Mapped[str] = mapped_column(String(LONGEST_SAYING), default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    fence: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Asker(Protocol):
    """Somebody whose row in `people` a job may name."""

    @property
    def id(self) -> int:
        """The row's id."""
        ...


class Stopped(DomainError):
    """Somebody stopped the job, or another worker has taken it over; what was being done is to be left."""


class NotStoppable(DomainError):
    """The job is over already."""


@dataclass(frozen=True)
class Progress:
    """How a work tells how far it is. It must be called at least every two minutes, or another worker takes over."""

    job_id: int
    fence: int

    def __call__(self, done: int, total: int | None, says: str) -> None:
        """Record it in a short transaction of its own and hold the job longer. Raises Stopped."""
        with transaction():
            until = database_now() + LEASE
            self._write(done=done, total=total, says=says[:LONGEST_SAYING], leased_until=until)

    def finish(self, result: Mapping[str, Any], says: str) -> None:
        """Inside the work's own transaction: the job is done with it, or neither is. Raises Stopped."""
        over: Mapping[str, Any] = {"state": JobState.DONE, "finished_at": database_now(), "leased_until": None}
        all_done = func.coalesce(Job.total, Job.done)
        self._write(result=dict(result), says=says[:LONGEST_SAYING], done=all_done, **over)

    def _write(self, **values: Any) -> None:
        mine = update(Job).where(Job.id == self.job_id, Job.fence == self.fence, Job.state == JobState.RUNNING)
        if session.execute(mine.values(**values).returning(Job.id)).scalar() is None:
            raise Stopped("This job was stopped, or another worker has taken it over.")


Work = Callable[[Job, Progress], Mapping[str, Any]]
"""Does a job and answers its result; begun anew when its worker died, so it must bear being begun twice."""


def ask(*, kind: str, argument: Mapping[str, Any], by: Asker | None, at: datetime) -> Job:
    """Leave work for the worker. Needs an open transaction."""
    job = Job(kind=kind, argument=dict(argument), asked_by_id=by.id if by else None, asked_at=at)
    session.add(job)
    session.flush()
    ring(signals.job_waits)
    return job


def stop(job: Job) -> None:
    """End it; a work that runs leaves off when it next tells its progress. Raises NotStoppable."""
    session.refresh(job, with_for_update=True)
    if job.state.is_over:
        raise NotStoppable(f"This job is over already: {job.state}.")
    job.state, job.finished_at, job.leased_until = JobState.STOPPED, database_now(), None
    session.flush()


def get_job(pseudonym: str) -> Job:
    """Raises NoResultFound."""
    return session.scalars(select(Job).where(Job.pseudonym == pseudonym)).one()


def has_waiting_jobs() -> bool:
    """Whether a worker has something to do, work whose worker died included."""
    return session.scalar(_waiting().with_only_columns(Job.id)) is not None


def run_waiting(works: Mapping[str, Work]) -> None:
    """Do every job of these kinds that waits, oldest first, each under a lease; needs no open transaction."""
    while (taken := _take(works)) is not None:
        job_id, fence = taken
        _run(works, job_id, Progress(job_id, fence))


def _waiting() -> Select[Job]:
    abandoned = and_(Job.state == JobState.RUNNING, Job.leased_until <= database_now())
    return select(Job).where(or_(Job.state == JobState.WAITING, abandoned)).order_by(Job.id).limit(1)


def _take(works: Mapping[str, Work]) -> tuple[int, int] | None:
    """The next job and its new fence. One that was begun too often is given up: it may be what kills the worker."""
    with transaction():
        waiting = _waiting().where(Job.kind.in_(works)).with_for_update(skip_locked=True)
        job = session.scalars(waiting).one_or_none()
        if job is None:
            return None
        if job.fence >= MOST_ATTEMPTS:
            _fail(job, f"The worker ended {MOST_ATTEMPTS} times in the middle of it. Ask whoever runs the portal.")
        else:
            job.state, job.fence, job.leased_until = JobState.RUNNING, job.fence + 1, database_now() + LEASE
        return job.id, job.fence


def _run(works: Mapping[str, Work], job_id: int, progress: Progress) -> None:
    job = session.get_one(Job, job_id)
    if job.state is not JobState.RUNNING:
        return
    try:
        result = works[job.kind](job, progress)
        _conclude(progress, result)
    except Stopped as stopped:
        log.info("job %s: %s", job_id, stopped)
    except DomainError as refusal:
        _give_up(progress, str(refusal))
    except Exception:
        log.exception("job %s failed", job_id)
        _give_up(progress, "Something went wrong on our side. Whoever runs the portal finds it in the worker's log.")


def _conclude(progress: Progress, result: Mapping[str, Any]) -> None:
    with transaction():
        job = session.get_one(Job, progress.job_id)
        if job.state is not JobState.DONE:
            progress.finish(result, job.says)


def _give_up(progress: Progress, why: str) -> None:
    session.rollback()
    with transaction():
        job = session.get_one(Job, progress.job_id, with_for_update=True)
        if (job.fence, job.state) == (progress.fence, JobState.RUNNING):
            _fail(job, why)


def _fail(job: Job, why: str) -> None:
    job.state, job.says, job.finished_at, job.leased_until = (
        JobState.FAILED,
        why[:LONGEST_SAYING],
        database_now(),
        None,
    )
