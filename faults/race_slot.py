"""`race-slot`: one slot wanted by many at the same moment, over HTTP, on both databases: one winner, no overlap.

Three stages on real web processes: everybody books one slot; half move to a slot that the other half books; and two
call types, one twice as long, are booked over each other. Overlaps are looked for by SQL alone.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app import scheduling
from app.core import clock
from app.core.db import session, transaction
from app.scheduling import Booking, BookingStatus, CallTerms, SlotClaim
from faults.callers import Caller, free_starts, open_day_and_night, sign_in, together, value_of
from faults.outcome import Tally
from faults.serving import Answer, Served, a_served_portal
from tests.postgresql import a_postgresql_database
from tests.scheduling.builders import an_investor

TYPE_OF_AN_HOUR = CallTerms(name="Long call", duration_minutes=60)


def campaign(*, at_once: int) -> Iterator[Tally]:
    """Each stage on each database."""
    with tempfile.TemporaryDirectory() as name:
        yield from _races("SQLite", Path(name), f"sqlite:///{name}/portal.db", at_once)
    with tempfile.TemporaryDirectory() as name, a_postgresql_database() as url:
        yield from _races("PostgreSQL", Path(name), url, at_once)


def _races(database: str, folder: Path, url: str, at_once: int) -> Iterator[Tally]:
    with a_served_portal(folder, url, workers=2, threads=16) as served:
        callers = _callers(served, at_once)
        starts = free_starts(days=9)
        yield _one_slot(database, callers, starts[0])
        yield _moves_against_bookings(database, callers, starts[4:-8])
        yield _two_types(database, callers, starts[-8:])


def _callers(served: Served, count: int) -> list[Caller]:
    open_day_and_night()
    with transaction():
        scheduling.get_call_type().max_per_day = None
        scheduling.open_call_type(terms=TYPE_OF_AN_HOUR, by=an_investor(), at=clock.now())
    return sign_in(served, count)


def _one_slot(database: str, callers: Sequence[Caller], start: datetime) -> Tally:
    forms = together([partial(each.open, "/calls/new?zone=UTC") for each in callers])
    picked = together([_picking(each, form, start) for each, form in zip(callers, forms, strict=True)])
    tally = _tally(f"{len(callers)} bookings of one slot at once on {database}", picked)
    for caller, answer in zip(callers, picked, strict=True):
        if answer.status == 302:
            tally.seen["confirmed"] += caller.confirm(answer).status == 302
    tally.slipped += tally.seen["status 302"] != 1 or tally.seen["confirmed"] != 1
    return _examined(tally)


def _moves_against_bookings(database: str, callers: Sequence[Caller], starts: Sequence[datetime]) -> Tally:
    """The first ones have calls and move to the slot that the others book."""
    half, wanted = len(callers) // 2, starts[-1]
    able = list(zip(callers[:half], starts[:-1], strict=False))
    with_call = together([partial(_book, each, start) for each, start in able])
    movers = [each for (each, _), has_call in zip(able, with_call, strict=True) if has_call]
    pages = together([partial(_call_of, each) for each in movers])
    moves = together([partial(each.open, f"{page}/move") for each, page in zip(movers, pages, strict=True)])
    opened = together([partial(each.open, "/calls/new?zone=UTC") for each in callers[half:]])
    others, forms = zip(
        *((c, form) for c, form in zip(callers[half:], opened, strict=True) if "key" in form), strict=True
    )
    answers = together(
        [_moving(each, page, form, wanted) for each, page, form in zip(movers, pages, moves, strict=True)]
        + [_picking(each, form, wanted) for each, form in zip(others, forms, strict=True)]
    )
    tally = _tally(f"{len(movers)} moves against {len(others)} bookings on {database}", answers)
    tally.slipped += tally.seen["status 302"] < 1 or _at(wanted) != 1
    return _examined(tally)


def _two_types(database: str, callers: Sequence[Caller], starts: Sequence[datetime]) -> Tally:
    """Calls of half an hour and of an hour over each other."""
    types = [each.id for each in scheduling.list_call_types(incident_reference="")]
    session.rollback()
    paths = [f"/calls/new?zone=UTC&type={types[number % 2]}" for number in range(len(callers))]
    forms = together([partial(each.open, path) for each, path in zip(callers, paths, strict=True)])
    halves = [starts[0] + timedelta(minutes=30 * (number // 2 % 4)) for number in range(len(callers))]
    free = [(each, form, at) for each, form, at in zip(callers, forms, halves, strict=True) if "key" in form]
    answers = together([_picking(each, form, at) for each, form, at in free])
    tally = _tally(f"{len(free)} bookings of two call types on {database}", answers)
    tally.slipped += tally.seen["status 302"] < 1
    return _examined(tally)


def _book(caller: Caller, start: datetime) -> bool:
    """Whether the caller has a call to move, at a start of their own or one from before."""
    form = caller.open("/calls/new?zone=UTC")
    if "key" not in form:
        return True
    answer = caller.pick(form, start)
    return answer.status == 302 and caller.confirm(answer).status == 302


def _call_of(caller: Caller) -> str:
    """The page of the caller's call, where booking another leads."""
    return urlsplit(caller.client.send("GET", "/calls/new", cookies=caller.cookies).header("Location")).path


def _picking(caller: Caller, form: dict[str, str], start: datetime) -> Callable[[], Answer]:
    return lambda: caller.pick(form, start)


def _moving(caller: Caller, page: str, form: dict[str, str], start: datetime) -> Callable[[], Answer]:
    return lambda: caller.send(f"{page}/move", form | {"start": value_of(start)})


def _tally(what: str, answers: Sequence[Answer]) -> Tally:
    tally = Tally(what, rounds=len(answers))
    for answer in answers:
        tally.seen[f"status {answer.status}"] += 1
        tally.slipped += answer.status >= 500
    return tally


def _examined(tally: Tally) -> Tally:
    tally.seen["overlaps"] = _overlaps()
    tally.slipped += tally.seen["overlaps"] + _unclaimed()
    session.rollback()
    return tally


def _kept(booking: Any) -> tuple[Any, ...]:
    now = clock.now()
    return (booking.status != BookingStatus.CANCELLED, (booking.held_until.is_(None)) | (booking.held_until > now))


def _overlaps() -> int:
    """Pairs of calls of one agent or person whose time with buffers overlaps."""
    session.rollback()
    one, other = aliased(Booking), aliased(Booking)
    pairs = select(func.count()).where(
        one.id < other.id,
        (one.agent_id == other.agent_id) | (one.person_id == other.person_id),
        *_kept(one),
        *_kept(other),
        one.claimed_from < other.claimed_until,
        other.claimed_from < one.claimed_until,
    )
    return session.execute(pairs).scalar_one()


def _unclaimed() -> int:
    """Calls that are kept without a claim of theirs."""
    claimed = select(SlotClaim.booking_id)
    return session.execute(select(func.count()).where(*_kept(Booking), Booking.id.not_in(claimed))).scalar_one()


def _at(start: datetime) -> int:
    session.rollback()
    return session.execute(select(func.count()).where(*_kept(Booking), Booking.starts_at == start)).scalar_one()
