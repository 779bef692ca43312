"""`page` and `page-growth`: the correction page of somebody who is signed in, under gunicorn, driven by `wrk`.

The peer of `page` is a bare view of the same application: one SELECT by a unique key and a template of forty lines,
for anybody. `page-growth` is the same reader's page beside 1,000 and beside 1,000,000 accounts of the same two deals.
"""

import re
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from sqlalchemy import select

from app.core.db import session, transaction
from app.identity import Person
from bench.bare import TABLE
from bench.result import Result
from faults.callers import Caller, sign_in_people
from faults.serving import Served, a_served_portal
from tests.incidents.crowds import a_published_crowd

READER, PAGE = "farid@example.com", "/corrections/INC-2026-001"
ACCOUNTS, MANY_ACCOUNTS = 1_000, 1_000_000
ROUNDS, SECONDS, CONNECTIONS, THREADS = 3, 5, 16, 8
LEAST_PERCENT, MOST_PERCENT = 25, 120
COUNTED = 1_000
"""Requests for which the report gives seconds."""


def measure() -> list[Result]:
    """On SQLite; nothing where `wrk` is missing."""
    if shutil.which("wrk") is None:
        print("page, page-growth: `wrk` is missing, so they were not measured. Debian has it: apt-get install wrk.")
        return []
    few, bare = _measure(ACCOUNTS)
    many, _ = _measure(MANY_ACCOUNTS)
    return [_page(few, bare), _growth(few, many)]


def _page(ours: float, bare: float) -> Result:
    return Result(
        name="page",
        work=f"{COUNTED:,} requests for a correction page of both deals, signed in, {CONNECTIONS} at once, SQLite",
        against="a bare view of one SELECT and 40 lines, same server",
        ours=ours,
        other=bare,
        ratio=f"{bare / ours:.2f} x the requests a second",
        goal=f">= {LEAST_PERCENT / 100} x",
        reached=bare * 100 >= ours * LEAST_PERCENT,
        peak_megabytes=_peak(),
    )


def _growth(few: float, many: float) -> Result:
    return Result(
        name="page-growth",
        work=f"{COUNTED:,} requests for the same page beside {MANY_ACCOUNTS:,} accounts",
        against=f"itself beside {ACCOUNTS:,}",
        ours=many,
        other=few,
        ratio=f"{many / few:.2f} x the time",
        goal=f"<= {MOST_PERCENT / 100} x",
        reached=many * 100 <= few * MOST_PERCENT,
        peak_megabytes=_peak(),
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _measure(accounts: int) -> tuple[float, float]:
    """Seconds for so many requests of the page and of the bare view, the medians of rounds that take turns."""
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/portal.db"
        with a_served_portal(Path(name), url, threads=THREADS, serves="bench.bare:create()") as served:
            with transaction():
                TABLE.create(session.connection())
                session.execute(TABLE.insert().values(slot="one"))
                a_published_crowd(accounts)
            reader = _sign_in(served)
            rounds = [(_drive(served, PAGE, reader), _drive(served, "/bare/one", reader)) for _ in range(ROUNDS)]
    ours, bare = (median(each) for each in zip(*rounds, strict=True))
    return ours, bare


def _sign_in(served: Served) -> Caller:
    person = session.scalars(select(Person).where(Person.email == READER)).one()
    (caller,) = sign_in_people(served, [person])
    answer = caller.client.send("GET", PAGE, cookies=caller.cookies)
    if answer.status != 200 or b"Tidewater Energy" not in answer.body:
        raise RuntimeError(f"{answer.status}: this is not the reader's page")
    return caller


def _drive(served: Served, path: str, reader: Caller) -> float:
    cookies = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
    size = [f"--connections={CONNECTIONS}", "--threads=2", f"--duration={SECONDS}s", "--timeout=60s"]
    command = ["wrk", *size, f"--header=Cookie: {cookies}", f"--header=Host: localhost:{served.port}"]
    said = subprocess.run([*command, served.url + path], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    a_second = re.search(r"Requests/sec: +([0-9.]+)", said)
    if a_second is None:
        raise RuntimeError(f"wrk said nothing of requests a second: {said}")
    return COUNTED / float(a_second[1])
