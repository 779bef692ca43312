"""`kill-publish`: a publication killed at random and resumed, on both databases.

What must hold: every adjustment is published once with its settlements, every person has one notice, the log verifies,
and the ledger says what the settlements say.
"""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

from app import audit, settlement
from app.core import schema
from app.core.db import db, session
from app.incidents import Adjustment, Publication, PublicationState
from app.incidents.making_due import payables_of
from app.notices import Kind, Message
from app.settlement import Settlement
from faults.outcome import Tally
from faults.victims import SMALL_BATCH, a_portal, begin, finish, publish, sign_and_verify, some
from tests.incidents.crowds import a_crowd_to_publish_to
from tests.postgresql import a_postgresql_database

NOTICES = (Kind.CORRECTION, Kind.ALL_CLEAR)


def campaign(*, adjustments: int, kills: int, seed: int = 2026) -> Iterator[Tally]:
    """The same on SQLite and on PostgreSQL."""
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/portal.db"
        schema.upgrade(url)
        yield _on(url, Path(name), adjustments, kills, random.Random(seed))
    with tempfile.TemporaryDirectory() as name, a_postgresql_database() as url:
        yield _on(url, Path(name), adjustments, kills, random.Random(seed))


def _on(url: str, folder: Path, adjustments: int, kills: int, numbers: random.Random) -> Tally:
    with a_portal(url, folder):
        publication_id = a_crowd_to_publish_to(adjustments)
        killed = _kill_again_and_again(url, folder, publication_id, kills, numbers)
        finish(begin(publish, url, str(folder)))
        return _judge(f"{adjustments} adjustments on {db.engine.dialect.name}", publication_id, killed, folder)


def _kill_again_and_again(url: str, folder: Path, publication_id: int, kills: int, numbers: random.Random) -> int:
    """Each process lives until some batches more are committed, and a moment longer; how many were killed at work."""
    killed = 0
    for left in range(kills, 0, -1):
        publication = _publication(publication_id)
        most = (publication.total - publication.done) // SMALL_BATCH // left
        wanted = publication.done + SMALL_BATCH * (some(numbers, max(1, 2 * most)) - 1)
        victim = begin(publish, url, str(folder))
        while _publication(publication_id).done < wanted and victim.is_alive():
            time.sleep(0.005)
        time.sleep(numbers.randrange(400) / 1000)
        killed += victim.is_alive()
        victim.kill()
        victim.join()
    return killed


def _publication(publication_id: int) -> Publication:
    session.rollback()
    return session.get_one(Publication, publication_id, populate_existing=True)


def _judge(what: str, publication_id: int, killed: int, folder: Path) -> Tally:
    publication = _publication(publication_id)
    proposal = publication.proposal
    parts = {part.case_id: part for part in proposal.parts}
    owed = Counter(
        (each.id, payable.direction)
        for each in proposal.adjustments
        for payable in payables_of(parts[each.case_id], each)
    )
    made = Counter((each.adjustment_id, each.direction) for each in session.scalars(select(Settlement)))
    told = session.scalars(select(Message.person_id).where(Message.kind.in_(NOTICES))).all()
    log = sign_and_verify(folder)
    wrong = {
        "not done": publication.state is not PublicationState.DONE,
        "unpublished": _count_unpublished(),
        "settlements that differ": (owed - made).total() + (made - owed).total(),
        "people told twice": len(told) - len(set(told)),
        "people not told": publication.total - len(set(told)),
        "ledger accounts that differ": len(settlement.find_disagreements()),
        "log not OK": log is not audit.Finding.OK,
    }
    seen = Counter({"killed at work": killed, "settlements": made.total(), "notices": len(told)})
    seen |= Counter({name: int(count) for name, count in wrong.items() if count})
    return Tally(what, rounds=killed, slipped=sum(int(count) for count in wrong.values()), seen=seen)


def _count_unpublished() -> int:
    return session.scalar(select(func.count()).where(Adjustment.published_at.is_(None))) or 0
