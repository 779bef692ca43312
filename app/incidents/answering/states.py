"""What somebody may dispute, how far a dispute has come, and which state may follow which. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """What looks wrong, in the investor's words."""

    REQUESTED = "requested"
    AVERAGE = "average"
    PAID = "paid"
    OTHER = "other"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {
            Reason.REQUESTED: "The amount I asked for is wrong",
            Reason.AVERAGE: "The average you used for me is wrong",
            Reason.PAID: "What I paid or received is wrong",
            Reason.OTHER: "Something else",
        }[self]


class ContactBy(StrEnum):
    """How the investor wants to hear from us besides their page."""

    PAGE = "page"
    PHONE = "phone"


class Verdict(StrEnum):
    """What an answer says of the figures."""

    STAND = "stand"
    CHANGE = "change"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {
            Verdict.STAND: "The figures are right",
            Verdict.CHANGE: "The figures are wrong, and we correct them",
        }[self]


class DisputeState(StrEnum):
    """Open until it is answered; then reviewed if the investor wants that, and closed. Withdrawn at any time."""

    OPEN = "open"
    ANSWERED = "answered"
    REVIEWING = "reviewing"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class EntryKind(StrEnum):
    """What one entry of a thread is."""

    INVESTOR = "investor"
    STAFF = "staff"
    PART = "part"
    ANSWER = "answer"
    REVIEW_WANTED = "review-wanted"
    REVIEW = "review"
    CORRECTED = "corrected"

    @property
    def is_ours(self) -> bool:
        """Whether staff wrote it."""
        return self not in (EntryKind.INVESTOR, EntryKind.REVIEW_WANTED)

    @property
    def is_verdict(self) -> bool:
        """Whether it says what came out."""
        return self in (EntryKind.ANSWER, EntryKind.REVIEW)


_S = DisputeState
STANDING = (_S.OPEN, _S.ANSWERED, _S.REVIEWING)
"""While it stands the money in question waits."""
WAITING = (_S.OPEN, _S.REVIEWING)
"""We owe an answer."""

DISPUTE: Mapping[DisputeState, frozenset[DisputeState]] = {
    _S.OPEN: frozenset({_S.ANSWERED, _S.WITHDRAWN}),
    _S.ANSWERED: frozenset({_S.REVIEWING, _S.CLOSED, _S.WITHDRAWN}),
    _S.REVIEWING: frozenset({_S.ANSWERED, _S.CLOSED, _S.WITHDRAWN}),
    _S.CLOSED: frozenset(),
    _S.WITHDRAWN: frozenset(),
}
"""From a review back to answered: it found the figures wrong, and money waits until they are corrected."""
