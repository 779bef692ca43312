"""What becomes of an offer after its last day, as its version says. Callers own the transaction.

Everything is asked of the rows, so it may be done again at any time, by several workers, and nothing is done twice.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app import settlement
from app.core.db import session
from app.incidents.left_over import LeftOver, list_overdue
from app.incidents.models import Incident
from app.incidents.proposal_models import Proposal
from app.incidents.unpaid import Unpaid
from app.incidents.voiding import OUT

BATCH = 200
WORKER = "system:worker"


def list_with_offers(*, at: datetime) -> Sequence[Incident]:
    """The incidents of which an offer ends now."""
    told = select(Incident).where(Incident.id.in_(select(Proposal.incident_id).where(Proposal.state.in_(OUT))))
    return [each for each in session.scalars(told.order_by(Incident.id)) if list_ending(each, at=at)]


def list_ending(incident: Incident, *, at: datetime) -> Sequence[LeftOver]:
    """The offers whose last day has passed where the incident is, but those that stay due.

    One that is held waits for the answer. Of one that was paid in part the rest is not given up silently: somebody
    calls.
    """
    today = at.astimezone(ZoneInfo(incident.zone)).date()
    late = list_overdue(incident, on=today)
    held = settlement.list_holds([each.settlement for each in late], on=today)
    return [
        each
        for each in late
        if each.unpaid is not Unpaid.STAYS_DUE and not each.settlement.paid_cents and each.settlement.id not in held
    ]


def end_batch(*, incident: Incident, at: datetime) -> int:
    """End the next of them; answers how many."""
    ending = list_ending(incident, at=at)[:BATCH]
    ended = [
        settlement.end_offer(settlement=each.settlement, becomes=each.unpaid.value, by=WORKER, at=at) for each in ending
    ]
    return sum(ended)
