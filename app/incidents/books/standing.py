"""What the platform's books should carry for one account in one deal. Pure; minor units."""

from enum import StrEnum

from app.settlement.states import SettlementState

TAKEN = frozenset({SettlementState.SETTLED, SettlementState.WAIVED})
WAITS = frozenset({SettlementState.DUE})


class Carried(StrEnum):
    """Whether the allocation is what it will stay, or waits for the investor's choice."""

    FINAL = "final"
    OPEN = "open"


def carried(recorded_cents: int, change_cents: int, offer: SettlementState | None) -> tuple[int, Carried]:
    """The allocation as the books should carry it now.

    What somebody holds too much is taken back whether or not their refund has left. A missing part is added once it is
    paid, or nobody asks for the money: `offer` is the state of its invoice, None where there is none. One that is
    declined or has ended leaves the allocation as it is.
    """
    if change_cents <= 0 or offer is None or offer in TAKEN:
        return recorded_cents + change_cents, Carried.FINAL
    return recorded_cents, Carried.OPEN if offer in WAITS else Carried.FINAL
