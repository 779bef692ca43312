"""Adjustments as rows, for settlements to carry out; all in the open transaction."""

from datetime import date

from app.core.db import session
from app.deals import Deal, RuleName
from app.incidents.models import Case, Incident
from app.incidents.proposal_models import Adjustment, Proposal
from tests.allocations.rows import AT, a_demo_deal, an_admin

TO_COME = date(2026, 12, 3)


def adjustments_of_a_demo_deal() -> list[Adjustment]:
    """One adjustment for each of the eight requests of a deal, under a proposal that moves a cent each."""
    deal = a_demo_deal()
    proposal = _a_proposal(an_incident(deal))
    adjustments = [
        Adjustment(
            proposal=proposal,
            case=proposal.incident.cases[0],
            account_id=request.account_id,
            request=request,
            recorded_cents=request.recorded_cents,
            corrected_cents=request.recorded_cents - 1,
            collected_cents=request.recorded_cents,
            is_capped=False,
            interest_cents=0,
            interest_lines=[],
        )
        for request in deal.requests
    ]
    session.add_all(adjustments)
    session.flush()
    return adjustments


def an_incident(deal: Deal, reference: str = "INC-2026-003") -> Incident:
    """An incident over one deal, without any proposal."""
    return Incident(
        reference=reference,
        title="Allocations above the request",
        rule=RuleName.SINGLE_PASS,
        faulty_release=deal.release,
        detected_on=TO_COME,
        cause="The cap is not checked again.",
        contact_name="Sam Rivera",
        contact_phone="+1 212 555 0199",
        contact_hours="weekdays 9 am to 5 pm",
        zone="America/New_York",
        owner=an_admin(),
        opened_at=AT,
        cases=[Case(deal=deal)],
    )


def _a_proposal(incident: Incident) -> Proposal:
    return Proposal(
        incident=incident,
        version=1,
        notice_on=date(2026, 11, 23),
        look_by=TO_COME,
        pay_by=date(2026, 12, 10),
        remind_on=date(2026, 12, 21),
        due_by=date(2027, 1, 4),
        pay_to="The account named in the agreement.",
        policy={},
        reason="The agreement says so.",
        canonical="{}",
        digest="0" * 64,
        proposed_by=incident.owner,
        proposed_at=AT,
    )
