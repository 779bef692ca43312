"""How far the money of a settlement has come, and which state may follow which. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from app.core.errors import DomainError


class NotAllowed(DomainError):
    """This step does not follow from where the money is."""


class SettlementState(StrEnum):
    """Every settlement begins due; payouts are released, sent and settled, invoices are paid, left or end.

    `SUPERSEDED`: a newer version of the correction took its place before any money moved.
    """

    DUE = "due"
    RELEASED = "released"
    SENT = "sent"
    SETTLED = "settled"
    RETURNED = "returned"
    UNCLAIMED = "unclaimed"
    WRITTEN_OFF = "written off"
    DECLINED = "declined"
    ENDED = "ended"
    WAIVED = "waived"
    SUPERSEDED = "superseded"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self in OVER


OVER = frozenset(
    {
        SettlementState.SETTLED,
        SettlementState.WRITTEN_OFF,
        SettlementState.DECLINED,
        SettlementState.ENDED,
        SettlementState.WAIVED,
        SettlementState.SUPERSEDED,
    }
)

_S = SettlementState
PAYOUT: Mapping[SettlementState, frozenset[SettlementState]] = {
    _S.DUE: frozenset({_S.RELEASED, _S.RETURNED, _S.WRITTEN_OFF, _S.SUPERSEDED}),
    _S.RELEASED: frozenset({_S.SENT, _S.DUE}),
    _S.SENT: frozenset({_S.SETTLED, _S.RETURNED, _S.DUE}),
    _S.SETTLED: frozenset({_S.RETURNED}),
    _S.RETURNED: frozenset({_S.RELEASED, _S.UNCLAIMED, _S.WRITTEN_OFF, _S.SUPERSEDED}),
    _S.UNCLAIMED: frozenset({_S.RELEASED, _S.WRITTEN_OFF, _S.SUPERSEDED}),
    _S.WRITTEN_OFF: frozenset(),
    _S.SUPERSEDED: frozenset(),
}
"""What the platform pays. Back to due: a batch was withdrawn, or paid the part that is not in question; such a part may
still be returned."""

INVOICE: Mapping[SettlementState, frozenset[SettlementState]] = {
    _S.DUE: frozenset({_S.SETTLED, _S.DECLINED, _S.ENDED, _S.WAIVED, _S.SUPERSEDED}),
    _S.DECLINED: frozenset({_S.DUE, _S.SUPERSEDED}),
    _S.ENDED: frozenset({_S.SUPERSEDED}),
    _S.SETTLED: frozenset(),
    _S.WAIVED: frozenset(),
    _S.SUPERSEDED: frozenset(),
}
"""What the investor may or must pay; an offer declined may be taken up again until the cut-off."""


def step(now: SettlementState, to: SettlementState, *, table: Mapping[_S, frozenset[_S]]) -> SettlementState:
    """The state `to`, when it may follow `now`. Raises NotAllowed."""
    if to not in table.get(now, frozenset()):
        raise NotAllowed(
            f"This payment or offer stands at “{now}” and cannot go from there to “{to}”. "
            "Load the page again: somebody may have moved it meanwhile."
        )
    return to
