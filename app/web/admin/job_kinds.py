"""What the page of a job calls each kind of work, and where its result stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.core.jobs import Job


@dataclass(frozen=True)
class JobKind:
    """`title` is the heading, `result` the words of the link to the page whose address `locate` knows."""

    title: str
    result: str
    locate: Callable[[Job], str]


KINDS: Mapping[str, JobKind] = {}
