"""A platform that pays refunds: eight of them are due, and two people are there to pay them."""

from app import settlement
from app.identity import Person, Role
from app.settlement import Batch, Direction, HoldKind, Settlement
from tests.allocations.rows import AT, an_admin
from tests.identity.builders import a_member_of_staff
from tests.settlement.builders import TO_COME, adjustments_of_a_demo_deal


class House:
    """Refunds of a deal, and the two people who pay them."""

    def __init__(self) -> None:
        self.adjustments = adjustments = adjustments_of_a_demo_deal()
        self.incident_id = adjustments[0].proposal.incident_id
        self.maker, self.checker = an_admin(), a_member_of_staff(roles={Role.MANAGEMENT})
        self.refunds = [
            settlement.make_due(
                adjustment_id=each.id,
                account=each.account,
                deal=each.case.deal,
                direction=Direction.REFUND,
                principal_cents=1_000 + index,
                interest_cents=10,
                due_on=TO_COME,
                at=AT,
            )
            for index, each in enumerate(adjustments)
        ]

    def prepare(self, *refunds: Settlement) -> Batch:
        ids = [each.id for each in refunds or self.refunds]
        return settlement.prepare(incident_id=self.incident_id, settlement_ids=ids, by=self.maker, at=AT)

    def release(self, batch: Batch, by: Person | None = None) -> None:
        settlement.release(batch=batch, digest_seen=batch.digest, by=by or self.checker, at=AT)

    def hold(self, refund: Settlement, cents: int | None = None) -> settlement.Hold:
        return settlement.hold(
            settlement=refund, kind=HoldKind.DISPUTE, reason="Disputed.", by=self.maker, at=AT, cents=cents
        )

    def offer(self, cents: int) -> Settlement:
        """What the first of them may take besides."""
        adjustment = self.adjustments[0]
        return settlement.make_due(
            adjustment_id=adjustment.id,
            account=adjustment.account,
            deal=adjustment.case.deal,
            direction=Direction.OFFER,
            principal_cents=cents,
            interest_cents=0,
            due_on=TO_COME,
            at=AT,
        )
