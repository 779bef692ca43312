"""What is handed out on paper and as data: the same facts as a PDF and as canonical JSON (RFC 8785)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import rfc8785

from app.audit import Verdict
from app.core.pdf import render_pdf
from app.core.text import plain_fraction


@dataclass(frozen=True)
class Press:
    """What papers need from whoever asks for them: templates by name, stored files, and the log's verdict.

    `keep` stores a file and answers its SHA-256. `read` finds it again: it raises FileNotFoundError when it is gone,
    ValueError when it was changed. `verify_log` ends the session's read transaction, and answers None where no key
    is at hand to verify with.
    """

    render: Callable[[str, dict[str, object]], str]
    read: Callable[[str], bytes]
    keep: Callable[[bytes], str]
    verify_log: Callable[[], Verdict | None]


@dataclass(frozen=True)
class Paper:
    """One file to hand out."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes, in hex."""
        return hashlib.sha256(self.content).hexdigest()


def as_json(name: str, facts: object) -> Paper:
    """The facts as canonical JSON."""
    return Paper(f"{name}.json", "application/json", rfc8785.dumps(as_data(facts)))


def as_pdf(name: str, press: Press, template: str, context: Mapping[str, object], *, title: str, at: datetime) -> Paper:
    """The facts on paper. Raises CannotRender."""
    html = press.render(template, dict(context))
    return Paper(f"{name}.pdf", "application/pdf", render_pdf(html, title=title, at=at))


def as_data(value: object) -> Any:
    """Records, days, moments and fractions as what JSON can say: names, ISO text, `p/q`."""
    if is_dataclass(value):
        return {field.name: as_data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, date):  # a moment too
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Fraction):
        return plain_fraction(value)
    if isinstance(value, Mapping):
        return {str(key): as_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(item) for item in value]
    return value if value is None or isinstance(value, bool | int) else str(value)
