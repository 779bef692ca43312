"""`ledger`: random sequences of publish, release, return, dispute, decline and new version over an incident's money.

After every act three things are asked, against what the outside world would know: the ledger is balanced and agrees
with the settlements, nobody was paid twice or more than any version owes, and no cent that arrived, was paid in or is
owed is lost.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.core import schema
from app.core.db import db, session, transaction
from app.factory import create_app
from app.incidents import Distributions
from app.settings import read_settings
from faults.money_house import House
from faults.outcome import Tally
from faults.serving import settings_for
from faults.walking import Walk

STEPS = 25
AT_ONCE = 250
"""How many sequences one line of the results tells of."""
BEGINNINGS = (Distributions.TRUED_UP, Distributions.CLAIMED)
"""What the first version does about distributions; half of the sequences begin with each."""


class _UndoneError(Exception):
    """Ends a sequence without keeping it."""


def campaign(*, sequences: int) -> Iterator[Tally]:
    """Each sequence begins with a first version that is published in full, and is undone at its end."""
    for number, beginning in enumerate(BEGINNINGS):
        with _a_house(beginning) as house:
            seeds = range(number, sequences, len(BEGINNINGS))
            for start in range(0, len(seeds), AT_ONCE):
                yield _play_all(house, beginning, seeds[start : start + AT_ONCE])


def _play_all(house: House, beginning: Distributions, seeds: range) -> Tally:
    said = f"sequences of {STEPS} random acts from seed {seeds[0]}, distributions {beginning} at first"
    tally = Tally(said, rounds=len(seeds))
    for seed in seeds:
        with suppress(_UndoneError), transaction():
            _play(house, seed, tally)
            raise _UndoneError
    return tally


def _play(house: House, seed: int, tally: Tally) -> None:
    walk = Walk(house, seed)
    try:
        walk.go(STEPS)
    except AssertionError as broken:
        tally.slipped += 1
        tally.seen[str(broken).partition("\n")[0]] += 1
    tally.seen.update({name if " as " in name else f"{name} done": count for name, count in walk.done.items()})
    tally.seen["refused"] += walk.refused


@contextmanager
def _a_house(distributions: Distributions) -> Iterator[House]:
    """In a database of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = settings_for(folder, f"sqlite:///{folder}/portal.db", 80, 25)
        schema.upgrade(given["DATABASE_URL"])
        app = create_app(read_settings(given, Path("/nonexistent")))
        with app.app_context():
            with transaction():
                house = House(distributions)
            yield house
            session.remove()
            db.engine.dispose()
