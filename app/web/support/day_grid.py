"""One day as a grid: a column for each agent, a row for each half hour, and words in every block. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby, pairwise

from app.scheduling import Booking, BookingStatus

ROW = timedelta(minutes=30)
SHORTEST_DAY = 4
"""Rows shown around noon when nothing is known of the day."""


class Ground(StrEnum):
    """What a stretch without a call is."""

    FREE = "free"
    BUSY = "busy"
    OFF = "off"


@dataclass(frozen=True)
class Column:
    """What is known of one agent's day: the half hours (by their starts) they work or are busy, and their calls."""

    name: str
    works: Collection[datetime]
    busy: Collection[datetime]
    calls: Sequence[Booking]


@dataclass(frozen=True)
class Block:
    """A stretch of one column: `row` counts from 1 at the first row shown; calls that share a row share a block."""

    column: int
    row: int
    span: int
    starts_at: datetime
    ends_at: datetime
    ground: Ground
    calls: tuple[Booking, ...] = ()

    @property
    def overlaps(self) -> bool:
        """Whether two of its calls want the agent at the same moment."""
        standing = [call for call in self.calls if call.status is not BookingStatus.CANCELLED]
        return any(one.ends_at > other.starts_at for one, other in pairwise(standing))


@dataclass(frozen=True)
class Grid:
    """The rows that are shown, by their starts, the names above the columns, and all blocks in order of time."""

    rows: Sequence[datetime]
    names: Sequence[str]
    blocks: Sequence[Block]


def lay_out(columns: Sequence[Column], *, midnight: datetime, next_midnight: datetime) -> Grid:
    """The grid of one day, from the first half hour that anybody works or calls to the last."""
    rows = _rows(columns, midnight, next_midnight)
    blocks = [
        block
        for number, column in enumerate(columns, 1)
        for block in _blocks(column, number, rows, _groups(column.calls, midnight))
    ]
    return Grid(
        rows=rows,
        names=[column.name for column in columns],
        blocks=sorted(blocks, key=lambda block: (block.row, block.column)),
    )


def _rows(columns: Sequence[Column], midnight: datetime, next_midnight: datetime) -> list[datetime]:
    day = [midnight + number * ROW for number in range((next_midnight - midnight) // ROW)]
    used = [row for row in day if any(_is_used(column, row) for column in columns)]
    if not used:
        return day[len(day) // 2 : len(day) // 2 + SHORTEST_DAY]
    return [row for row in day if used[0] <= row <= used[-1]]


def _is_used(column: Column, row: datetime) -> bool:
    return row in column.works or any(_covers(call, row) for call in column.calls)


def _covers(call: Booking, row: datetime) -> bool:
    return call.starts_at < row + ROW and call.ends_at > row


def _blocks(column: Column, number: int, rows: Sequence[datetime], groups: Sequence[Sequence[Booking]]) -> list[Block]:
    """Rows that are alike and touch become one block; a call that reaches over rows draws them together."""
    kinds = [(row, _ground(column, row), _group_of(groups, row)) for row in rows]
    blocks = []
    for (ground, group), stretch in groupby(kinds, key=lambda kind: (kind[1] if kind[2] is None else None, kind[2])):
        moments = [row for row, *_ in stretch]
        blocks.append(
            Block(
                column=number,
                row=rows.index(moments[0]) + 1,
                span=len(moments),
                starts_at=moments[0],
                ends_at=moments[-1] + ROW,
                ground=ground or Ground.BUSY,
                calls=() if group is None else tuple(groups[group]),
            )
        )
    return blocks


def _ground(column: Column, row: datetime) -> Ground:
    if row in column.busy:
        return Ground.BUSY
    return Ground.FREE if row in column.works else Ground.OFF


def _group_of(groups: Sequence[Sequence[Booking]], row: datetime) -> int | None:
    """The number of the group of calls in that row, if any call is."""
    for number, group in enumerate(groups):
        if any(_covers(call, row) for call in group):
            return number
    return None


def _groups(calls: Sequence[Booking], midnight: datetime) -> list[list[Booking]]:
    """Calls in order; those that share a half hour stand together."""
    groups: list[list[Booking]] = []
    for call in sorted(calls, key=lambda each: (each.starts_at, each.id)):
        row = midnight + (call.starts_at - midnight) // ROW * ROW
        if groups and any(row < each.ends_at for each in groups[-1]):
            groups[-1].append(call)
        else:
            groups.append([call])
    return groups
