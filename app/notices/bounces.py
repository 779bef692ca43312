"""Taking in reports of mail servers. Callers own the transaction: one for each report, so none is half written."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select

from app import audit, identity
from app.core.db import session
from app.notices.bounce_reports import Action, DeliveryReport, NoReport, read_report
from app.notices.gate import lock_outlet
from app.notices.letter_models import LetterCause
from app.notices.letter_queue import queue_letter
from app.notices.models import Message, State
from app.notices.reach_models import Bounce, SuppressionCause
from app.notices.suppression import suppress
from app.notices.verp import is_genuine


class Verdict(StrEnum):
    """What a report led to."""

    BOUNCED = "bounced"
    KNOWN = "known already"
    NO_BOUNCE = "no bounce"


@dataclass(frozen=True)
class Taken:
    """One report that was about a message of ours: which one, what the report says, and what it led to."""

    verdict: Verdict
    notice_number: str
    action: Action
    status: str


def take_report(*, raw: bytes, by: audit.Subject | str, at: datetime, as_email: str | None = None) -> Taken:
    """Mark the message that bounced and write to its address no more; a delay marks nothing.

    The same bounce counts once. Raises NoReport for everything that is no report about a message of ours, a forged
    return path included.
    """
    report = read_report(raw)
    pseudonym = _find_genuine(report)
    lock_outlet()
    message = session.scalar(select(Message).where(Message.pseudonym == pseudonym).with_for_update())
    if message is None:
        raise NoReport("Its message is not in this outbox.")
    verdict = _verdict(report, message)
    if verdict is Verdict.BOUNCED:
        _mark(message, report, raw, at)
        if not message.is_rehearsal:
            _tell(message, report, by, at, as_email)
    return Taken(verdict, message.notice_number, report.action, report.status)


def _find_genuine(report: DeliveryReport) -> str:
    keys = identity.keys_in_use().by_id.values()
    genuine = {message for message, seal in report.return_paths if is_genuine(message, seal, keys)}
    if not genuine:
        raise NoReport("Its return path is forged, or was made with a key that is no longer among the settings.")
    if len(genuine) > 1:
        raise NoReport("It was sent to several return paths, so it does not say which message bounced.")
    return genuine.pop()


def _verdict(report: DeliveryReport, message: Message) -> Verdict:
    if report.action is not Action.FAILED:
        return Verdict.NO_BOUNCE
    known = session.scalar(select(exists().where(Bounce.message_id == message.id)))
    return Verdict.KNOWN if known else Verdict.BOUNCED


def _mark(message: Message, report: DeliveryReport, raw: bytes, at: datetime) -> None:
    digest = hashlib.sha256(raw).digest()
    bounce = Bounce(message_id=message.id, status=report.status, says=report.says, report_sha256=digest, recorded_at=at)
    session.add(bounce)
    message.state, message.due_at, message.reason = State.BOUNCED, None, report.says
    session.flush()


def _tell(
    message: Message, report: DeliveryReport, by: audit.Subject | str, at: datetime, as_email: str | None
) -> None:
    audit.record(
        action="notice.bounced",
        actor=by,
        subject=message,
        at=at,
        kind=message.kind,
        version=message.version,
        notice_number=message.notice_number,
        code=report.status,
        as_email=as_email,
    )
    suppress(message=message, cause=SuppressionCause.BOUNCED, says=report.says, by=by, at=at)
    queue_letter(message=message, cause=LetterCause.NOT_DELIVERED, by=by, at=at)
