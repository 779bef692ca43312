"""`slots`: a year of half hours in one zone, against npm's slot-calculator; and how a team's free times grow.

Seconds are the processor's, of both sides, so that other work on the machine weighs on neither.
"""

import json
import math
import resource
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median
from zoneinfo import ZoneInfo

from app.scheduling.slots import Busy, Hours, Rules, Window, list_slots
from bench.result import Result
from tests.peers import NoNode, run_node

ZONE, YEAR, ROUNDS = "America/New_York", 2027, 5
LEAST_TIMES = 50
MOST_SLOPE = 1.1
HALF_HOUR = timedelta(minutes=30)
WORKING_DAYS = {day: (Window(9 * 60, 17 * 60),) for day in range(5)}


def measure() -> list[Result]:
    """The year against the peer where there is a Node, then the growth."""
    return [*_against_the_peer(), _growth()]


def _against_the_peer() -> list[Result]:
    slots, ours = _a_year()
    try:
        peer = json.loads(run_node("slot_year.mjs", ZONE, str(YEAR), "3"))
    except NoNode as problem:
        print(f"slots: not compared with slot-calculator: {problem}")
        return []
    if peer["slots"] != slots:
        raise ValueError(f"the peer found {peer['slots']} slots, we found {slots}")
    times = peer["seconds"] / ours
    work = f"{slots} slots of a year in one zone"
    return [
        Result(
            name="slots",
            work=work,
            against="slot-calculator 2.2.1",
            ours=ours,
            other=peer["seconds"],
            ratio=f"{times:.0f} times as fast",
            goal=f">= {LEAST_TIMES} times",
            reached=times >= LEAST_TIMES,
            peak_megabytes=_peak(),
        )
    ]


def _a_year() -> tuple[int, float]:
    """How many slots, and the seconds of the median round."""
    hours, rules = Hours(ZoneInfo(ZONE), WORKING_DAYS), Rules(HALF_HOUR, HALF_HOUR, timedelta(days=400))
    found = 0

    def work() -> None:
        nonlocal found
        at = datetime(YEAR, 1, 1, tzinfo=UTC)
        dates = {"from_on": date(YEAR, 1, 1), "to_on": date(YEAR, 12, 31)}
        found = len(list_slots(hours=hours, rules=rules, busy=[], at=at, **dates))

    seconds = _median(work)
    return found, seconds


def _growth() -> Result:
    """Ten agents, sixty days, two hundred busy times each; and ten times the agents and the busy times."""
    small, large = (_median(lambda size=size: _team(10 * size, 60, 200)) for size in (1, 10))
    deep = _median(lambda: _team(10, 60, 2_000))
    slope = max(math.log10(large / small), math.log10(deep / small))
    return Result(
        name="slots-growth",
        work="10 agents x 60 days x 200 busy; ten times the agents, or the busy times",
        against="itself at a tenth",
        ours=max(large, deep),
        other=small,
        ratio=f"slope {slope:.2f}",
        goal=f"<= {MOST_SLOPE}",
        reached=slope <= MOST_SLOPE,
        peak_megabytes=_peak(),
    )


def _team(agents: int, days: int, busy: int) -> None:
    hours, at = Hours(ZoneInfo(ZONE), WORKING_DAYS), datetime(YEAR, 1, 1, tzinfo=UTC)
    rules = Rules(HALF_HOUR, HALF_HOUR, timedelta(days=days), buffer_after=timedelta(minutes=10), max_per_day=10)
    chance = Random(7)
    for _ in range(agents):
        starts = [at + timedelta(minutes=5 * chance.randrange(days * 288)) for _ in range(busy)]
        taken = [Busy(start, start + HALF_HOUR, counts=False) for start in starts]
        to_on = at.date() + timedelta(days=days)
        list_slots(hours=hours, rules=rules, busy=taken, from_on=at.date(), to_on=to_on, at=at)


def _median(work: Callable[[], None]) -> float:
    def once() -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    return median(once() for _ in range(ROUNDS))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
