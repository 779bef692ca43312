"""The campaign of everything at once, for seconds; `make faults` goes on for an hour and also judges memory."""

from pathlib import Path

from faults import soak
from faults.memory import Memory, resident


def test_everything_at_once_is_answered_and_every_receipt_verifies() -> None:
    (tally,) = soak.campaign(seconds=5, people=12)

    assert tally.slipped == 0, str(tally)
    assert tally.seen["receipts that verify"] >= soak.INVESTORS_AT_ONCE
    assert {"gunicorn", "worker"} < tally.growth.keys()
    assert 0 < tally.most_writes < soak.MOST_WRITES


def test_growth_leaves_out_the_warm_up_and_a_single_peak() -> None:
    steady = [(second, 100) for second in range(25, 101)]
    memory = Memory({"warms up": [(0, 10), *steady], "peaks": [*steady, (97, 900)], "grows": [*steady[:50], *grown()]})

    found = memory.growth(100)

    assert found == {"warms up": (100, 100), "peaks": (100, 100), "grows": (100, 106)}


def grown() -> list[tuple[float, int]]:
    return [(second, 106) for second in range(75, 101)]


def test_what_a_process_holds_is_read_from_the_system() -> None:
    mine = resident(int(Path("/proc/self/stat").read_text().split()[0]))

    assert mine is not None
    assert mine > 10_000
    assert resident(2**30) is None
