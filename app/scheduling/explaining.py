"""Why a day offers somebody no slot: the first rule, in the order in which they are asked, that leaves none. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.scheduling.slots import Busy, Hours, Rules, list_slots

ALWAYS = timedelta(days=3660)


class Reason(StrEnum):
    """What leaves no slot."""

    CLOSED = "closed"
    REPLACED = "replaced"
    TOO_SHORT = "too short"
    TOO_SOON = "too soon"
    TOO_FAR = "too far"
    FULL = "full"
    CALLS = "calls"
    CALENDAR = "calendar"
    BOTH = "both"


@dataclass(frozen=True)
class Explanation:
    """How many slots a day offers, and where it offers none the reason."""

    free: int
    reason: Reason | None


def explain(
    *, hours: Hours, rules: Rules, calls: Sequence[Busy], calendar: Sequence[Busy], on: date, at: datetime
) -> Explanation:
    """What one date of the hours offers at `at`; `calendar` is what an imported calendar says."""

    def count(rules: Rules, busy: Sequence[Busy], moment: datetime) -> int:
        return len(list_slots(hours=hours, rules=rules, busy=busy, from_on=on, to_on=on, at=moment))

    if found := count(rules, [*calls, *calendar], at):
        return Explanation(found, None)
    anywhen = replace(rules, notice=timedelta(0), horizon=ALWAYS, max_per_day=None)
    whole = replace(rules, max_per_day=None)
    early = datetime(on.year, on.month, on.day, tzinfo=hours.zone) - ALWAYS / 2
    closed = Reason.REPLACED if on in hours.overrides else Reason.CLOSED
    checks = (
        (closed, len(hours.windows_on(on))),
        (Reason.TOO_SHORT, count(anywhen, [], early)),
        (Reason.TOO_SOON, count(replace(anywhen, notice=rules.notice), [], at)),
        (Reason.TOO_FAR, count(whole, [], at)),
        (Reason.FULL, count(rules, [_without_length(each) for each in calls], at)),
        (Reason.CALLS, count(whole, calls, at)),
        (Reason.CALENDAR, count(whole, calendar, at)),
        (Reason.BOTH, 0),
    )
    return Explanation(0, next(reason for reason, left in checks if not left))


def _without_length(busy: Busy) -> Busy:
    """The same call as one that takes no time and still counts for its day."""
    return busy._replace(end=busy.start)
