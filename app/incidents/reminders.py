"""Reminding people of their correction: who was not seen, and who has an offer left. Callers own the transaction.

A reminder brings a new link and voids nothing. Each is a message that can be queued once; the publication's row is
locked first, so that of several workers one finds it undone.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import aliased, joinedload

from app import identity
from app.core.db import session
from app.identity import Authority, Scope
from app.incidents.current import stands
from app.incidents.previews import Variant, shape_of
from app.incidents.proposal_models import Adjustment, Proposal, ProposalPart, Publication
from app.incidents.reach import signed_in_since
from app.incidents.sending import queue_reminder
from app.incidents.unpaid import Unpaid
from app.incidents.workflow import ProposalState
from app.notices import Correction, Kind, Message, Reminder, State, read_content
from app.settlement import Direction, Hold, Settlement, SettlementState

BATCH = 200
ANSWERING = (Scope.OWNER, Scope.ACTS)
AFTER = timedelta(days=30)
"""How long somebody is reminded of what stays due after its last day."""


class Occasion(IntEnum):
    """Why somebody is reminded; also the version of the message, so that there is one of each."""

    NOT_SEEN = 1
    OFFER_LEFT = 2
    STILL_DUE = 3


def wait_before_reminding(proposal: Proposal) -> timedelta:
    """How long a correction may stay unseen: half the time in which a doubt is looked at before money moves."""
    return timedelta(days=(proposal.look_by - proposal.notice_on).days // 2)


def list_remindable(*, at: datetime) -> Sequence[Publication]:
    """The publications whose people may be reminded now.

    Nobody is reminded of figures that another version replaced, nor after the last date that the proposal names.
    """
    published = (
        select(Publication)
        .join(Publication.proposal)
        .where(Proposal.state == ProposalState.PUBLISHED)
        .options(joinedload(Publication.proposal).joinedload(Proposal.incident))
    )
    return [each for each in session.scalars(published) if _occasions(each.proposal, at)]


def remind_batch(*, publication: Publication, at: datetime) -> int:
    """Queue the next reminders of a publication, at most BATCH for each occasion; answers how many."""
    session.execute(select(Publication.id).where(Publication.id == publication.id).with_for_update())
    queued = 0
    for occasion in _occasions(publication.proposal, at):
        for message in session.scalars(_unreminded(publication.proposal, occasion, at)).all():
            _remind(publication.proposal, message, occasion, at)
            queued += 1
    return queued


def _occasions(proposal: Proposal, at: datetime) -> list[Occasion]:
    today = _today(proposal, at)
    not_seen = [Occasion.NOT_SEEN] if today <= max(proposal.look_by, proposal.pay_by, proposal.due_by) else []
    offer_left = [Occasion.OFFER_LEFT] if proposal.remind_on <= today <= proposal.due_by else []
    stays_due = proposal.policy.get("unpaid_obliged") == Unpaid.STAYS_DUE
    still_due = stays_due and proposal.due_by < today <= proposal.due_by + AFTER
    return not_seen + offer_left + ([Occasion.STILL_DUE] if still_due else [])


def _unreminded(proposal: Proposal, occasion: Occasion, at: datetime) -> Select[Message]:
    """Corrections that a mail server took and whose readers were not reminded on this occasion."""
    is_due = {
        Occasion.NOT_SEEN: _was_not_seen,
        Occasion.OFFER_LEFT: _has_offer_left,
        Occasion.STILL_DUE: _has_offer_due,
    }[occasion](proposal, at)
    return (
        select(Message)
        .where(
            Message.incident_reference == proposal.incident.reference,
            Message.subject_key == proposal.audit_name,
            Message.kind == Kind.CORRECTION,
            Message.state == State.SENT,
            Message.is_rehearsal.is_(False),
            is_due & _is_still_concerned(proposal, at),
            ~_is_reminded(occasion),
            ~_was_sent_again(),
        )
        .order_by(Message.id)
        .limit(BATCH)
        .options(joinedload(Message.person), joinedload(Message.link))
    )


def _is_reminded(occasion: Occasion) -> ColumnElement[bool]:
    reminder = aliased(Message)
    return exists().where(
        reminder.subject_key == Message.subject_key,
        reminder.person_id == Message.person_id,
        reminder.kind == Kind.REMINDER,
        reminder.version == occasion.value,
        reminder.is_rehearsal.is_(False),
    )


def _was_sent_again() -> ColumnElement[bool]:
    copy = aliased(Message)
    return exists().where(
        copy.kind == Message.kind,
        copy.subject_key == Message.subject_key,
        copy.person_id == Message.person_id,
        copy.is_rehearsal.is_(False),
        copy.version > Message.version,
    )


def _was_not_seen(proposal: Proposal, at: datetime) -> ColumnElement[bool]:
    return (Message.sent_at <= at - wait_before_reminding(proposal)) & ~signed_in_since()


def _is_still_concerned(proposal: Proposal, at: datetime) -> ColumnElement[bool]:
    """Whether the reader still acts for, or sees, an account of whose figures any stand: both may have ended since."""
    return (
        exists()
        .where(
            Adjustment.proposal_id == proposal.id,
            stands(),
            Authority.account_id == Adjustment.account_id,
            Authority.person_id == Message.person_id,
            identity.in_force(_today(proposal, at)),
        )
        .correlate(Message)
    )


def _today(proposal: Proposal, at: datetime) -> date:
    return at.astimezone(ZoneInfo(proposal.incident.zone)).date()


def _has_offer_left(proposal: Proposal, at: datetime) -> ColumnElement[bool]:
    """Whether the reader answers for an account whose offer, which they may leave, is still open."""
    return _answers_for(proposal, at, ProposalPart.obliged_by == "")


def _has_offer_due(proposal: Proposal, at: datetime) -> ColumnElement[bool]:
    """Whether they answer for one that the agreement obliges to take, and whose last day has passed."""
    return _answers_for(proposal, at, ProposalPart.obliged_by != "", Settlement.due_on < _today(proposal, at))


def _answers_for(proposal: Proposal, at: datetime, *such: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether they answer for an account with such an offer, still open and not on hold."""
    is_held = exists().where(Hold.settlement_id == Settlement.id, Hold.lifted_at.is_(None))
    return (
        exists()
        .where(
            Adjustment.proposal_id == proposal.id,
            Settlement.adjustment_id == Adjustment.id,
            Settlement.direction == Direction.OFFER,
            Settlement.state == SettlementState.DUE,
            ProposalPart.proposal_id == proposal.id,
            ProposalPart.case_id == Adjustment.case_id,
            *such,
            ~is_held,
            Authority.account_id == Adjustment.account_id,
            Authority.person_id == Message.person_id,
            Authority.scope.in_(ANSWERING),
            identity.in_force(_today(proposal, at)),
        )
        .correlate(Message)
    )


