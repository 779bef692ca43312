"""Mail about what investors answer: that one of an account's people did, and that we replied. Facts only. Pure.

What was written stands on the page alone: mail is forwarded, and read over shoulders.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from app.notices.composing import Contact
from app.notices.kinds import Content, Kind, Lane


class Done(StrEnum):
    """What somebody did for an account."""

    DISPUTED = "disputed"
    WITHDREW = "withdrew"
    TOOK = "took"
    LEFT = "left"
    TALKS = "talks"
    READ = "read"


@dataclass(frozen=True, kw_only=True)
class AnswerGiven(Content):
    """To the other people of an account: one of them answered for it, at `given_at` in the zone.

    `taken_by` is who of us took the answer by phone; then it goes to whoever gave it as well. That something was read
    concerns no account.
    """

    kind: ClassVar[Kind] = Kind.ANSWER_GIVEN
    lane: ClassVar[Lane] = Lane.BOOKING

    contact: Contact
    account: str
    deal_name: str
    done: Done
    by_name: str
    given_at: datetime
    zone: str
    taken_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Replied(Content):
    """We wrote on the page of what the reader told us on `asked_on`. A copy goes to somebody who only sees it."""

    kind: ClassVar[Kind] = Kind.REPLIED
    lane: ClassVar[Lane] = Lane.BOOKING

    contact: Contact
    asked_on: date
    is_copy: bool = False
