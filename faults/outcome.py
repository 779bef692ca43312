"""What came of one part of a campaign: how often it was done, what slipped, and what was seen."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """One thing done many times. `slipped` counts what must not happen; 0 is the only good answer."""

    what: str
    rounds: int = 0
    slipped: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        seen = ", ".join(f"{what} {count}" for what, count in sorted(self.seen.items()))
        return f"{self.what}: {self.rounds} rounds, {self.slipped} slipped; {seen}"
