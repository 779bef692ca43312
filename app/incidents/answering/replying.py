"""Reading, answering and closing a dispute: the platform's side. Callers own the transaction; see `app.core.db`."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.core.text import format_date
from app.identity import Person
from app.incidents.answering.deadlines import after
from app.incidents.answering.dispute_models import Dispute
from app.incidents.answering.disputing import write
from app.incidents.answering.mailing import tell_of_reply
from app.incidents.answering.pausing import (
    hold_part,
    let_go,
    list_dispute_holds,
    list_disputed,
    list_payouts,
    resume,
    today_in,
)
from app.incidents.answering.states import DISPUTE, DisputeState, EntryKind, Verdict
from app.incidents.workflow import step
from app.settlement import Settlement

NOT_ASKED_AGAIN = "It was answered, and nobody asked for a second look in time."
REVIEWED = "Somebody who did not work on it looked again, and the figures are right."
AWAITS_VERSION = (
    "We told the investor that these figures are wrong, so it stays open until a version that changes them is"
    " published. Publish that version, or have somebody who did not work on it decide anew."
)

SAID = {EntryKind.ANSWER: "dispute.answered", EntryKind.REVIEW: "dispute.reviewed"}


class CannotReply(DomainError):
    """This dispute cannot be answered like this, or not by this person."""


def mark_read(*, dispute: Dispute, by: Person, at: datetime) -> None:
    """Somebody of ours has read it, and works on it; once. Raises CannotReply."""
    _lock(dispute)
    if dispute.read_at is not None:
        return
    dispute.read_by, dispute.read_at = by, at
    session.flush()
    audit.record(action="dispute.received", actor=by, subject=dispute, at=at)


def reply(*, dispute: Dispute, words: str, by: Person, at: datetime) -> None:
    """Write to the investor, who is told by mail that there is something on their page. Raises CannotReply."""
    mark_read(dispute=dispute, by=by, at=at)
    entry = write(dispute, EntryKind.STAFF, words, by=by, at=at)
    tell_of_reply(dispute=dispute, entry=entry, at=at)


def narrow(*, dispute: Dispute, parts: Mapping[int, int], words: str, by: Person, at: datetime) -> None:
    """Say which part of what we pay is in question, in minor units by settlement; the rest is paid.

    The investor reads the words. Raises CannotReply.
    """
    mark_read(dispute=dispute, by=by, at=at)
    if (incident := dispute.case.incident).is_over:
        raise CannotReply(
            f"{incident.reference} is {incident.state}, so no money waits. If a figure is wrong, open another."
        )
    payouts = {each.id: each for each in list_payouts(list_disputed(dispute))}
    if not parts or set(parts) - set(payouts):
        raise CannotReply("Nothing of this is still to be paid. Load the page again.")
    for id_, cents in parts.items():
        _narrow(dispute, payouts[id_], cents, by, at)
    entry = write(dispute, EntryKind.PART, words, by=by, at=at)
    tell_of_reply(dispute=dispute, entry=entry, at=at)


def _narrow(dispute: Dispute, payout: Settlement, cents: int, by: Person, at: datetime) -> None:
    if not 0 <= cents <= payout.open_cents:
        raise CannotReply("The part in question cannot be more than what is still to be paid.")
    holds = list_dispute_holds([payout], on=today_in(dispute.case.incident, at))
    let_go(holds, because="Only a part of it is in question.", by=by, at=at)
    if cents:
        hold_part(dispute, payout, cents, by=by, at=at)


def answer(*, dispute: Dispute, verdict: Verdict, words: str, by: Person, at: datetime) -> None:
    """Say whether the figures are right, and why. The money in question waits on. Raises CannotReply.

    Where they are right, a second look by somebody else can be asked for; where not, a newer version corrects them and
    closes the dispute.
    """
    mark_read(dispute=dispute, by=by, at=at)
    if dispute.state is not DisputeState.OPEN:
        raise CannotReply("This was answered already.")
    dispute.state = step(DISPUTE, dispute.state, DisputeState.ANSWERED)
    _give_answer(dispute, verdict, words, by, at)


def review(*, dispute: Dispute, verdict: Verdict, words: str, by: Person, at: datetime) -> None:
    """Somebody who did not work on it looks again; figures that are right end the dispute. Raises CannotReply."""
    _lock(dispute)
    if dispute.state is not DisputeState.REVIEWING:
        raise CannotReply("Nobody asked for a second look.")
    if by.id in dispute.workers:
        raise CannotReply("You worked on this dispute, so somebody else must look at it again.")
    _give_review(dispute, verdict, words, by, at)


def decide_anew(*, dispute: Dispute, words: str, by: Person, at: datetime) -> None:
    """Somebody who did not work on it finds that figures we called wrong are right. Raises CannotReply.

    A second look can be asked for as after any answer; where there was one already, this ends the dispute.
    """
    _lock(dispute)
    if not dispute.awaits_version:
        raise CannotReply("Nobody said that these figures are wrong, so there is nothing to decide anew.")
    if by.id in dispute.workers:
        raise CannotReply("You worked on this dispute, so somebody else must decide it anew.")
    give = _give_answer if dispute.reviewed_at is None else _give_review
    give(dispute, Verdict.STAND, words, by, at)


def close(*, dispute: Dispute, reason: str, by: Person | None, at: datetime) -> None:
    """End an answered dispute: the money goes its way again. Raises CannotReply."""
    session.refresh(dispute, with_for_update=True)
    if dispute.state is not DisputeState.ANSWERED:
        raise CannotReply("Only what was answered can be closed.")
    if not reason.strip():
        raise CannotReply("Write why it is closed.")
    if dispute.awaits_version and not dispute.case.incident.is_over:  # after the close there is no other version
        raise CannotReply(AWAITS_VERSION)
    today, until = today_in(dispute.case.incident, at), dispute.review_until_on
    if dispute.is_reviewable and until is not None and today <= until:
        raise CannotReply(
            f"The investor may ask for a second look through {format_date(until)}. It closes by itself after that day."
        )
    dispute.state, dispute.ended_at = step(DISPUTE, dispute.state, DisputeState.CLOSED), at
    session.flush()
    actor = by or "system:portal"
    audit.record(action="dispute.closed", actor=actor, subject=dispute, at=at, reason=reason.strip())
    resume(dispute, because=reason.strip(), by=by, at=at)


def list_lapsed(*, at: datetime) -> list[Dispute]:
    """Answered disputes of which nobody asked for a second look in time; they close by themselves."""
    answered = select(Dispute).where(Dispute.state == DisputeState.ANSWERED, Dispute.review_until_on.is_not(None))
    return [
        each
        for each in session.scalars(answered.order_by(Dispute.id))
        if each.is_reviewable and each.review_until_on and each.review_until_on < today_in(each.case.incident, at)
    ]


def _give_answer(dispute: Dispute, verdict: Verdict, words: str, by: Person, at: datetime) -> None:
    incident = dispute.case.incident
    dispute.verdict, dispute.answered_at = verdict, at
    if verdict is Verdict.STAND:
        dispute.review_until_on = after(today_in(incident, at), incident.review_within_days)
    _say(dispute, EntryKind.ANSWER, words, by, at)


def _give_review(dispute: Dispute, verdict: Verdict, words: str, by: Person, at: datetime) -> None:
    """The last word: figures that are right end the dispute."""
    dispute.verdict, dispute.reviewed_at = verdict, at
    if verdict is Verdict.STAND:
        dispute.state, dispute.ended_at = step(DISPUTE, dispute.state, DisputeState.CLOSED), at
    else:
        dispute.state = step(DISPUTE, dispute.state, DisputeState.ANSWERED)
    _say(dispute, EntryKind.REVIEW, words, by, at)
    if verdict is Verdict.STAND:
        resume(dispute, because=REVIEWED, by=by, at=at)


def _say(dispute: Dispute, kind: EntryKind, words: str, by: Person, at: datetime) -> None:
    entry = write(dispute, kind, words, by=by, at=at)
    assert dispute.verdict is not None  # noqa: S101 - whoever says something here has just given it
    audit.record(action=SAID[kind], actor=by, subject=dispute, at=at, verdict=dispute.verdict.value)
    tell_of_reply(dispute=dispute, entry=entry, at=at)


def _lock(dispute: Dispute) -> None:
    session.refresh(dispute, with_for_update=True)
    if not dispute.is_standing:
        raise CannotReply(f"This dispute is {dispute.state}; there is nothing more to say to it.")
