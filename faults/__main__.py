"""`python -m faults [NAME…]`: run the campaigns at full size and print what came of them; 1 if anything slipped."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Protocol

from faults import (
    access,
    clock,
    db_restart,
    disk,
    four_eyes,
    hostile,
    kill_publish,
    kill_web,
    kill_worker,
    ledger,
    probing,
    race_link,
    race_slot,
    scanner,
    soak,
    tamper,
    wal_cut,
)


class Outcome(Protocol):
    """One line of the results; `slipped` is what must not have happened."""

    slipped: int


CAMPAIGNS: Mapping[str, Callable[[], Iterable[Outcome]]] = {
    "tamper": partial(tamper.campaign, rounds=200),
    "scanner": partial(scanner.campaign, links=1000),
    "race-link": partial(race_link.campaign, rounds=20, at_once=50),
    "race-slot": partial(race_slot.campaign, at_once=500),
    "access": access.campaign,
    "four-eyes": partial(four_eyes.campaign, sequences=5000),
    "ledger": partial(ledger.campaign, sequences=5000),
    "hostile": partial(hostile.campaign, texts=10_000),
    "kill-worker": partial(kill_worker.campaign, messages=10_000, kills=200),
    "kill-publish": partial(kill_publish.campaign, adjustments=10_000, kills=30),
    "kill-web": partial(kill_web.campaign, kills=50, sign_ins=2000),
    "wal-cut": partial(wal_cut.campaign, cuts=5000),
    "clock": partial(clock.campaign, messages=1000),
    "disk": partial(disk.campaign, rounds=20, sign_ins=500),
    "db-restart": partial(db_restart.campaign, restarts=20, sign_ins=1000),
    "soak": partial(soak.campaign, seconds=3600, people=1500),
    "probing": partial(probing.campaign, pairs=1000, staff_pairs=200),
}


def main(names: Sequence[str]) -> int:
    """Run the named campaigns, or all of them."""
    if unknown := set(names) - set(CAMPAIGNS):
        print(f"There is no campaign {', '.join(sorted(unknown))}. Use: {', '.join(CAMPAIGNS)}.", file=sys.stderr)
        return 2
    slipped = 0
    for name in names or CAMPAIGNS:
        for outcome in CAMPAIGNS[name]():
            slipped += outcome.slipped
            print(f"{name}: {outcome}", flush=True)
    return 1 if slipped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