def _remind(proposal: Proposal, message: Message, occasion: Occasion, at: datetime) -> None:
    correction = read_content(message)
    if not isinstance(correction, Correction) or message.link is None:
        raise TypeError("only a correction is reminded of")
    sent_on = (message.sent_at or message.queued_at).astimezone(ZoneInfo(proposal.incident.zone)).date()
    seen = select(Message.id).where(Message.id == message.id, signed_in_since())
    queue_reminder(
        incident=proposal.incident,
        about=proposal,
        content=_facts(
            correction,
            sent_on,
            was_seen=session.scalar(seen) is not None,
            is_late=occasion is Occasion.STILL_DUE,
        ),
        person=message.person,
        version=occasion.value,
        opens=message.link.opens,
        last_date=max(proposal.look_by, proposal.pay_by, proposal.due_by),
        at=at,
    )


def list_reminders(proposal: Proposal, variants: Sequence[Variant]) -> list[Variant]:
    """The shapes of what may remind of these: who was not seen, has an offer left, or one that stays due."""
    found: dict[Hashable, Variant] = {}
    for variant in variants:
        if not isinstance(variant.content, Correction):
            continue
        for was_seen, is_late in _ways(variant.content):
            content = _facts(variant.content, proposal.notice_on, was_seen=was_seen, is_late=is_late)
            known = found.get(shape_of(content))
            people = variant.people + (known.people if known else 0)
            found[shape_of(content)] = replace(
                known or variant, content=known.content if known else content, people=people
            )
    return list(found.values())


def _ways(correction: Correction) -> Sequence[tuple[bool, bool]]:
    """Whether its reader was seen, and whether the last day has passed, in every reminder there may be of it."""
    seen = [(False, False), *([(True, False)] if correction.choices else [])]
    return [*seen, (False, True), (True, True)] if any(each.stays_due for each in correction.offers) else seen


def _facts(correction: Correction, sent_on: date, *, was_seen: bool, is_late: bool) -> Reminder:
    has_duty = bool(correction.claims) or any(each.obliged_by for each in correction.offers)
    return Reminder(
        reference=correction.reference,
        contact=correction.contact,
        record_mark=correction.record_mark,
        is_copy=correction.is_copy,
        sent_on=sent_on,
        was_seen=was_seen,
        has_refund=correction.pays_back,
        comes_anyway=correction.pays and not is_late,
        choose_by=correction.due_by if correction.choices and not is_late else None,
        obliged_by=correction.due_by if has_duty and not is_late else None,
        was_due_on=correction.due_by if is_late else None,
    )
