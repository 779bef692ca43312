"""Writing down how a try ended. Callers own the transaction and hold the gate."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, update

from app import audit
from app.core.db import session, table_of
from app.notices.gate import Gate
from app.notices.leases import WORKER, Lease
from app.notices.letter_models import LetterCause
from app.notices.letter_queue import queue_letter
from app.notices.mime import Outgoing
from app.notices.models import Attempt, Message, Outcome, State
from app.notices.reach_models import SuppressionCause
from app.notices.rendering import without_secrets
from app.notices.suppression import names_a_bad_address, suppress

log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 3600
AFTER_A_TRY = {
    Outcome.ACCEPTED: State.SENT,
    Outcome.DEFERRED: State.DEFERRED,
    Outcome.UNCERTAIN: State.UNCERTAIN,
    Outcome.REFUSED: State.FAILED,
}
_MESSAGE, _ATTEMPT = table_of(Message), table_of(Attempt)
_END = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.message_id == bindparam("of_message"), _ATTEMPT.c.fence == bindparam("of_fence"))
    .values(
        outcome=bindparam("now_outcome"),
        reply=bindparam("now_reply"),
        ended_at=bindparam("now_ended"),
        sha256=bindparam("now_sha256"),
    )
)


@dataclass(frozen=True)
class Report:
    """How a try ended, what the server said, and what was or would have been sent (None if it has no words)."""

    outcome: Outcome
    reply: str
    outgoing: Outgoing | None


def settle(lease: Lease, report: Report, jitter: Callable[[int], int], gate: Gate) -> None:
    """Move the message on by what happened; only the attempt is noted when somebody else holds it by now."""
    _note_attempt(lease, report, gate.now)
    gate.note_connection(report.outcome)
    changed = _changes(lease, report, gate.now, jitter)
    held = {"of_message": lease.message_id, "of_fence": lease.fence}
    moved = session.connection().execute(
        _move(frozenset(changed)), held | {f"now_{key}": changed[key] for key in changed}
    )
    if not moved.rowcount:
        _flag(lease, report)
        return
    if changed["state"] is State.FAILED:
        log.error("message %s failed: nobody was reached", lease.named.pseudonym)
    if not lease.is_rehearsal:
        _record(lease, report, changed, gate.now)


@cache
def _move(columns: frozenset[str]) -> Update:
    """Change these columns of a message that is still held under the same fence."""
    is_held = (_MESSAGE.c.id == bindparam("of_message"), _MESSAGE.c.fence == bindparam("of_fence"))
    held = update(_MESSAGE).where(*is_held, _MESSAGE.c.state == State.SENDING)
    return held.values({name: bindparam(f"now_{name}") for name in columns})


def _note_attempt(lease: Lease, report: Report, now: datetime) -> None:
    digest = report.outgoing.sha256 if report.outgoing is not None else None
    said = {"now_outcome": report.outcome, "now_reply": report.reply, "now_ended": now, "now_sha256": digest}
    session.connection().execute(_END, {"of_message": lease.message_id, "of_fence": lease.fence, **said})


def _changes(lease: Lease, report: Report, now: datetime, jitter: Callable[[int], int]) -> dict[str, Any]:
    """The columns of the message after this try."""
    if report.outcome is Outcome.UNREACHABLE:
        return {"state": State.DEFERRED if lease.tries else State.QUEUED, "due_at": now}
    state, tries = AFTER_A_TRY[report.outcome], lease.tries + 1
    changed: dict[str, Any] = {"state": state, "tries": tries, "reason": report.reply, "due_at": None}
    if state is State.SENT and report.outgoing is not None:
        return changed | _kept(lease, report.outgoing, now)
    if state is State.FAILED:
        return changed
    if state is State.UNCERTAIN:
        changed["may_be_repeated"] = True
    if now >= lease.give_up_at:
        reason = f"No server accepted it for 72 hours. {report.reply}"
        return changed | {"state": State.FAILED, "reason": reason}
    return changed | {"due_at": now + timedelta(seconds=_wait(tries, jitter))}


def _wait(tries: int, jitter: Callable[[int], int]) -> int:
    """Full jitter: from 1 second to 30 after the first try, doubling to an hour."""
    return 1 + jitter(min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(tries - 1, 10)))


def _kept(lease: Lease, outgoing: Outgoing, now: datetime) -> dict[str, Any]:
    """What is kept of a message that left: without link and code."""
    text = without_secrets(outgoing.words.text, lease.way_in)
    said = {"subject": outgoing.words.subject, "text": text}
    return {"sent_at": now, "sha256": outgoing.sha256, "reason": "", **said}


def _flag(lease: Lease, report: Report) -> None:
    """Somebody else has it by now; what this try sent may come to a second copy."""
    if report.outcome in (Outcome.ACCEPTED, Outcome.UNCERTAIN):
        mine = update(_MESSAGE).where(_MESSAGE.c.id == lease.message_id)
        session.connection().execute(mine.values(may_be_repeated=True))


def _record(lease: Lease, report: Report, changed: dict[str, Any], now: datetime) -> None:
    if changed["state"] is State.SENT and report.outgoing is not None:
        is_uncertain = lease.may_be_repeated
        sent = {"digest": report.outgoing.sha256.hex(), "attempt": changed["tries"], "uncertain": is_uncertain}
        audit.record(action="notice.sent", actor=WORKER, subject=lease.named, at=now, **lease.named.parts, **sent)
    elif changed["state"] is State.FAILED:
        failed = {"reason": changed["reason"], "attempt": changed["tries"]}
        audit.record(action="notice.failed", actor=WORKER, subject=lease.named, at=now, **lease.named.parts, **failed)
        _suppress_bad_address(lease, changed["reason"], now)


def _suppress_bad_address(lease: Lease, reason: str, now: datetime) -> None:
    if names_a_bad_address(reason):
        message = session.get_one(Message, lease.message_id)
        suppress(message=message, cause=SuppressionCause.REFUSED, says=reason, by=WORKER, at=now)
        queue_letter(message=message, cause=LetterCause.NOT_DELIVERED, by=WORKER, at=now)
