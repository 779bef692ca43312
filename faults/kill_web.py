"""`kill-web`: web processes killed again and again while people sign in, on both databases.

What must hold: whoever was told that they are signed in is, nothing is done without its audit event, and the log
verifies. Who was signed in without hearing of it has used their link up, and would need another mail.
"""

import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from app.audit import Finding
from app.core.db import db
from faults.links import send_links
from faults.load import Load, begin_load, judge
from faults.outcome import Tally
from faults.serving import Served, a_served_portal
from faults.victims import sign_and_verify
from tests.postgresql import a_postgresql_database

WORKERS = 3


def campaign(*, kills: int, sign_ins: int, seed: int = 2026) -> Iterator[Tally]:
    """So many kills spread over so many sign-ins, on each database."""
    with tempfile.TemporaryDirectory() as name:
        yield _on(f"sqlite:///{name}/portal.db", Path(name), kills, sign_ins, random.Random(seed))
    with tempfile.TemporaryDirectory() as name, a_postgresql_database() as url:
        yield _on(url, Path(name), kills, sign_ins, random.Random(seed))


def _on(url: str, folder: Path, kills: int, sign_ins: int, numbers: random.Random) -> Tally:
    with a_served_portal(folder, url, workers=WORKERS, threads=4) as served:
        load = begin_load(served, send_links(sign_ins))
        with load.running():
            killed = _kill_again_and_again(served, load, kills, numbers)
        wrong = judge(load) + Counter({"log not OK": int(sign_and_verify(folder) is not Finding.OK)})
        seen = Counter({"killed": killed, "signed in": len(load.acknowledged)})
        seen["no answer"] = sum(each.status == 0 for each in load.tried)
        seen["answers 5xx"] = sum(each.status >= 500 for each in load.tried)
        what = f"{kills} kills under {sign_ins} sign-ins on {db.engine.dialect.name}"
        return Tally(what, rounds=killed, slipped=wrong.total() + (killed < kills), seen=seen + wrong)


def _kill_again_and_again(served: Served, load: Load, kills: int, numbers: random.Random) -> int:
    """One of the web processes dies now and then, wherever it is; another is begun for it."""
    killed = 0
    for left in range(kills, 0, -1):
        load.wait_for(load.next_blow(numbers, left))
        time.sleep(numbers.randrange(20) / 1000)
        if not load.is_over and (alive := served.workers):
            with suppress(ProcessLookupError):
                os.kill(numbers.choice(alive), signal.SIGKILL)
                killed += 1
    return killed
