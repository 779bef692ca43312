"""The nine rows of an incident's page: what each says, and how far it is. Facts only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.incidents.models import Incident

SHORT_NOTICE_DAYS = 3


class Topic(StrEnum):
    """The nine rows, in order."""

    CONTAINED = "Contained"
    FIRST_NOTICE = "First notice"
    DATA = "Data in"
    AFFECTED = "Who is affected"
    REMEDY = "Remedy per deal"
    SIGNATURES = "Signatures"
    PUBLISHED = "Published"
    MONEY = "Money"
    CLOSED = "Closed"


class Standing(StrEnum):
    """Done; begun; to be done now; waiting for somebody else; not before another row."""

    DONE = "Done"
    BEGUN = "In progress"
    NOW = "To do"
    WAITS = "Waiting"
    LATER = "Later"


@dataclass(frozen=True)
class Row:
    """One row: in words what was done or what is missing, by whom, and on which day in the incident's zone."""

    topic: Topic
    standing: Standing
    says: str
    who: str = ""
    on: date | None = None


@dataclass(frozen=True)
class Overview:
    """An incident at a glance. `days_left` until the promised date, below zero after it; None once kept."""

    incident: Incident
    people: int
    rows: Sequence[Row]
    days_left: int | None

    @property
    def is_short(self) -> bool:
        """Whether the owner must now publish, or tell people a new date."""
        return self.days_left is not None and self.days_left <= SHORT_NOTICE_DAYS

    @property
    def next_row(self) -> Row:
        """What is left: the first row that somebody must act on now, else the first that is not done, else the last.

        The last as well where nothing follows any more.
        """
        if self.incident.is_over:
            return self.rows[-1]
        open_rows = [row for row in self.rows if row.standing is not Standing.DONE]
        return next(
            (row for row in open_rows if row.standing in (Standing.NOW, Standing.WAITS)), [*open_rows, self.rows[-1]][0]
        )
