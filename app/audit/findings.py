"""What signing and verifying found: rows that staff see, and events of the log itself. Both run their own transactions.

The row comes first and alone: a log that cannot take an event any more must still be seen to be broken.
"""

import logging
from datetime import datetime
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.operations import log_origin, record
from app.audit.signing import WillNotSign
from app.audit.verdicts import Finding, Verdict
from app.core.db import Base, session, transaction

log = logging.getLogger(__name__)
WORKER = "system:worker"


class Source(StrEnum):
    """Whose finding it is."""

    SIGNING = "signing"
    VERIFYING = "verifying"


class LogFinding(Base):
    """One finding: the line that the command prints, and what it means in words."""

    __tablename__ = "log_findings"
    __table_args__ = (Index("ix_log_findings_source_id", "source", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[Source]
    line: Mapped[str] = mapped_column(String(200))
    says: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    @property
    def is_ok(self) -> bool:
        """Whether all was well."""
        return self.finding is Finding.OK

    @property
    def finding(self) -> Finding:
        """The verdict's first word."""
        return Finding(self.line.partition(" ")[0])


class Log:
    """The log as something that the log may name."""

    @property
    def audit_name(self) -> str:
        """The same for everybody who knows the origin."""
        return f"log:{uuid5(NAMESPACE_URL, log_origin())}"


def keep_verdict(verdict: Verdict, *, at: datetime) -> None:
    """Write down what verifying found."""
    _keep(Source.VERIFYING, verdict, "log.verified", at)


def keep_refusal(verdict: Verdict, *, refusal: str, at: datetime) -> None:
    """Write down once that nothing was signed: the verdict, and why in the words of the refusal."""
    newest = find_newest(Source.SIGNING)
    if newest is None or newest.says != refusal:
        line = verdict if verdict.finding is not Finding.OK else Verdict(Finding.UNANCHORED)
        _keep(Source.SIGNING, Verdict(line.finding, line.where, refusal), "log.refused", at)


def keep_signing(*, at: datetime) -> None:
    """After a refusal, write down that signing goes on."""
    newest = find_newest(Source.SIGNING)
    if newest is not None and not newest.is_ok:
        with transaction():
            session.add(LogFinding(source=Source.SIGNING, line=Finding.OK, says="Signing goes on.", at=at))


def refuse_after_bad_verdict() -> None:
    """Nothing is signed over a log that did not verify, until it does. Raises WillNotSign.

    That something is not anchored is no reason: signing is what puts it right.
    """
    newest = find_newest(Source.VERIFYING)
    if newest is not None and newest.finding not in (Finding.OK, Finding.UNANCHORED):
        raise WillNotSign(f"The log does not verify: {newest.line}. Verify it again once that is put right.")


def find_alarm() -> LogFinding | None:
    """What staff must be told on every page: the newest finding of either source, if it is a bad one.

    Verifying goes first, for signing refuses after it and says no more than that.
    """
    newest = (find_newest(source) for source in (Source.VERIFYING, Source.SIGNING))
    return next((finding for finding in newest if finding is not None and not finding.is_ok), None)


def find_newest(source: Source) -> LogFinding | None:
    """The newest finding of signing or of verifying."""
    mine = select(LogFinding).where(LogFinding.source == source)
    return session.scalar(mine.order_by(LogFinding.id.desc()).limit(1))


def list_findings(*, at_most: int) -> list[LogFinding]:
    """Newest first."""
    return list(session.scalars(select(LogFinding).order_by(LogFinding.id.desc()).limit(at_most)))


def _keep(source: Source, verdict: Verdict, action: str, at: datetime) -> None:
    with transaction():
        session.add(LogFinding(source=source, line=verdict.line, says=verdict.says, at=at))
    try:
        with transaction():
            record(action=action, actor=WORKER, subject=Log(), at=at, verdict=verdict.line, says=verdict.says)
    except Exception:
        log.exception("the log could not take an event about itself")
