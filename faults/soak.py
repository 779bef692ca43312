"""`soak`: an hour of everything at once on SQLite, by real web and worker processes and over real mail.

Investors ask for a link, sign in, read, say so, check the proof of their receipt, book a call and cancel it, and leave;
staff go through their pages, export the log and have it verified; the worker publishes, mails and signs meanwhile.

What must hold: no answer is 5xx and none is missing, no process ends, none of them holds 5 % more memory at the end
than after the warm-up, SQLite's log of writes stays bounded, every receipt verifies and so does the log.

Growth is that of each process by itself: the median of its resident memory over the last 8 % of the time against that
over 8 % of the time after a warm-up of a quarter. A run of less than ten minutes is over before caches are full, so it
only says what it saw.
"""

import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from subprocess import Popen
from threading import Event

from aiosmtpd.controller import Controller

from app import audit
from app.core import clock
from app.core.db import session
from app.incidents import Publication, PublicationState
from faults.callers import open_day_and_night
from faults.desks import Desk, desks_of, sit_down
from faults.memory import Memory
from faults.outcome import Tally
from faults.serving import Client, Served, a_served_portal, a_worker, address_of
from faults.victims import ORIGIN
from faults.visitors import Browser, Investor, Letterbox, Seen
from tests.incidents.crowds import a_crowd_to_publish_to
from tests.notices.smtp import free_port

INVESTORS_AT_ONCE = 6
MOST_GROWTH = 1.05
JUDGED_FROM_SECONDS = 600
MOST_WRITES = 32 * 1024 * 1024
"""Bytes: four times the size at which the worker takes the log of writes in and has readers and writers wait for it."""
LOGS = ("web.log", "worker.log")
PUBLISHED_WITHIN_SECONDS = 300
MUST_NOT_BE = (
    "status 5",
    "no answer",
    "links that never came",
    "readings without a receipt",
    "receipts without proof",
    "receipts that do not verify",
    "staff pages refused",
)
MUST_BE = ("visits", "receipts that verify", "calls booked", "staff pages", "verifications asked for", "exports")


@dataclass
class Soaked(Tally):
    """The tally, with what each process held after the warm-up and at the end, and how long the log of writes got.

    `crashes` are what the interpreter said of each process that crashed.
    """

    growth: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    most_writes: int = 0
    crashes: Sequence[str] = ()

    def __str__(self) -> str:
        held = ", ".join(
            f"{name} {warm / 1024:.1f} then {end / 1024:.1f} ({100 * (end / warm - 1):+.1f} %)"
            for name, (warm, end) in self.growth.items()
            if warm
        )
        writes = f"log of writes at most {self.most_writes / 1024**2:.1f} MiB"
        said = "".join(f"\n{crash}" for crash in self.crashes)
        return f"{super().__str__()}; MiB after the warm-up and at the end: {held}; {writes}{said}"


@dataclass(frozen=True)
class _Run:
    """What the load works on."""

    served: Served
    worker: Popen[bytes]
    investors: list[Investor]
    seen: Seen
    ended: Event

    @property
    def processes(self) -> Mapping[str, int]:
        """Web and worker processes by name; one that was begun for another has another name."""
        web = {f"web {process_id}": process_id for process_id in self.served.workers}
        return {"gunicorn": self.served.process_id, "worker": self.worker.pid} | web


def campaign(*, seconds: float, people: int) -> Iterator[Soaked]:
    """So many seconds of load by so many investors in turn, a few of them at any moment."""
    with tempfile.TemporaryDirectory() as name:
        folder, letterbox = Path(name), Letterbox()
        verifier = audit.make_key_file(path=folder / "audit.key", origin=ORIGIN)
        with (
            _mail_taken_by(letterbox) as port,
            a_served_portal(folder, f"sqlite:///{folder}/portal.db", threads=4, mail_port=port) as served,
        ):
            reference = _prepare(people)
            investors = [Investor(f"reader{n}@example.com", reference, letterbox, verifier) for n in range(people)]
            with a_worker(served) as worker:
                _wait_until_published()
                run = _Run(served, worker, investors, Seen(), Event())
                tally = _soak(run, seconds)
            verdict = audit.verify(key=verifier, anchor=audit.FileAnchor(folder / "anchors"), at=clock.now())
            tally.seen["mails"] = letterbox.taken
            tally.seen["log not OK"] = int(verdict.finding is not audit.Finding.OK)
            tally.slipped += tally.seen["log not OK"]
            yield tally


