"""What rests on imported rows: they may not change once something that is kept was made from them."""

from collections.abc import Mapping

from sqlalchemy import select

from app.allocations import Replay, ReplayDeal, Run
from app.core.db import session
from app.core.text import format_date
from app.deals import Deal, Release, Request, Resting
from app.identity import Account, Person
from app.incidents.models import Case, Incident
from app.incidents.proposal_models import Proposal, ProposalPart
from app.incidents.workflow import ProposalState
from app.notices import Message

OVER = (ProposalState.REJECTED, ProposalState.VOID)


def list_resting() -> Resting:
    """Why stored rows may not change any more, by their keys.

    A deal and its requests hold as soon as a rule was run or a replay was made on them; marks and distributions as
    soon as a proposal that stands uses them; a release once an incident names it; people once they were written to.
    Rates may change at any time: they are kept in versions, and a proposal carries those that it used.
    """
    runs = _runs()
    proposed = _proposed()
    return Resting(
        releases=_releases(),
        deals=runs,
        later=proposed,
        accounts=_accounts(runs),
        people=_people(),
    )


def _runs() -> Mapping[str, str]:
    cases = select(Deal.external_id, Incident.reference).join(Case, Case.deal_id == Deal.id).join(Case.incident)
    incidents: dict[str, str] = dict(session.execute(cases.order_by(Incident.id)).all())
    runs = select(Deal.external_id, Run.rule, Run.made_at).join(Run.deal).order_by(Run.id.desc())
    replays = select(Deal.external_id, Incident.reference).join(ReplayDeal, ReplayDeal.deal_id == Deal.id)
    replays = replays.join(ReplayDeal.replay).join(Incident, Incident.id == Replay.incident_id)
    found = {deal_id: f"the replay for {reference} rests on it" for deal_id, reference in session.execute(replays)}
    for deal_id, rule, made_at in session.execute(runs):
        whose = f" for {incidents[deal_id]}" if deal_id in incidents else ""
        found[deal_id] = f"the run of {rule} on {format_date(made_at.date())}{whose} rests on it"
    return found


def _proposed() -> Mapping[str, str]:
    parts = (
        select(Deal.external_id, Incident.reference, Proposal.version)
        .join(Case, Case.deal_id == Deal.id)
        .join(ProposalPart, ProposalPart.case_id == Case.id)
        .join(ProposalPart.proposal)
        .join(Proposal.incident)
        .where(Proposal.state.not_in(OVER))
    )
    return {deal_id: _named(reference, version) for deal_id, reference, version in session.execute(parts)}


def _named(reference: str, version: int) -> str:
    return f"version {version} of the proposal for {reference} rests on it"


def _releases() -> Mapping[str, str]:
    named = select(Release.name, Incident.reference).join(Incident, Incident.faulty_release_id == Release.id)
    return {name: f"{reference} rests on it" for name, reference in session.execute(named)}


def _accounts(runs: Mapping[str, str]) -> Mapping[str, str]:
    theirs = (
        select(Account.external_id, Deal.external_id)
        .join(Request, Request.account_id == Account.id)
        .join(Request.deal)
        .where(Deal.id.in_(select(Run.deal_id).union(select(ReplayDeal.deal_id))))
    )
    return {number: runs[deal_id] for number, deal_id in session.execute(theirs)}


def _people() -> Mapping[str, str]:
    written = select(Person.email).where(Person.id.in_(select(Message.person_id)))
    staff = select(Person.email).where(Person.staff_roles.any())
    told = dict.fromkeys(session.scalars(written), "this person has been written to")
    return told | dict.fromkeys(session.scalars(staff), "this person is a member of staff")
