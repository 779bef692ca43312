"""How much memory processes hold over time, and whether that grows once they are warm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

WARM_UP = 0.25
"""Of the whole time: until then every kind of page was made, and each cache has been filled."""
WINDOW = 0.08
"""Of the whole time: what a process holds is the median over so much of it, so that one request's peak is no growth."""


@dataclass
class Memory:
    """Resident kilobytes of each named process, by the second they were read in."""

    samples: dict[str, list[tuple[float, int]]] = field(default_factory=dict)

    def sample(self, at: float, processes: Mapping[str, int]) -> None:
        """Read what each process holds now; one that is gone has nothing to read."""
        for name, process_id in processes.items():
            held = resident(process_id)
            if held is not None:
                self.samples.setdefault(name, []).append((at, held))

    def growth(self, seconds: float) -> dict[str, tuple[float, float]]:
        """Of each process, the kilobytes after the warm-up and at the end of so many seconds."""
        warm, end = WARM_UP * seconds, (1 - WINDOW) * seconds
        return {
            name: (self._held(name, warm, warm + WINDOW * seconds), self._held(name, end, seconds))
            for name in self.samples
        }

    def _held(self, name: str, start: float, end: float) -> float:
        found = [held for at, held in self.samples[name] if start <= at <= end]
        return median(found) if found else 0.0


def resident(process_id: int) -> int | None:
    """Kilobytes that the process holds in memory, pages that it shares with others included."""
    try:
        lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), None)
