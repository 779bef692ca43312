"""The day by person."""

from datetime import UTC, datetime, timedelta

from app.scheduling import Booking, BookingStatus
from app.web.support.day_grid import ROW, Column, Ground, lay_out

MIDNIGHT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
NEXT = MIDNIGHT + timedelta(days=1)


def at(hour: int, minute: int = 0) -> datetime:
    return MIDNIGHT + timedelta(hours=hour, minutes=minute)


def a_call(number: int, starts: datetime, minutes: int = 30) -> Booking:
    return Booking(
        id=number, starts_at=starts, ends_at=starts + timedelta(minutes=minutes), status=BookingStatus.BOOKED
    )


def works(first: int, last: int) -> set[datetime]:
    return {at(first) + number * ROW for number in range((last - first) * 2)}


def test_rows_reach_from_the_first_hour_that_anybody_works_to_the_last() -> None:
    columns = [Column("Sam", works(9, 12), set(), []), Column("Tom", works(8, 10), set(), [])]

    grid = lay_out(columns, midnight=MIDNIGHT, next_midnight=NEXT)

    assert (grid.rows[0], grid.rows[-1]) == (at(8), at(11, 30))
    sam = [(block.row, block.span, block.ground) for block in grid.blocks if block.column == 1]
    assert sam == [(1, 2, Ground.OFF), (3, 6, Ground.FREE)]


def test_a_call_breaks_free_time_in_two_and_busy_time_shows() -> None:
    call = a_call(1, at(10), 45)
    column = Column("Sam", works(9, 12), {at(9)}, [call])

    blocks = lay_out([column], midnight=MIDNIGHT, next_midnight=NEXT).blocks

    assert [(block.row, block.span, block.calls) for block in blocks] == [
        (1, 1, ()),
        (2, 1, ()),
        (3, 2, (call,)),
        (5, 2, ()),
    ]
    assert blocks[0].ground is Ground.BUSY
    assert not blocks[2].overlaps


def test_calls_of_one_half_hour_share_a_block_and_only_real_overlaps_are_flagged() -> None:
    near = [a_call(1, at(10), 15), a_call(2, at(10, 15), 15)]
    crossing = [a_call(3, at(11), 30), a_call(4, at(11, 15), 30)]

    blocks = lay_out([Column("Sam", set(), set(), [*near, *crossing])], midnight=MIDNIGHT, next_midnight=NEXT).blocks

    called = [block for block in blocks if block.calls]
    assert [block.calls for block in called] == [tuple(near), tuple(crossing)]
    assert [block.overlaps for block in called] == [False, True]
    assert [block.span for block in called] == [1, 2]


def test_blocks_follow_each_other_in_order_of_time() -> None:
    columns = [Column("Sam", works(9, 12), set(), [a_call(1, at(10))]), Column("Tom", works(8, 10), set(), [])]

    blocks = lay_out(columns, midnight=MIDNIGHT, next_midnight=NEXT).blocks

    assert [block.starts_at for block in blocks] == sorted(block.starts_at for block in blocks)


def test_a_day_of_which_nothing_is_known_shows_some_rows() -> None:
    grid = lay_out([Column("Sam", set(), set(), [])], midnight=MIDNIGHT, next_midnight=NEXT)

    assert len(grid.rows) == 4
    assert [block.ground for block in grid.blocks] == [Ground.OFF]


def test_the_rows_of_a_zone_off_by_a_quarter_of_an_hour_begin_at_its_own_midnight() -> None:
    midnight = datetime(2026, 11, 23, 18, 15, tzinfo=UTC)  # Kathmandu
    call = a_call(1, midnight + timedelta(hours=9))

    grid = lay_out([Column("Sam", set(), set(), [call])], midnight=midnight, next_midnight=midnight + timedelta(days=1))

    assert grid.rows == [call.starts_at]
