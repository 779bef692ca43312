"""A question about slots as a JSON document, read strictly; the answer as one. Pure.

Every refusal names the field (`weekly[0].start`), shows its value and says what would be right.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.core.errors import DomainError
from app.scheduling.slots import Busy, Hours, Rules, Slot, UnknownZone, Window, get_zone, list_slots

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
YEARS = range(1900, 2200)
MOST_MINUTES = 366 * 24 * 60
MOST_DAYS = 3_660
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class BadQuestion(DomainError):
    """The document cannot be read as a question about slots."""


@dataclass(frozen=True)
class Question:
    """Which slots do these hours, rules and busy times offer from one date to another, asked at one moment?"""

    hours: Hours
    rules: Rules
    busy: tuple[Busy, ...]
    from_on: date
    to_on: date
    at: datetime


def read_question(text: str | bytes) -> Question:
    """The question a JSON document asks. Raises BadQuestion."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadQuestion(f"This is not JSON: {error}. Write one JSON object.") from error
    top = _fields(document, "", needed="zone from to now call weekly", allowed="overrides busy")
    question = Question(
        hours=_hours(top),
        rules=_rules(top["call"]),
        busy=tuple(_busy(each, where) for each, where in _items(top.get("busy", []), "busy")),
        from_on=_date(top["from"], "from"),
        to_on=_date(top["to"], "to"),
        at=_instant(top["now"], "now"),
    )
    if question.to_on < question.from_on:
        raise _refusal("to", top["to"], f"Use a date that is not before {question.from_on}")
    return question


def answer(question: Question) -> dict[str, list[dict[str, str]]]:
    """The slots as a JSON document, in order."""
    slots = list_slots(
        hours=question.hours,
        rules=question.rules,
        busy=question.busy,
        from_on=question.from_on,
        to_on=question.to_on,
        at=question.at,
    )
    return {"slots": [_written(slot) for slot in slots]}


def _written(slot: Slot) -> dict[str, str]:
    return {"start": _plain(slot.start), "end": _plain(slot.end)}


def _plain(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _hours(top: Mapping[str, Any]) -> Hours:
    try:
        zone = get_zone(_text(top["zone"], "zone"))
    except UnknownZone as error:
        raise BadQuestion(f"zone: {error}") from error
    weekly: dict[int, list[Window]] = {}
    for each, where in _items(top["weekly"], "weekly"):
        window = _fields(each, where, needed="weekday start end")
        if window["weekday"] not in WEEKDAYS:
            raise _refusal(f"{where}.weekday", window["weekday"], f"Use one of {', '.join(WEEKDAYS)}")
        weekly.setdefault(WEEKDAYS.index(window["weekday"]), []).append(_window(window, where))
    return Hours(zone=zone, weekly=weekly, overrides=_overrides(top.get("overrides", [])))


def _overrides(listed: object) -> dict[date, list[Window]]:
    found: dict[date, list[Window]] = {}
    for each, where in _items(listed, "overrides"):
        override = _fields(each, where, needed="date windows")
        day = _date(override["date"], f"{where}.date")
        if day in found:
            raise _refusal(f"{where}.date", override["date"], "Give one override a date, with all of its windows")
        found[day] = [
            _window(_fields(window, inner, needed="start end"), inner)
            for window, inner in _items(override["windows"], f"{where}.windows")
        ]
    return found


def _window(window: Mapping[str, Any], where: str) -> Window:
    return Window(_clock(window["start"], f"{where}.start"), _clock(window["end"], f"{where}.end", midnight="24:00"))


def _rules(value: object) -> Rules:
    call = _fields(
        value,
        "call",
        needed="duration_minutes step_minutes horizon_days",
        allowed="buffer_before_minutes buffer_after_minutes notice_minutes max_per_day",
    )

    def minutes(name: str, least: int) -> timedelta:
        return timedelta(minutes=_whole(call.get(name, 0), f"call.{name}", least, MOST_MINUTES))

    limit = call.get("max_per_day")
    return Rules(
        duration=minutes("duration_minutes", 1),
        step=minutes("step_minutes", 1),
        buffer_before=minutes("buffer_before_minutes", 0),
        buffer_after=minutes("buffer_after_minutes", 0),
        notice=minutes("notice_minutes", 0),
        horizon=timedelta(days=_whole(call["horizon_days"], "call.horizon_days", 0, MOST_DAYS)),
        max_per_day=None if limit is None else _whole(limit, "call.max_per_day", 0, MOST_MINUTES),
    )


def _busy(value: object, where: str) -> Busy:
    busy = _fields(value, where, needed="start end", allowed="counts")
    start, end = _instant(busy["start"], f"{where}.start"), _instant(busy["end"], f"{where}.end")
    if end < start:
        raise _refusal(f"{where}.end", busy["end"], "Use a time that is not before its start")
    counts = busy.get("counts", True)
    if not isinstance(counts, bool):
        raise _refusal(f"{where}.counts", counts, "Use true or false")
    return Busy(start, end, counts)


def _fields(value: object, where: str, *, needed: str, allowed: str = "") -> Mapping[str, Any]:
    name = where or "the document"
    if not isinstance(value, dict):
        raise _refusal(name, value, "Use an object")
    for key in needed.split():
        if key not in value:
            raise BadQuestion(f"{name}: {key} is missing. Add it.")
    for key in value:
        if key not in f"{needed} {allowed}".split():
            raise BadQuestion(f"{name}: {key!r} means nothing here. Remove it or correct its spelling.")
    return value


def _items(value: object, where: str) -> list[tuple[Any, str]]:
    if not isinstance(value, list):
        raise _refusal(where, value, "Use a list")
    return [(each, f"{where}[{position}]") for position, each in enumerate(value)]


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _refusal(where, value, "Use text in quotes")
    return value


def _whole(value: object, where: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _refusal(where, value, f"Use a whole number from {least} to {most}")
    return value


def _clock(value: object, where: str, midnight: str = "") -> int:
    text = _text(value, where)
    if midnight and text == midnight:
        return 24 * 60
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise _refusal(where, value, f"Use hours and minutes such as 09:00{', up to 24:00' if midnight else ''}")
    return int(found[1]) * 60 + int(found[2])


def _date(value: object, where: str) -> date:
    text = _text(value, where)
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise _refusal(where, value, f"Use a date such as 2027-03-01, from {YEARS[0]} to {YEARS[-1]}")
    return day


def _instant(value: object, where: str) -> datetime:
    moment: datetime | None = None
    with suppress(ValueError):
        moment = datetime.fromisoformat(_text(value, where))
    if moment is None or moment.tzinfo is None or moment.year not in YEARS:
        years = f"from {YEARS[0]} to {YEARS[-1]}"
        raise _refusal(where, value, f"Use a time with its offset such as 2027-03-01T14:00:00Z, {years}")
    return moment.astimezone(UTC)


def _refusal(where: str, value: object, remedy: str) -> BadQuestion:
    return BadQuestion(f"{where}: {_shown(value)} cannot be used. {remedy}.")


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."
