"""Whom the notices of an incident reached: accepted by the mail server, signed in from, read. No tracking."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import joinedload

from app.core.db import session
from app.identity import Person, SignInLink
from app.incidents.answering.dispute_models import Dispute
from app.incidents.models import Case, Incident
from app.incidents.proposal_models import Acknowledgment, Proposal
from app.notices import Kind, Message, State

NOTICES = frozenset({Kind.FIRST, Kind.UPDATE, Kind.CORRECTION, Kind.ALL_CLEAR})
BEFORE_FIGURES = (Kind.FIRST, Kind.UPDATE)
NOT_ACCEPTED = (State.FAILED, State.SUPPRESSED)


@dataclass(frozen=True)
class Reached:
    """One notice to one person. `signed_in_at` is when its link was used, `read_at` when they said they read it.

    `disputed_at` is when they last said that something looks wrong.
    """

    message: Message
    signed_in_at: datetime | None
    read_at: datetime | None
    disputed_at: datetime | None = None

    @property
    def person(self) -> Person:
        """Whom the notice is for."""
        return self.message.person

    @property
    def next_action(self) -> str:
        """What staff should do about it now; empty when nothing."""
        if self.read_at or self.signed_in_at:
            return ""
        return {
            State.FAILED: "Check the address, then call or write by post.",
            State.BOUNCED: "Mail came back: see who was not reached.",
            State.SUPPRESSED: "Mail to this address is switched off: call or write by post.",
            State.UNCERTAIN: "It may have left twice; nothing to do.",
            State.DEFERRED: "It is tried again by itself.",
        }.get(self.message.state, "")


@dataclass(frozen=True)
class ReachCounts:
    """How many notices went how far."""

    written: int
    accepted: int
    came_back: int
    not_accepted: int
    signed_in: int
    read: int
    disputed: int


def list_reached(incident: Incident, *, before: int | None = None, at_most: int = 100) -> Sequence[Reached]:
    """A page of the incident's notices, newest first, `before` the id of the last one seen; no rehearsals."""
    wanted = _messages(incident).order_by(Message.id.desc()).limit(at_most).options(joinedload(Message.person))
    if before is not None:
        wanted = wanted.where(Message.id < before)
    messages = session.scalars(wanted).all()
    used = _first_uses([message.pseudonym for message in messages])
    people = [message.person_id for message in messages]
    read, disputed = _first_reads(incident, people), _last_disputes(incident, people)
    return [
        Reached(
            message,
            signed_in_at=used.get(message.pseudonym),
            read_at=None if message.kind in BEFORE_FIGURES else read.get(message.person_id),
            disputed_at=None if message.kind in BEFORE_FIGURES else disputed.get(message.person_id),
        )
        for message in messages
    ]


def count_reached(incident: Incident) -> ReachCounts:
    """The counts over all pages. Not accepted: refused by the mail server or held back, not those still waiting.

    What came back had been accepted first.
    """
    notices = _messages(incident).subquery()
    grouped = session.execute(select(notices.c.state, func.count()).group_by(notices.c.state))
    by_state: dict[State, int] = dict(grouped.all())
    used = select(SignInLink.message_pseudonym).where(SignInLink.used_at.is_not(None))
    signed_in = select(func.count()).select_from(notices).where(notices.c.pseudonym.in_(used))
    read = (
        select(func.count())
        .select_from(Acknowledgment)
        .join(Acknowledgment.proposal)
        .where(Proposal.incident_id == incident.id)
    )
    return ReachCounts(
        written=sum(by_state.values()),
        accepted=by_state.get(State.SENT, 0) + by_state.get(State.BOUNCED, 0),
        came_back=by_state.get(State.BOUNCED, 0),
        not_accepted=sum(by_state.get(each, 0) for each in NOT_ACCEPTED),
        signed_in=session.scalar(signed_in) or 0,
        read=session.scalar(read) or 0,
        disputed=_count_disputers(incident),
    )


def _count_disputers(incident: Incident) -> int:
    """People who said that something looks wrong."""
    people = select(func.count(func.distinct(Dispute.filed_by_id)))
    return session.scalar(people.join(Dispute.case).where(Case.incident_id == incident.id)) or 0


def _messages(incident: Incident) -> Select[Message]:
    return select(Message).where(
        Message.incident_reference == incident.reference,
        Message.kind.in_(NOTICES),
        Message.is_rehearsal.is_(False),
    )


def signed_in_since() -> ColumnElement[bool]:
    """Whether the reader of a message has signed in from any link since it was queued."""
    return exists().where(SignInLink.person_id == Message.person_id, SignInLink.used_at >= Message.queued_at)


def _first_uses(pseudonyms: Collection[str]) -> Mapping[str, datetime]:
    """When a link of each notice was first used."""
    rows = session.execute(
        select(SignInLink.message_pseudonym, func.min(SignInLink.used_at))
        .where(SignInLink.message_pseudonym.in_(pseudonyms), SignInLink.used_at.is_not(None))
        .group_by(SignInLink.message_pseudonym)
    )
    return {pseudonym: at for pseudonym, at in rows if pseudonym is not None and at is not None}


def _first_reads(incident: Incident, person_ids: Collection[int]) -> Mapping[int, datetime]:
    """When each person first said that they read a correction of the incident."""
    rows = session.execute(
        select(Acknowledgment.person_id, func.min(Acknowledgment.at))
        .join(Acknowledgment.proposal)
        .where(Proposal.incident_id == incident.id, Acknowledgment.person_id.in_(person_ids))
        .group_by(Acknowledgment.person_id)
    )
    return dict(rows.all())


def _last_disputes(incident: Incident, person_ids: Collection[int]) -> Mapping[int, datetime]:
    """When each person last disputed figures of the incident."""
    rows = session.execute(
        select(Dispute.filed_by_id, func.max(Dispute.filed_at))
        .join(Dispute.case)
        .where(Case.incident_id == incident.id, Dispute.filed_by_id.in_(person_ids))
        .group_by(Dispute.filed_by_id)
    )
    return dict(rows.all())
