"""`booking`: distinct slots booked by 32 clients over HTTP, everything included, against a bare insert.

A booking is two posts: the slot is held, then confirmed. With all it takes: session and token, offers, the agent whose
turn it is, claims, the log, reminders and the mail with its invite. The peer is as many posts to a view that inserts a
row under one UNIQUE key: the same clients, web processes and database, the same transaction at the edge.
"""

import resource
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import func, select

from app import scheduling
from app.core.db import session, transaction
from app.scheduling import Booking, BookingStatus
from bench.bare import TABLE
from bench.result import Result
from faults.callers import PHONE, Caller, free_starts, open_day_and_night, sign_in, together
from faults.serving import Answer, Served, a_served_portal
from tests.postgresql import a_postgresql_database

CLIENTS, EACH, AGENTS, ROUNDS, DAYS = 32, 4, 4, 3, 31
POSTS_A_BOOKING = 2
LEAST_PERCENT = 15
_numbers = count()


def measure() -> list[Result]:
    """On each database."""
    with tempfile.TemporaryDirectory() as name:
        on_sqlite = _compare("SQLite", Path(name), f"sqlite:///{name}/portal.db")
    with tempfile.TemporaryDirectory() as name, a_postgresql_database() as url:
        return [on_sqlite, _compare("PostgreSQL", Path(name), url)]


def _compare(database: str, folder: Path, url: str) -> Result:
    with a_served_portal(folder, url, threads=CLIENTS // 2, serves="bench.bare:create()") as served:
        starts = _open()
        size = CLIENTS * EACH
        rounds = [(_book(served, starts[n * size : (n + 1) * size]), _insert(served)) for n in range(ROUNDS)]
        _check(ROUNDS * size)
    ours, other = (median(each) for each in zip(*rounds, strict=True))
    return Result(
        name="booking",
        work=f"{size} slots held and confirmed by {CLIENTS} clients, {AGENTS} agents, {database}",
        against=f"{size * POSTS_A_BOOKING} posts that insert a row, same server",
        ours=ours,
        other=other,
        ratio=f"{other / ours:.2f} x as many a second",
        goal=f">= {LEAST_PERCENT / 100} x",
        reached=other * 100 >= ours * LEAST_PERCENT,
        peak_megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


def _open() -> list[datetime]:
    """Enough starts that do not touch, whatever an agent may take a day, and the peer's table."""
    for _ in range(AGENTS):
        open_day_and_night()
    with transaction():
        scheduling.get_call_type().max_per_day = None
        TABLE.create(session.connection())
    starts = free_starts(days=DAYS)
    if len(starts) < ROUNDS * CLIENTS * EACH:
        raise RuntimeError(f"only {len(starts)} starts are free")
    return starts


def _book(served: Served, starts: Sequence[datetime]) -> float:
    """Each booking is of an investor of its own, whose form is open before the clock starts."""
    callers = sign_in(served, len(starts))
    booked = [
        partial(_hold_and_confirm, caller, form, start)
        for caller, form, start in zip(callers, _forms(callers), starts, strict=True)
    ]
    return _seconds(booked)


def _forms(callers: Sequence[Caller]) -> list[dict[str, str]]:
    return [caller.open("/calls/new?zone=UTC") for caller in callers]


def _hold_and_confirm(caller: Caller, form: dict[str, str], start: datetime) -> None:
    held = _expect(caller.pick(form, start), 302)
    typed = {"csrf_token": form["csrf_token"], "key": form["key"], "phone": PHONE}
    _expect(caller.send(held.header("Location"), typed), 302)


def _insert(served: Served) -> float:
    callers = sign_in(served, CLIENTS)
    each = EACH * POSTS_A_BOOKING
    return _seconds([partial(_insert_one, caller, next(_numbers)) for caller in callers for _ in range(each)])


def _insert_one(caller: Caller, number: int) -> None:
    _expect(caller.send("/bare", {"slot": f"slot {number}"}), 204)


def _expect(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise RuntimeError(f"{answer.status} instead of {status}: {answer.body[:200]!r}")
    return answer


def _seconds(work: Sequence[Callable[[], None]]) -> float:
    """Of all the work, an equal part for each client, from the moment they all begin."""

    def client(number: int) -> None:
        for each in work[number::CLIENTS]:
            each()

    began = perf_counter()
    together([partial(client, number) for number in range(CLIENTS)])
    return perf_counter() - began


def _check(count: int) -> None:
    """Every slot was really booked."""
    session.rollback()
    booked = select(func.count()).where(Booking.status == BookingStatus.BOOKED)
    if (found := session.execute(booked).scalar_one()) != count:
        raise RuntimeError(f"{found} of {count} slots were booked")
