"""Who is doing what: leases with a fence for periodic work, and the worker's heartbeat."""

from datetime import datetime, timedelta

from sqlalchemy import String, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, database_now, session, transaction


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
