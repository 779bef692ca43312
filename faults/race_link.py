"""`race-link`: one sign-in link used by many at the same moment, over HTTP, on both databases: one session."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from faults.links import A_NONCE, Sent, count_sessions, open_link, send_links
from faults.outcome import Tally
from faults.serving import Answer, Client, Served, a_served_portal, address_of
from tests.postgresql import a_postgresql_database

PATIENCE_SECONDS = 60


def campaign(*, rounds: int, at_once: int) -> Iterator[Tally]:
    """Every other link is used by its code, the rest by the browser that asked: fifty tabs of one person."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield _race("SQLite", folder, f"sqlite:///{folder}/portal.db", rounds, at_once)
    with tempfile.TemporaryDirectory() as name, a_postgresql_database() as url:
        yield _race("PostgreSQL", Path(name), url, rounds, at_once)


def _race(database: str, folder: Path, url: str, rounds: int, at_once: int) -> Tally:
    tally = Tally(f"{at_once} uses of one link at once on {database}", rounds=rounds)
    with a_served_portal(folder, url, workers=2, threads=25) as served:
        for number, sent in enumerate(send_links(rounds)):
            answers = _use_at_once(served, sent, at_once, {"makewhole_asked": A_NONCE} if number % 2 else {})
            winners = sum("makewhole_session" in answer.cookies for answer in answers)
            tally.seen["sessions"] += count_sessions(sent.person_id)
            tally.seen["answers 5xx"] += sum(answer.status >= 500 for answer in answers)
            tally.seen["refused"] += at_once - winners
            tally.slipped += winners != 1 or count_sessions(sent.person_id) != 1
            tally.slipped += any(answer.status >= 500 for answer in answers)
    return tally


def _use_at_once(served: Served, sent: Sent, at_once: int, kept: dict[str, str]) -> list[Answer]:
    start = Barrier(at_once)

    def use(number: int) -> Answer:
        client = Client(served.port, address=address_of(number))
        opened = open_link(client, sent, kept)
        start.wait(PATIENCE_SECONDS)
        return opened.send(client)

    with ThreadPoolExecutor(at_once) as threads:
        return list(threads.map(use, range(at_once)))
