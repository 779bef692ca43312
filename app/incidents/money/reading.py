"""What corrections made due and how far it has come, for the staff's money page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from app import settlement
from app.core.db import session
from app.incidents.models import Incident
from app.incidents.proposal_models import Adjustment, Proposal
from app.incidents.workflow import ProposalState
from app.settlement import AnswerFile, Batch, Direction, Forgoing, Settlement, SettlementState

COMING = (ProposalState.PROPOSED, ProposalState.APPROVED, ProposalState.PUBLISHING)


@dataclass(frozen=True)
class Due:
    """One settlement, the version that made it due, and what can be paid of it on the day asked for; minor units.

    Nothing is paid while another version, proposed or signed, says something else instead.
    """

    settlement: Settlement
    version: int
    look_by: date
    payable_cents: int = 0
    held_cents: int = 0
    waits_for_a_version: bool = False


@dataclass(frozen=True)
class DueTotal:
    """All settlements of one direction, currency and state; minor units."""

    direction: Direction
    currency: str
    state: SettlementState
    count: int
    principal_cents: int
    interest_cents: int
    paid_cents: int

    @property
    def total_cents(self) -> int:
        """Principal and interest together."""
        return self.principal_cents + self.interest_cents


def list_due(incident: Incident, *, on: date, after: int = 0, at_most: int = 100) -> Sequence[Due]:
    """A page of the incident's settlements in the order they were made, `after` the id of the last one seen."""
    wanted = _settlements(incident).add_columns(Proposal.version, Proposal.look_by, _waits_for_a_version())
    rows = session.execute(wanted.where(Settlement.id > after).order_by(Settlement.id).limit(at_most)).unique().all()
    found = [row[0] for row in rows]
    payable = settlement.payable(found, on=on)
    holds = settlement.list_holds(found, on=on)
    return [
        Due(
            each,
            version,
            look_by,
            payable.get(each.id, 0) if look_by < on and not waits else 0,
            settlement.held_cents(each, holds.get(each.id, ())),
            waits,
        )
        for each, version, look_by, waits in rows
    ]


def total_due(incident: Incident) -> Sequence[DueTotal]:
    """The control totals over all pages: each direction, currency and state apart."""
    by = (Settlement.direction, Settlement.currency, Settlement.state)
    rows = session.execute(
        select(
            *by,
            func.count(),
            func.sum(Settlement.principal_cents),
            func.sum(Settlement.interest_cents),
            func.sum(Settlement.paid_cents),
        )
        .join(Adjustment, Adjustment.id == Settlement.adjustment_id)
        .join(Proposal, Proposal.id == Adjustment.proposal_id)
        .where(Proposal.incident_id == incident.id)
        .group_by(*by)
        .order_by(Settlement.currency, Settlement.direction.desc(), Settlement.state)
    )
    return [
        DueTotal(direction, currency, state, count, int(principal), int(interest), int(paid))
        for direction, currency, state, count, principal, interest, paid in rows
    ]


def get_settlement(incident: Incident, pseudonym: str) -> Settlement:
    """One of the incident's settlements. Raises NoResultFound, also for that of another incident."""
    return session.scalars(_settlements(incident).where(Settlement.pseudonym == pseudonym)).unique().one()


def list_batches(incident: Incident) -> Sequence[Batch]:
    """The incident's batches, newest first."""
    theirs = select(Batch).where(Batch.incident_id == incident.id).order_by(Batch.id.desc())
    return session.scalars(theirs.options(joinedload(Batch.prepared_by), joinedload(Batch.released_by))).all()


def get_batch(incident: Incident, number: str) -> Batch:
    """One of them. Raises NoResultFound, also for that of another incident."""
    return session.scalars(select(Batch).where(Batch.incident_id == incident.id, Batch.number == number)).one()


def list_answer_files(incident: Incident) -> Sequence[AnswerFile]:
    """The files that the payment system answered with, newest first."""
    theirs = select(AnswerFile).where(AnswerFile.incident_id == incident.id).order_by(AnswerFile.id.desc())
    return session.scalars(theirs.options(joinedload(AnswerFile.taken_by))).all()


def get_answer_file(incident: Incident, pseudonym: str) -> AnswerFile:
    """One of them. Raises NoResultFound, also for that of another incident."""
    theirs = select(AnswerFile).where(AnswerFile.incident_id == incident.id, AnswerFile.pseudonym == pseudonym)
    return session.scalars(theirs).one()


def list_forgoings(incident: Incident) -> Sequence[Forgoing]:
    """What was asked to be given up, newest first."""
    ids = _settlements(incident).with_only_columns(Settlement.id)
    wanted = select(Forgoing).where(Forgoing.settlement_id.in_(ids)).order_by(Forgoing.id.desc())
    return session.scalars(wanted.options(joinedload(Forgoing.settlement))).all()


def list_payable(incident: Incident, *, on: date) -> dict[int, int]:
    """Minor units that can be paid on a day, by settlement: people may speak up until the last day to look."""
    is_ready = (Proposal.look_by < on, Settlement.state.in_(settlement.READY), ~_waits_for_a_version())
    ready = _settlements(incident).where(*is_ready)
    return dict(settlement.payable(session.scalars(ready.order_by(Settlement.id)).unique().all(), on=on))


@cache  # the words alone: putting them together takes longer than asking
def _waits_for_a_version() -> ColumnElement[bool]:
    """Whether a version that is neither void, rejected nor out yet would change what the settlement carries out."""
    newer, version = aliased(Adjustment), aliased(Proposal)
    return exists().where(
        newer.replaces_id == Adjustment.id,
        newer.is_kept.is_(False),
        newer.published_at.is_(None),
        version.id == newer.proposal_id,
        version.state.in_(COMING),
    )


def _settlements(incident: Incident) -> Select[Settlement]:
    return (
        select(Settlement)
        .join(Adjustment, Adjustment.id == Settlement.adjustment_id)
        .join(Proposal, Proposal.id == Adjustment.proposal_id)
        .join(Settlement.account)
        .join(Settlement.deal)
        .where(Proposal.incident_id == incident.id)
        .options(contains_eager(Settlement.account), contains_eager(Settlement.deal))
    )
