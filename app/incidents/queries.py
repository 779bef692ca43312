"""Reading incidents and what was proposed and published, each reader within their own."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import selectinload

from app.core.db import session
from app.deals import Request
from app.identity import Authority, Person
from app.incidents.models import Case, FirstNotice, Incident, Update
from app.incidents.proposal_models import Adjustment, Proposal, ProposalPart, Publication
from app.incidents.workflow import OVER, IncidentState, ProposalState

VISIBLE = (ProposalState.PUBLISHING, ProposalState.PUBLISHED)
UNTOLD = (IncidentState.REPORTED, IncidentState.CONTAINED)


def get_incident(reference: str) -> Incident:
    """An incident by its reference. Raises NoResultFound."""
    return session.scalars(
        select(Incident)
        .where(Incident.reference == reference)
        .options(selectinload(Incident.cases).joinedload(Case.deal), selectinload(Incident.statements))
    ).one()


def find_incident(reference: str) -> Incident | None:
    """An incident by its reference, or None."""
    return session.scalar(select(Incident).where(Incident.reference == reference))


def list_incidents() -> Sequence[Incident]:
    """Every incident, newest first, with its deals."""
    return session.scalars(
        select(Incident).order_by(Incident.id.desc()).options(selectinload(Incident.cases).joinedload(Case.deal))
    ).all()


def list_public() -> Sequence[Incident]:
    """Live incidents that are not over, for the front page; never before their people have been told."""
    return session.scalars(
        select(Incident)
        .where(Incident.live_confirmed_at.is_not(None), Incident.state.not_in((*OVER, *UNTOLD)))
        .order_by(Incident.id.desc())
    ).all()


def find_first_notice(incident: Incident) -> FirstNotice | None:
    """The newest first notice of the incident."""
    return session.scalars(_first_notices(incident)).one_or_none()


def get_first_notice(incident: Incident) -> FirstNotice:
    """The newest first notice of the incident. Raises NoResultFound."""
    return session.scalars(_first_notices(incident)).one()


def _first_notices(incident: Incident) -> Select[FirstNotice]:
    return select(FirstNotice).where(FirstNotice.incident_id == incident.id).order_by(FirstNotice.id.desc()).limit(1)


def find_update(incident: Incident) -> Update | None:
    """The newest update of the incident."""
    return session.scalars(_updates(incident)).one_or_none()


def get_update(incident: Incident) -> Update:
    """The newest update of the incident. Raises NoResultFound."""
    return session.scalars(_updates(incident)).one()


def _updates(incident: Incident) -> Select[Update]:
    return select(Update).where(Update.incident_id == incident.id).order_by(Update.id.desc()).limit(1)


def get_publication(incident: Incident) -> Publication:
    """The publication of the incident's newest proposal that has one. Raises NoResultFound."""
    return session.scalars(
        select(Publication)
        .join(Publication.proposal)
        .where(Proposal.incident_id == incident.id)
        .order_by(Proposal.version.desc())
        .limit(1)
    ).one()


def find_proposal(incident: Incident) -> Proposal | None:
    """The newest proposal of the incident."""
    return session.scalars(
        select(Proposal).where(Proposal.incident_id == incident.id).order_by(Proposal.version.desc()).limit(1)
    ).one_or_none()


def find_standing(incident: Incident) -> Proposal | None:
    """The newest proposal that is neither void nor rejected; the newest where there is none."""
    over = (ProposalState.VOID, ProposalState.REJECTED)
    theirs = select(Proposal).where(Proposal.incident_id == incident.id, Proposal.state.not_in(over))
    found = session.scalars(theirs.order_by(Proposal.version.desc()).limit(1)).one_or_none()
    return found or find_proposal(incident)


def get_proposal(incident: Incident) -> Proposal:
    """The newest proposal of the incident. Raises NoResultFound."""
    return session.scalars(
        select(Proposal).where(Proposal.incident_id == incident.id).order_by(Proposal.version.desc()).limit(1)
    ).one()


def list_told(person: Person, on: date) -> Sequence[Incident]:
    """The live incidents that concern this person, newest first."""
    return session.scalars(_theirs(person, on).order_by(Incident.id.desc())).all()


def get_told(reference: str, *, person: Person, on: date) -> Incident:
    """A live incident that concerns this person. Raises NoResultFound, also for somebody else's."""
    return session.scalars(_theirs(person, on).where(Incident.reference == reference)).one()


def _theirs(person: Person, on: date) -> Select[Incident]:
    concerns = (
        select(Case.incident_id)
        .join(Request, Request.deal_id == Case.deal_id)
        .join(Authority, Authority.account_id == Request.account_id)
        .where(Authority.person_id == person.id, or_(Authority.ends_on.is_(None), Authority.ends_on >= on))
    )
    return select(Incident).where(Incident.live_confirmed_at.is_not(None), Incident.id.in_(concerns))


def find_published(incident: Incident, account_ids: frozenset[int]) -> Proposal | None:
    """The newest version of the incident that says something new to one of these accounts, and has been published."""
    return session.scalars(
        select(Proposal)
        .where(
            Proposal.incident_id == incident.id,
            Proposal.state.in_(VISIBLE),
            exists().where(
                Adjustment.proposal_id == Proposal.id,
                Adjustment.account_id.in_(account_ids),
                Adjustment.published_at.is_not(None),
                Adjustment.is_kept.is_(False),
            ),
        )
        .order_by(Proposal.version.desc())
        .limit(1)
        .options(selectinload(Proposal.parts).joinedload(ProposalPart.run))
    ).one_or_none()
