"""`ledger`: random sequences of publish, release, return, dispute, decline and new version over the money of a deal.

After every act three things are asked, against what the outside world would know: the ledger is balanced and agrees
with the settlements, nobody was paid twice or more than is owed, and no cent that arrived or was paid in is lost.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.core import schema
from app.core.db import db, session, transaction
from app.factory import create_app
from app.settings import read_settings
from faults.outcome import Tally
from faults.serving import settings_for
from faults.walking import House, Walk

STEPS = 40


class _UndoneError(Exception):
    """Ends a sequence without keeping it."""


def campaign(*, sequences: int) -> Iterator[Tally]:
    """Each sequence begins with eight settlements that became due, and is undone at its end."""
    tally = Tally(f"sequences of {STEPS} random acts on the money of a deal", rounds=sequences)
    with _a_house() as house:
        for seed in range(sequences):
            with suppress(_UndoneError), transaction():
                _play(house, seed, tally)
                raise _UndoneError
    yield tally


def _play(house: House, seed: int, tally: Tally) -> None:
    walk = Walk(house, seed)
    try:
        walk.go(STEPS)
    except AssertionError as broken:
        tally.slipped += 1
        tally.seen[str(broken).partition("\n")[0]] += 1
    tally.seen.update({f"{name} done": count for name, count in walk.done.items()})
    tally.seen["refused"] += walk.refused


@contextmanager
def _a_house() -> Iterator[House]:
    """In a database of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = settings_for(folder, f"sqlite:///{folder}/portal.db", 80, 25)
        schema.upgrade(given["DATABASE_URL"])
        app = create_app(read_settings(given, Path("/nonexistent")))
        with app.app_context():
            with transaction():
                house = House()
            yield house
            session.remove()
            db.engine.dispose()
