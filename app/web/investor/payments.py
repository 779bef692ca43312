"""How far one payment of an adjustment has come, as the investor's pages show it. Facts only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.settlement import Direction, Hold, HoldKind, Settlement, SettlementState

WAITS = (SettlementState.DUE, SettlementState.RELEASED)
CAME_BACK = (SettlementState.RETURNED, SettlementState.UNCLAIMED)
DONE = (SettlementState.SETTLED, SettlementState.ENDED, SettlementState.WAIVED)


@dataclass(frozen=True)
class Payment:
    """Money one way, in minor units; `paid_cents` of it arrived.

    `held_for` is why it waits, if not for a dispute; `held_until` the last day of that, if it has one.
    """

    direction: Direction
    state: SettlementState
    total_cents: int
    paid_cents: int = 0
    held_for: HoldKind | None = None
    held_until: date | None = None

    @property
    def open_cents(self) -> int:
        """What is still to arrive."""
        return self.total_cents - self.paid_cents

    @property
    def has_moved(self) -> bool:
        """Whether there is more to say than when it is paid, or what can be chosen."""
        is_held = self.held_for is not None
        return is_held or self.paid_cents > 0 or self.state not in (*WAITS, SettlementState.DECLINED)

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is paid or can be chosen any more."""
        return self.state in DONE

    @property
    def came_back(self) -> bool:
        """Whether we sent it and it did not arrive."""
        return self.state in CAME_BACK


def payment_of(settlement: Settlement) -> Payment:
    """The facts of one."""
    return Payment(settlement.direction, settlement.state, settlement.total_cents, settlement.paid_cents)


def held_back(payment: Payment, holds: Sequence[Hold]) -> Payment:
    """With why it waits: the hold that ends last. What waits for a dispute is told with the dispute."""
    others = [each for each in holds if each.kind is not HoldKind.DISPUTE]
    if not others or payment.direction.is_invoice or payment.state not in WAITS:
        return payment
    last = max(others, key=lambda each: each.until_on or date.max)
    return replace(payment, held_for=last.kind, held_until=last.until_on)
