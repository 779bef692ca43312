"""`disk`: no room for SQLite's writes while people sign in.

The web processes are held to a size of file that they reach at once (RLIMIT_FSIZE, set from outside, so that the same
processes live on). What must hold: they answer 503 and nothing worse, `/readyz` is red and `/healthz` is not, nothing
that was acknowledged is missing, and everybody gets in once there is room again.
"""

import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.audit import Finding
from faults.links import send_links
from faults.load import Load, begin_load, judge
from faults.outcome import Tally
from faults.serving import Client, Served, a_served_portal
from faults.victims import sign_and_verify

ROOM = 16_384
"""Bytes that may still be written when the limit is set: not enough for a sign-in."""
ASKED = 10
"""How often each round asks whether the portal is ready: of either process."""


def campaign(*, rounds: int, sign_ins: int) -> Iterator[Tally]:
    """So many times without room, spread over so many sign-ins, on SQLite."""
    with tempfile.TemporaryDirectory() as name:
        yield _on(Path(name), rounds, sign_ins)


def _on(folder: Path, rounds: int, sign_ins: int) -> Tally:
    with a_served_portal(folder, f"sqlite:///{folder}/portal.db", workers=2, threads=4) as served:
        load = begin_load(served, send_links(sign_ins))
        with load.running():
            seen = Counter[str]()
            for number in range(rounds):
                _wait(load, sign_ins * (number + 1) // (rounds + 1))
                seen += _without_room(served, load)
        wrong = Counter({what: count for what, count in seen.items() if what.startswith("wrongly")}) + judge(load)
        wrong["log not OK"] = int(sign_and_verify(folder) is not Finding.OK)
        wrong["not signed in"] = sign_ins - len(load.acknowledged)
        wrong["worse than 503"] = sum(each.status not in (303, 503) for each in load.tried)
        seen["signed in"] = len(load.acknowledged)
        return Tally(f"{rounds} times no room", rounds=rounds, slipped=wrong.total(), seen=seen | wrong)


def _wait(load: Load, wanted: int) -> None:
    while len(load.acknowledged) < wanted and not load.is_over:
        time.sleep(0.005)


def _without_room(served: Served, load: Load) -> Counter[str]:
    """Until ten were refused; what was answered meanwhile, and at once afterwards."""
    with _limited(served):
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
    """No web process may write further into a file than the log of writes reaches now, and a little."""
    most = (served.folder / "portal.db-wal").stat().st_size + ROOM
    for process_id in served.workers:
        resource.prlimit(process_id, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for process_id in served.workers:
            resource.prlimit(process_id, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
