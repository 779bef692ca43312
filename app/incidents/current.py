"""Which figures stand: of each account in each case those of the newest published version that changed them."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from sqlalchemy import ColumnElement, Exists, Select, exists, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from app.core.db import session
from app.deals import Deal, Request
from app.incidents.models import Case, Incident
from app.incidents.proposal_models import Adjustment, Proposal, ProposalPart
from app.incidents.voiding import OUT


@cache  # the words of a question, asked on every page: putting them together takes longer than asking
def stands(up_to: int | None = None) -> ColumnElement[bool]:
    """Whether an adjustment is published and no newer one, of a version `up_to` that one, took its place."""
    replaced = _replaced()
    if up_to is not None:
        replaced = replaced.where(_newer().proposal_id == Proposal.id, Proposal.version <= up_to)
    return Adjustment.published_at.is_not(None) & Adjustment.is_kept.is_(False) & ~replaced


@cache
def _newer() -> type[Adjustment]:
    """Another adjustment: the same one for every question, for it takes as long to make as the question itself."""
    return aliased(Adjustment)


@cache
def _replaced() -> Exists:
    newer = _newer()
    return exists().where(
        newer.case_id == Adjustment.case_id,
        newer.account_id == Adjustment.account_id,
        newer.id > Adjustment.id,
        newer.published_at.is_not(None),
        newer.is_kept.is_(False),
    )


def list_current(incident: Incident, account_ids: Collection[int], *, up_to: int | None = None) -> Sequence[Adjustment]:
    """The figures that stand for these accounts, oldest deal first; as of a version `up_to` that one."""
    wanted = _adjustments(incident).where(Adjustment.account_id.in_(account_ids), stands(up_to))
    if up_to is not None:
        versions = select(Proposal.id).where(Proposal.incident_id == incident.id, Proposal.version <= up_to)
        wanted = wanted.where(Adjustment.proposal_id.in_(versions))
    return session.scalars(wanted).all()


def current_of(case: Case) -> Mapping[int, Adjustment]:
    """The figures that stand in one case, by account."""
    wanted = select(Adjustment).where(Adjustment.case_id == case.id, stands())
    return {each.account_id: each for each in session.scalars(wanted)}


def find_covering(case: Case) -> Proposal | None:
    """The newest version that is out and covers this case."""
    covering = select(Proposal).join(ProposalPart, ProposalPart.proposal_id == Proposal.id)
    out = covering.where(ProposalPart.case_id == case.id, Proposal.state.in_(OUT))
    return session.scalars(out.order_by(Proposal.version.desc()).limit(1)).one_or_none()


def list_uncovered(incident: Incident) -> Sequence[Case]:
    """The cases that no version covers that is out: their people wait for figures."""
    return [case for case in incident.cases if find_covering(case) is None]


def list_looked_at(incident: Incident, account_ids: Collection[int]) -> Sequence[str]:
    """The deals of these accounts in which no figures are published to them yet, oldest first."""
    told = exists().where(
        Adjustment.case_id == Case.id,
        Adjustment.account_id == Request.account_id,
        Adjustment.published_at.is_not(None),
    )
    names = (
        select(Deal.name)
        .join(Case, Case.deal_id == Deal.id)
        .join(Request, Request.deal_id == Deal.id)
        .where(Case.incident_id == incident.id, Request.account_id.in_(account_ids), ~told)
        .order_by(Deal.closed_on, Deal.id)
    )
    return list(dict.fromkeys(session.scalars(names)))


def _adjustments(incident: Incident) -> Select[Adjustment]:
    return (
        select(Adjustment)
        .join(Adjustment.case)
        .join(Case.deal)
        .where(Case.incident_id == incident.id)
        .order_by(Deal.closed_on, Adjustment.account_id)
        .options(
            joinedload(Adjustment.account),
            joinedload(Adjustment.request),
            joinedload(Adjustment.replaces),
            contains_eager(Adjustment.case)
            .contains_eager(Case.deal)
            .options(joinedload(Deal.agreement), selectinload(Deal.marks)),
        )
    )
