"""Log lines that say what happened and never to whom: only what code wrote itself is let through.

An argument passes when it cannot be somebody's: a number, a word of an enum, an identifier of ours. Everything else is
`[text]`, exceptions are their class and the lines they came through, never their words: those quote what was typed.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import TextIO

Facts = Mapping[str, str | int | None]
HIDDEN = "[text]"
PLAIN = re.compile(
    r"[a-z][a-z_.-]*(:[0-9a-f-]{36})?"  # a word of the catalogue, a task, `kind:uuid`
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}"  # a pseudonym, a request's number
    r"|INC-\d{4}-\d{3,}"
    r"|[A-Z][A-Z_]+( \d+)*"  # a verdict, a method, a signal
    r"|https?://(localhost|[\d.]+):\d+"  # where we listen
    r"|/[a-z_/-]*(<[a-z_:]+>[a-z_./-]*)*"  # a route, with the names of its parts
)
PERSONAL = re.compile(
    r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;]+"  # an e-mail address
    r"|\b[a-zA-Z2-7]{52}\b|\b[0-9a-fA-F]{32,}\b"  # a token, a secret of a session, a key
    r"|\+\d[\d ()-]{6,}\d"  # a telephone number
    r"|(?<=/s/)[^\s/?\"<]+|(?<=/feeds/)[^\s/?\"<]+"  # what follows a link's or a feed's path
)


def install(form: str, *, find_facts: Callable[[], Facts] = dict, stream: TextIO | None = None) -> None:
    """Write every line of this process to `stream` as `json` or `text`; of others' loggers warnings only.

    `find_facts` answers what is known of the request a line belongs to.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter(form, find_facts=find_facts))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("app").setLevel(logging.INFO)


def formatter(form: str, *, find_facts: Callable[[], Facts] = dict) -> logging.Formatter:
    """What writes a line as `json` or `text`."""
    return JsonLines(find_facts) if form == "json" else TextLines(find_facts)


class TextLines(logging.Formatter):
    """`2026-11-22T15:00:00Z WARNING app.worker the words; request=… actor=…`"""

    def __init__(self, find_facts: Callable[[], Facts]) -> None:
        super().__init__()
        self._find_facts = find_facts

    def format(self, record: logging.LogRecord) -> str:
        known = self.facts_of(record)
        words = " ".join(str(known.pop(name)) for name in ("at", "level", "logger", "says"))
        return "; ".join([words, *(f"{name}={value}" for name, value in known.items() if value is not None)])

    def facts_of(self, record: logging.LogRecord) -> dict[str, object]:
        """Everything that a line may say, in the order in which it says it."""
        facts: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "says": words_of(record),
            **self._find_facts(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1]:
            facts["raised"] = lines_of(record.exc_info[1])
        return facts


class JsonLines(TextLines):
    """The same facts, one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(self.facts_of(record), ensure_ascii=True, default=str)


def words_of(record: logging.LogRecord) -> str:
    """The words of the code with what may be said of their arguments, on one line."""
    arguments = record.args
    if isinstance(arguments, Mapping):
        shown: object = {name: plain(value) for name, value in arguments.items()}
    else:
        shown = tuple(plain(value) for value in arguments or ())
    try:
        words = str(record.msg) % shown if arguments else str(record.msg)
    except (TypeError, ValueError):  # `%d` of something that had to be hidden
        words = str(record.msg)
    return " ".join(scrub(words).split())


def plain(value: object) -> object:
    """The value where it cannot be somebody's, else `[text]`; of an exception its class."""
    if value is None or isinstance(value, bool | int | date):
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    text = str(value.value if isinstance(value, Enum) else value)
    return text if isinstance(value, Enum) or PLAIN.fullmatch(text) else HIDDEN


def scrub(text: str) -> str:
    """The text without addresses, tokens and telephone numbers."""
    return PERSONAL.sub(HIDDEN, text)


def lines_of(problem: BaseException) -> list[str]:
    """The class of an exception and the lines it came through, the first cause last; never its words."""
    chain: list[str] = []
    while problem is not None:
        frames = traceback.extract_tb(problem.__traceback__)
        chain += [type(problem).__name__, *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)]
        problem = problem.__cause__ or problem.__context__  # type: ignore[assignment]  # None ends the loop
    return chain
