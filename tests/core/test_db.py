"""One transaction, begun writing, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from blinker import Signal
from flask import Flask
from sqlalchemy import func, select

from app.core.db import database_now, ring, session, transaction
from app.core.jobs import Lease, beat, find_heartbeat, release_lease, take_lease

pytestmark = pytest.mark.both_databases


def test_a_failed_block_leaves_nothing_behind(app: Flask) -> None:
    def fail_halfway() -> None:
        with transaction():
            session.add(Lease(name="x", fence=1, until=datetime.now(UTC)))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()

    assert session.scalar(select(func.count()).select_from(Lease)) == 0


def test_changes_outside_a_transaction_are_refused(app: Flask) -> None:
    session.add(Lease(name="x", fence=1, until=datetime.now(UTC)))

    with pytest.raises(RuntimeError, match="outside a transaction"):
        session.flush()


def test_a_transaction_inside_a_transaction_is_refused(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="already open"), transaction(), transaction():
        pass


def test_times_come_back_aware_and_in_utc(app: Flask) -> None:
    tokyo = timezone(timedelta(hours=9))
    with transaction():
        session.add(Lease(name="x", fence=1, until=datetime(2026, 11, 22, 9, 0, tzinfo=tokyo)))

    assert session.scalar(select(Lease.until)) == datetime(2026, 11, 22, 0, 0, tzinfo=UTC)


def test_a_naive_time_is_refused(app: Flask) -> None:
    with pytest.raises(Exception, match="naive datetime"), transaction():
        session.add(Lease(name="x", fence=1, until=datetime(2026, 11, 22)))  # noqa: DTZ001 - the point of the test


def test_a_bell_rings_once_and_only_after_the_commit(app: Flask) -> None:
    bell = Signal()
    heard: list[int | None] = []

    def listen(_: object) -> None:
        heard.append(session.scalar(select(Lease.fence)))

    with bell.connected_to(listen), transaction():
        session.add(Lease(name="x", fence=7, until=datetime.now(UTC)))
        ring(bell)
        ring(bell)
        assert heard == []

    assert heard == [7]


def test_a_bell_that_cannot_be_rung_does_not_undo_the_commit(app: Flask) -> None:
    bell = Signal()

    def fail(_: object) -> None:
        raise OSError("the queue is away")

    with bell.connected_to(fail), transaction():
        session.add(Lease(name="x", fence=7, until=datetime.now(UTC)))
        ring(bell)

    assert session.scalar(select(Lease.fence)) == 7


def test_a_lease_is_held_by_one_and_its_fence_rises(app: Flask) -> None:
    first = take_lease("sign", 60)
    assert first == 1
    assert take_lease("sign", 60) is None

    release_lease("sign", first)

    assert take_lease("sign", 60) == 2


def test_a_heartbeat_is_the_databases_time(app: Flask) -> None:
    beat("worker")
    beat("worker")

    seen = find_heartbeat("worker")
    assert seen is not None
    assert abs(database_now() - seen) < timedelta(minutes=1)
