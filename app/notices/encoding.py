"""Contents as canonical JSON (RFC 8785) and back. Pure: the bytes say everything the templates may say."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from app.core.text import plain_fraction
from app.notices.about_access import AccessChanged
from app.notices.about_calls import CallLate, MissedCall
from app.notices.answered import AnswerGiven, Replied
from app.notices.asked_for import (
    AddressChanged,
    BookingCancelled,
    BookingConfirmed,
    BookingMoved,
    CallReminder,
    Confirm,
    Named,
    Probe,
    SignIn,
)
from app.notices.composing import AllClear, Correction, FirstNotice, Reminder, Update
from app.notices.kinds import Content, Kind
from app.notices.models import Message

NOTICES = (FirstNotice, Update, Correction, AllClear, Reminder)
CALLS = (BookingConfirmed, BookingMoved, BookingCancelled, CallReminder, CallLate, MissedCall)
OTHERS = (SignIn, Confirm, Named, AnswerGiven, Replied, AddressChanged, AccessChanged, Probe)
CONTENTS: dict[Kind, type[Content]] = {each.kind: each for each in (*NOTICES, *CALLS, *OTHERS)}
PLAIN = frozenset({str, int, bool, NoneType})
_write = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
"""RFC 8785 for what contents hold: names of plain ASCII, text, integers; a test compares the two."""


def encode(content: Content) -> str:
    """The content's facts as canonical JSON: dates and times in ISO 8601, fractions as text, amounts as integers."""
    return _write(_plain(content))


def decode(kind: Kind, text: str) -> Content:
    """The content that `encode` wrote. Raises KeyError or TypeError for facts that the kind does not have."""
    content = _typed(CONTENTS[kind], json.loads(text))
    if not isinstance(content, Content):
        raise TypeError(f"{kind} is no message")
    return content


def read_content(message: Message) -> Content:
    """What the message says, as it was frozen when it was queued."""
    return decode(message.kind, message.context)


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in PLAIN:
        return value
    if dataclasses.is_dataclass(kind):
        return {name: _plain(getattr(value, name)) for name in _fields(kind)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return plain_fraction(value) if isinstance(value, Fraction) else value


@cache
def _fields(type_: type) -> Mapping[str, Any]:
    hints = get_type_hints(type_)
    return {field.name: hints[field.name] for field in dataclasses.fields(type_)}


def _typed(wanted: Any, value: Any) -> Any:
    if get_origin(wanted) is UnionType:
        (inner,) = (each for each in get_args(wanted) if each is not NoneType)
        return None if value is None else _typed(inner, value)
    if get_origin(wanted) is tuple:
        return tuple(_typed(get_args(wanted)[0], each) for each in value)
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        hints = _fields(wanted)
        return wanted(**{name: _typed(hints[name], part) for name, part in value.items()})
    if wanted in (date, datetime):
        return wanted.fromisoformat(value)
    return Fraction(value) if wanted is Fraction else value
