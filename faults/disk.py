"""`disk`: no room for SQLite's writes while people sign in; and then a disk that fails.

For the first the web processes are held to a size of file that every write passes (RLIMIT_FSIZE, set from outside, so
that the same processes live on). For the second a library that is put before the system's own answers EIO to fsync and
fdatasync, which is where SQLite hears of a broken disk; it needs a C compiler, and where there is none the campaign
says so. What must hold: they answer 503 and nothing worse, `/readyz` is red and `/healthz` is not, nothing that was
acknowledged is missing, and everybody gets in once the disk is well again.
"""

import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.audit import Finding
from faults.links import send_links
from faults.load import Load, begin_load, judge
from faults.outcome import Tally
from faults.preloading import NoCompiler, compile_library
from faults.serving import Client, Served, a_served_portal
from faults.victims import sign_and_verify

ROOM = 16_384
"""Bytes into a file that may still be written while the limit is set: not enough for a sign-in."""
ASKED = 10
"""How often each round asks whether the portal is ready: of either process."""


@dataclass(frozen=True)
class _Trouble:
    """What the disk has: how web processes are brought to feel it while a block runs, and what they are begun with."""

    name: str
    begins: Callable[[Served], AbstractContextManager[None]]
    environment: Mapping[str, str]


def campaign(*, rounds: int, sign_ins: int) -> Iterator[Tally]:
    """Each of the two so many times, spread over so many sign-ins, on SQLite."""
    with tempfile.TemporaryDirectory() as name:
        yield _on(Path(name), rounds, sign_ins, _Trouble("no room", _limited, {}))
    with tempfile.TemporaryDirectory() as name:
        try:
            library = compile_library("failing_sync", Path(name))
        except NoCompiler as reason:
            yield Tally(f"no disk failed: {reason}")
            return
        environment = {"LD_PRELOAD": str(library), "SYNC_FAILS_WHILE": str(_sign(Path(name)))}
        yield _on(Path(name), rounds, sign_ins, _Trouble("EIO", _failing, environment))


def _on(folder: Path, rounds: int, sign_ins: int, trouble: _Trouble) -> Tally:
    url = f"sqlite:///{folder}/portal.db"
    with a_served_portal(folder, url, workers=2, threads=4, environment=trouble.environment) as served:
        load = begin_load(served, send_links(sign_ins))
        with load.running():
            seen = Counter[str]()
            for number in range(rounds):
                _wait(load, sign_ins * (number + 1) // (rounds + 1))
                seen += _while(trouble, served, load)
        wrong = Counter({what: count for what, count in seen.items() if what.startswith("wrongly")}) + judge(load)
        wrong["log not OK"] = int(sign_and_verify(folder) is not Finding.OK)
        wrong["refusals missing"] = max(0, rounds * ASKED - seen["refused with 503"])
        wrong["not signed in"] = sign_ins - len(load.acknowledged)
        wrong["worse than 503"] = sum(each.status not in (303, 503) for each in load.tried)
        seen["signed in"] = len(load.acknowledged)
        return Tally(f"{rounds} times {trouble.name}", rounds=rounds, slipped=wrong.total(), seen=seen | wrong)


def _wait(load: Load, wanted: int) -> None:
    while len(load.acknowledged) < wanted and not load.is_over:
        time.sleep(0.005)


def _while(trouble: _Trouble, served: Served, load: Load) -> Counter[str]:
    """Until ten were refused; what was answered meanwhile, and at once afterwards."""
    with trouble.begins(served):
        before = _refused(load)
        while _refused(load) < before + ASKED and not load.is_over:
            time.sleep(0.005)
        seen = Counter({"refused with 503": _refused(load) - before})
        seen["wrongly ready"] = _count(served, "/readyz", 200)
        seen["wrongly not alive"] = ASKED - _count(served, "/healthz", 200)
    seen["wrongly not ready"] = ASKED - _count(served, "/readyz", 200)
    return seen


def _refused(load: Load) -> int:
    return sum(each.status == 503 for each in load.tried)


def _count(served: Served, path: str, status: int) -> int:
    return sum(Client(served.port).send("GET", path).status == status for _ in range(ASKED))


@contextmanager
def _limited(served: Served) -> Iterator[None]:
    """No web process may write further into a file: the log of writes is written from its beginning again and again."""
    for process_id in served.workers:
        resource.prlimit(process_id, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for process_id in served.workers:
            resource.prlimit(process_id, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def _failing(served: Served) -> Iterator[None]:
    """Nothing that a web process writes reaches the disk."""
    _sign(served.folder).touch()
    try:
        yield
    finally:
        _sign(served.folder).unlink()


def _sign(folder: Path) -> Path:
    """The file at whose sight the library fails."""
    return folder / "the-disk-fails"
