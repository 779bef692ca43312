"""Why a day has no slot: the first rule that leaves none."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.scheduling.explaining import Explanation, Reason, explain
from app.scheduling.slots import Busy, Hours, Rules, Window

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2027, 3, 1)
EARLY = datetime(2027, 2, 26, 15, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
RULES = Rules(duration=HALF_HOUR, step=HALF_HOUR, horizon=timedelta(days=28), notice=timedelta(hours=2), max_per_day=2)
NINE = datetime(2027, 3, 1, 14, tzinfo=UTC)
HOURS = Hours(NEW_YORK, {0: [Window(540, 630)]})


def why(
    hours: Hours = HOURS,
    *,
    calls: tuple[Busy, ...] = (),
    calendar: tuple[Busy, ...] = (),
    at: datetime = EARLY,
    on: date = MONDAY,
) -> Explanation:
    return explain(hours=hours, rules=RULES, calls=calls, calendar=calendar, on=on, at=at)


def taken(*numbers: int, counts: bool = True) -> tuple[Busy, ...]:
    return tuple(Busy(NINE + n * HALF_HOUR, NINE + (n + 1) * HALF_HOUR, counts) for n in numbers)


def test_a_day_with_slots_says_how_many() -> None:
    assert why() == Explanation(3, None)
    assert why(calls=taken(1)) == Explanation(2, None)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (why(on=date(2027, 3, 2)), Reason.CLOSED),
        (why(Hours(NEW_YORK, {0: [Window(540, 630)]}, {MONDAY: []})), Reason.REPLACED),
        (why(Hours(NEW_YORK, {0: [Window(540, 565)]})), Reason.TOO_SHORT),
        (why(at=NINE), Reason.TOO_SOON),
        (why(at=NINE + timedelta(days=3)), Reason.TOO_SOON),
        (why(at=NINE - timedelta(days=29)), Reason.TOO_FAR),
        (why(calls=taken(0, 1)), Reason.FULL),
        (why(calls=(Busy(NINE, NINE + 3 * HALF_HOUR),)), Reason.CALLS),
        (why(calendar=taken(0, 1, 2, counts=False)), Reason.CALENDAR),
        (why(calls=taken(0), calendar=taken(1, 2, counts=False)), Reason.BOTH),
    ],
)
def test_a_day_without_slots_says_what_leaves_none(found: Explanation, reason: Reason) -> None:
    assert found == Explanation(0, reason)
