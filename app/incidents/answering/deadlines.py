"""By which day somebody reads and answers, and how far a paused due date moves. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

SATURDAY = 5


def after(day: date, days: int) -> date:
    """That many days later; what would be a weekend is the Monday after it."""
    then = day + timedelta(days=days)
    return then + timedelta(days=7 - then.weekday()) if then.weekday() >= SATURDAY else then


def paused_days(since: date, until: date) -> int:
    """For how many days a due date did not run; never below zero."""
    return max((until - since).days, 0)


def parts_in_question(amounts: Sequence[int], in_question: int | None) -> Iterator[int]:
    """How much of each amount waits: all of everything where nobody said how much, else the first ones up to it."""
    left = sum(amounts) if in_question is None else in_question
    for amount in amounts:
        part = min(amount, left)
        left -= part
        yield part
