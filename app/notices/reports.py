"""Writing down how a try ended. Callers own the transaction; the outlet's row is locked before the message's."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update

from app import audit
from app.core.db import database_now, session
from app.notices.leases import WORKER, Lease, lock_outlet
from app.notices.mime import Outgoing
from app.notices.models import Attempt, Message, Outcome, Outlet, State
from app.notices.reach_models import SuppressionCause
from app.notices.rendering import without_secrets
from app.notices.suppression import names_a_bad_address, suppress

log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 3600
FAILURES_BEFORE_PAUSE = 5
PAUSE = timedelta(seconds=60)
AFTER_A_TRY = {
    Outcome.ACCEPTED: State.SENT,
    Outcome.DEFERRED: State.DEFERRED,
    Outcome.UNCERTAIN: State.UNCERTAIN,
    Outcome.REFUSED: State.FAILED,
}


@dataclass(frozen=True)
class Report:
    """How a try ended, what the server said, and what was or would have been sent (None if it has no words)."""

    outcome: Outcome
    reply: str
    outgoing: Outgoing | None


def settle(lease: Lease, report: Report, jitter: Callable[[int], int]) -> None:
    """Move the message on by what happened; only the attempt is noted when somebody else holds it by now."""
    outlet = lock_outlet()
    now = database_now()
    _note_attempt(lease, report, now)
    _note_connection(outlet, report, now)
    message = session.get_one(Message, lease.message_id, with_for_update=True, populate_existing=True)
    if message.fence != lease.fence or message.state is not State.SENDING:
        message.may_be_repeated = message.may_be_repeated or report.outcome in (Outcome.ACCEPTED, Outcome.UNCERTAIN)
    elif report.outcome is Outcome.UNREACHABLE:
        message.state, message.due_at = (State.DEFERRED if message.tries else State.QUEUED), now
    else:
        message.tries += 1
        _move_on(message, lease, report, now, jitter)
    session.flush()


def _note_attempt(lease: Lease, report: Report, now: datetime) -> None:
    attempt = update(Attempt).where(Attempt.message_id == lease.message_id, Attempt.fence == lease.fence)
    digest = report.outgoing.sha256 if report.outgoing is not None else None
    session.execute(attempt.values(outcome=report.outcome, reply=report.reply, ended_at=now, sha256=digest))


def _note_connection(outlet: Outlet, report: Report, now: datetime) -> None:
    """After five failures in a row nothing is tried for a minute."""
    outlet.failures = outlet.failures + 1 if report.outcome is Outcome.UNREACHABLE else 0
    if outlet.failures >= FAILURES_BEFORE_PAUSE:
        outlet.failures, outlet.paused_until = 0, now + PAUSE
        log.error("the mail server cannot be reached; the outbox pauses for 60 seconds")


def _move_on(message: Message, lease: Lease, report: Report, now: datetime, jitter: Callable[[int], int]) -> None:
    message.state, message.reason, message.due_at = AFTER_A_TRY[report.outcome], report.reply, None
    message.may_be_repeated = message.may_be_repeated or report.outcome is Outcome.UNCERTAIN
    if message.state is State.SENT and report.outgoing is not None:
        _keep(message, lease, report.outgoing, now)
    elif message.state is not State.FAILED and now >= message.give_up_at:
        message.state, message.reason = State.FAILED, f"No server accepted it for 72 hours. {report.reply}"
    elif message.state is not State.FAILED:
        message.due_at = now + timedelta(seconds=_wait(message.tries, jitter))
    if message.state is State.FAILED:
        _tell_failed(message, now)


def _wait(tries: int, jitter: Callable[[int], int]) -> int:
    """Full jitter: from 1 second to 30 after the first try, doubling to an hour."""
    return 1 + jitter(min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(tries - 1, 10)))


def _keep(message: Message, lease: Lease, outgoing: Outgoing, now: datetime) -> None:
    message.sent_at, message.sha256, message.reason = now, outgoing.sha256, ""
    message.subject = outgoing.words.subject
    message.text = without_secrets(outgoing.words.text, lease.way_in)
    if not message.is_rehearsal:
        audit.record(
            action="notice.sent",
            actor=WORKER,
            subject=message,
            at=now,
            kind=message.kind,
            version=message.version,
            notice_number=message.notice_number,
            digest=outgoing.sha256.hex(),
            attempt=message.tries,
            uncertain=message.may_be_repeated,
        )


def _tell_failed(message: Message, now: datetime) -> None:
    log.error("message %s failed: nobody was reached", message.pseudonym)
    if not message.is_rehearsal:
        audit.record(
            action="notice.failed",
            actor=WORKER,
            subject=message,
            at=now,
            kind=message.kind,
            version=message.version,
            notice_number=message.notice_number,
            reason=message.reason,
            attempt=message.tries,
        )
        if names_a_bad_address(message.reason):
            suppress(message=message, cause=SuppressionCause.REFUSED, says=message.reason, by=WORKER, at=now)
