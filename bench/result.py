"""What one comparison came to, and the report of all of them."""

from collections.abc import Sequence
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


HEADINGS = ("benchmark", "work", "ours", "against", "theirs", "ratio", "goal", "peak", "measured")


NOTES = "\n## Notes\n"
"""What somebody wrote below the rows begins with this."""


def cells(result: Result, measured: str) -> tuple[str, ...]:
    """The result as a row under `HEADINGS`; `measured` says when, of which commit and on which machine."""
    goal = f"{result.goal} {'reached' if result.reached else 'MISSED'}"
    peak = f"{result.peak_megabytes} MB"
    seconds = (f"{result.ours:.3f} s", f"{result.other:.3f} s")
    return (result.name, result.work, seconds[0], result.against, seconds[1], result.ratio, goal, peak, measured)


def report(kept: str, results: Sequence[Result], *, measured: str) -> str:
    """The report with these rows; of an earlier one, `kept`, the rows of other benchmarks and the notes stay."""
    notes = kept.partition(NOTES)[2]
    names = {result.name for result in results}
    rows = [row for row in _rows(kept) if row[0] not in names] + [cells(result, measured) for result in results]
    order = list(dict.fromkeys([row[0] for row in _rows(kept)] + [row[0] for row in rows]))
    rows.sort(key=lambda row: order.index(row[0]))
    table = [HEADINGS, ("---",) * len(HEADINGS), *rows]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in table)
    return f"""# Benchmarks, local

Local figures, not production figures; each row says when, of which commit and on which machine it was measured.
Seconds are medians of several rounds; the ratio is what counts.

{lines}
{NOTES + notes if notes else ""}"""


def _rows(kept: str) -> list[tuple[str, ...]]:
    """The rows of an earlier report, without its headings."""
    lines = [
        tuple(cell.strip() for cell in line.strip("|").split("|")) for line in kept.splitlines() if line[:1] == "|"
    ]
    return [row for row in lines[2:] if len(row) == len(HEADINGS)]
