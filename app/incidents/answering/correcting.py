"""Ending what was answered with "we correct it", once that version is out. Callers own the transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app import audit
from app.core.db import session
from app.core.text import format_date
from app.identity import Person
from app.incidents.answering.dispute_models import Dispute
from app.incidents.answering.disputing import write
from app.incidents.answering.pausing import resume, today_in
from app.incidents.answering.states import DISPUTE, DisputeState, EntryKind, Verdict
from app.incidents.proposal_models import Adjustment, Proposal
from app.incidents.workflow import step


def close_what_is_corrected(proposal: Proposal, adjustments: Sequence[Adjustment], *, by: str, at: datetime) -> None:
    """The newer figures are the answer: the dispute of those they replace is closed, and its thread says so.

    Only where the version was proposed after we had said that the figures are wrong: an earlier one answers nothing.
    """
    figures = {(each.case_id, each.account_id) for each in adjustments if each.replaces_id is not None}
    promised = select(Dispute).where(
        Dispute.case_id.in_({case_id for case_id, _ in figures}),
        Dispute.state == DisputeState.ANSWERED,
        Dispute.verdict == Verdict.CHANGE,
    )
    for dispute in session.scalars(promised.order_by(Dispute.id)).all() if figures else ():
        if (dispute.case_id, dispute.account_id) in figures and _said_at(dispute) <= proposal.proposed_at:
            _close(dispute, proposal, by, at)


def _said_at(dispute: Dispute) -> datetime:
    """When we last said that the figures are wrong."""
    said_at = dispute.reviewed_at or dispute.answered_at
    if said_at is None:
        raise LookupError("it was never answered")
    return said_at


def _publisher(proposal: Proposal) -> Person:
    if proposal.publication is None:
        raise LookupError("nobody publishes it")
    return proposal.publication.started_by


def _close(dispute: Dispute, proposal: Proposal, by: str, at: datetime) -> None:
    session.refresh(dispute, with_for_update=True)
    on = format_date(today_in(dispute.case.incident, at))
    words = f"Version {proposal.version} of the correction, published on {on}, puts these figures right."
    write(dispute, EntryKind.CORRECTED, words, by=_publisher(proposal), at=at)
    dispute.state, dispute.ended_at = step(DISPUTE, dispute.state, DisputeState.CLOSED), at
    session.flush()
    audit.record(action="dispute.closed", actor=by, subject=dispute, at=at, reason=words)
    resume(dispute, because=words, by=None, at=at)
