"""What one comparison came to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """Median of several rounds: our seconds, the other's, and how the ratio stands against its goal."""

    name: str
    work: str
    against: str
    ours: float
    other: float
    ratio: str
    goal: str
    reached: bool
    peak_megabytes: int


HEADINGS = ("benchmark", "work", "ours", "against", "theirs", "ratio", "goal", "peak")


def cells(result: Result) -> tuple[str, ...]:
    """The result as a row under `HEADINGS`."""
    goal = f"{result.goal} {'reached' if result.reached else 'MISSED'}"
    peak = f"{result.peak_megabytes} MB"
    seconds = (f"{result.ours:.3f} s", f"{result.other:.3f} s")
    return (result.name, result.work, seconds[0], result.against, seconds[1], result.ratio, goal, peak)
