"""How far one payment of an adjustment has come, as the investor's pages show it. Facts only."""

from dataclasses import dataclass

from app.settlement import Direction, Settlement, SettlementState

WAITS = (SettlementState.DUE, SettlementState.RELEASED)
CAME_BACK = (SettlementState.RETURNED, SettlementState.UNCLAIMED)
DONE = (SettlementState.SETTLED, SettlementState.ENDED, SettlementState.WAIVED)


@dataclass(frozen=True)
class Payment:
    """Money one way, in minor units; `paid_cents` of it arrived."""

    direction: Direction
    state: SettlementState
    total_cents: int
    paid_cents: int = 0

    @property
    def open_cents(self) -> int:
        """What is still to arrive."""
        return self.total_cents - self.paid_cents

    @property
    def has_moved(self) -> bool:
        """Whether there is more to say than when it is paid, or what can be chosen."""
        return self.paid_cents > 0 or self.state not in (*WAITS, SettlementState.DECLINED)

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