@contextmanager
def _mail_taken_by(letterbox: Letterbox) -> Iterator[int]:
    controller = Controller(letterbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _prepare(people: int) -> str:
    """A correction for so many people waits to be published; answers its case number."""
    open_day_and_night()
    publication_id = a_crowd_to_publish_to(2 * people, clock.now())
    reference = session.get_one(Publication, publication_id).proposal.incident.reference
    session.rollback()
    return reference


def _wait_until_published() -> None:
    """Raises RuntimeError when the worker does not get there."""
    gives_up = time.monotonic() + PUBLISHED_WITHIN_SECONDS
    while time.monotonic() < gives_up:
        session.rollback()
        if all(each.state is PublicationState.DONE for each in session.query(Publication)):
            session.rollback()
            return
        time.sleep(0.1)
    raise RuntimeError("the worker did not publish")


def _soak(run: _Run, seconds: float) -> Soaked:
    numbers, memory, most_writes = count(), Memory(), 0
    before = run.processes
    desks = [(desk, sit_down(run.served, desk.role)) for desk in desks_of(run.investors[0].reference)]
    with ThreadPoolExecutor(INVESTORS_AT_ONCE + len(desks)) as threads:
        working = [threads.submit(_visit_in_turn, run, numbers) for _ in range(INVESTORS_AT_ONCE)]
        working += [threads.submit(_work_at, run, desk, cookies) for desk, cookies in desks]
        began = time.monotonic()
        while (now := time.monotonic() - began) < seconds and not any(each.done() for each in working):
            memory.sample(now, run.processes)
            most_writes = max(most_writes, _writes(run.served))
            time.sleep(min(1, seconds / 20))
        run.ended.set()
    for each in working:
        each.result()
    return _judge(run, seconds, memory, most_writes, before)


def _visit_in_turn(run: _Run, numbers: Iterator[int]) -> None:
    """One investor after the other, each from an address of their own; a visit is ended where it is."""
    while not run.ended.is_set():
        number = next(numbers)
        browser = Browser(Client(run.served.port, address=address_of(number)), run.seen, run.ended)
        run.investors[number % len(run.investors)].visit(browser)


def _work_at(run: _Run, desk: Desk, cookies: dict[str, str]) -> None:
    browser = Browser(Client(run.served.port), run.seen, run.ended, cookies)
    for turn in count():
        if run.ended.is_set():
            return
        desk.go_through(browser, turn)


def _writes(served: Served) -> int:
    path = served.folder / "portal.db-wal"
    return path.stat().st_size if path.exists() else 0


def _crashes(log: str) -> list[str]:
    """What the interpreter's fault handler wrote of each crash, up to the list of compiled modules that ends it."""
    return re.findall(r"^Fatal Python error.*?(?:^Extension modules.*?$|\Z)", log, re.MULTILINE | re.DOTALL)


def _judge(run: _Run, seconds: float, memory: Memory, most_writes: int, before: Mapping[str, int]) -> Soaked:
    seen, growth = run.seen.counts, memory.growth(seconds)
    wrong = Counter({what: found for what, found in seen.items() if what.startswith(MUST_NOT_BE)})
    wrong += Counter(f"no {what}" for what in MUST_BE if not seen[what])
    wrong["processes that ended"] = sum(process not in run.processes.items() for process in before.items())
    wrong["too many writes waiting"] = int(most_writes > MOST_WRITES)
    log = "".join((run.served.folder / each).read_text() for each in LOGS)
    wrong["tracebacks"], crashes = log.count("Traceback"), _crashes(log)
    if seconds >= JUDGED_FROM_SECONDS:
        wrong["processes that grew"] = sum(0 < MOST_GROWTH * warm <= end for warm, end in growth.values())
    what = f"{seconds:.0f} seconds on SQLite"
    return Soaked(what, seen["visits"], wrong.total(), seen | wrong, growth, most_writes, crashes)
