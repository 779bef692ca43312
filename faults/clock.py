"""`clock`: hosts whose clocks are wrong, by an hour, a day, years, or in the night of a change, work on one PostgreSQL.

What must hold: no link outlives its time in database time and none ends before, nobody takes a lease from who holds it,
nothing is sent twice. The clock of each process is shifted by a library that is put before the system's own; on SQLite
the host's clock is the database's, so there is nothing to compare.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

from app import identity
from app.core import clock, jobs
from app.core.db import transaction
from faults.kill_worker import queue_messages
from faults.links import send_link
from faults.outcome import Tally
from faults.preloading import compile_library
from faults.victims import a_portal, deliver
from tests.notices.smtp import Postman, a_server
from tests.postgresql import a_postgresql_database

SHIFTS: Mapping[str, timedelta | datetime] = {
    "an hour behind": timedelta(hours=-1),
    "an hour ahead": timedelta(hours=1),
    "a day behind": timedelta(days=-1),
    "a day ahead": timedelta(days=1),
    "in 2038": datetime(2038, 1, 19, 3, 14, 5, tzinfo=UTC),
    "in the night clocks go forward": datetime(2027, 3, 14, 6, 59, 58, tzinfo=UTC),
    "in the night clocks go back": datetime(2027, 10, 31, 0, 59, 58, tzinfo=UTC),
}
LEASE, HELD_SECONDS = "clock", 3600
NEAR = timedelta(minutes=10)


def campaign(*, messages: int) -> Iterator[Tally]:
    """So many messages, delivered by all of these hosts at once."""
    with tempfile.TemporaryDirectory() as name, a_postgresql_database() as url:
        folder = Path(name)
        library = compile_library("shifted_clock", folder)
        with a_portal(url, folder):
            queue_messages(messages)
            held = jobs.take_lease(LEASE, HELD_SECONDS)
            postman = Postman()
            with a_server(postman) as port:
                hosts = [_Host(shift, url, folder, port, library) for shift in SHIFTS.values()]
                tallies = [_judge(what, host) for what, host in zip(SHIFTS, hosts, strict=True)]
            yield from tallies
            yield _judge_mail(postman, messages, held)


class _Host:
    """A process with a clock of its own, a link that has ended by the database's clock, and one that has not."""

    def __init__(self, shift: timedelta | datetime, url: str, folder: Path, port: int, library: Path) -> None:
        self.shift = shift - clock.now() if isinstance(shift, datetime) else shift
        ended, good = send_link(lives=timedelta(seconds=-5)), send_link(lives=timedelta(minutes=30))
        given = [url, str(folder), str(port), *(word for sent in (ended, good) for word in (sent.path, sent.code))]
        seconds = str(round(self.shift.total_seconds()))
        environment = {**os.environ, "LD_PRELOAD": str(library), "CLOCK_SHIFT_SECONDS": seconds}
        command = [sys.executable, "-m", "faults.clock", *given]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    def said(self) -> Any:
        """What it found. Raises RuntimeError when it did not end well."""
        output, _ = self.process.communicate()
        if self.process.returncode:
            raise RuntimeError(f"a host ended with {self.process.returncode}")
        return json.loads(output.splitlines()[-1])


def _judge(what: str, host: _Host) -> Tally:
    said = host.said()
    off = datetime.fromisoformat(said["now"]) - clock.now() - host.shift
    wrong = Counter(
        {
            "clock not shifted": int(abs(off) > NEAR),
            "an ended link opened": int(said["ended"]),
            "a good link refused": int(not said["good"]),
            "a lease stolen": int(said["lease"] is not None),
        }
    )
    return Tally(f"a host {what}", rounds=1, slipped=wrong.total(), seen=+wrong)


def _judge_mail(postman: Postman, messages: int, held: int | None) -> Tally:
    copies = Counter(str(message_from_bytes(raw)["Message-ID"]) for raw in postman.accepted)
    twice = copies.total() - len(copies)
    seen = Counter({"sent": len(copies), "sent twice": twice, "not sent": messages - len(copies)})
    slipped = twice + abs(messages - len(copies)) + (held is None)
    return Tally(f"{messages} messages by {len(SHIFTS)} hosts", rounds=messages, slipped=slipped, seen=seen)


def _opens(path: str, code: str) -> bool:
    with transaction():
        found = identity.sign_in_with_link(
            token=path.removeprefix("/s/"),
            code=code,
            nonce=None,
            lasts=timedelta(hours=1),
            device="a browser",
            at=clock.now(),
        )
        return not isinstance(found, identity.NotSignedIn)


def work(given: Sequence[str]) -> None:
    """What one host does: tries the lease and both links, delivers what is due, and says what it saw."""
    url, folder, port, ended, ended_code, good, good_code = given
    with a_portal(url, Path(folder)):
        said = {"lease": jobs.take_lease(LEASE, 1), "ended": _opens(ended, ended_code), "good": _opens(good, good_code)}
    deliver(url, folder, port)
    print(json.dumps({**said, "now": clock.now().isoformat()}))


if __name__ == "__main__":
    work(sys.argv[1:])
