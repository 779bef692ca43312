"""Closing an incident, by two people on one archive. Callers own the transaction."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app import audit, settlement
from app.core.db import session
from app.core.errors import DomainError
from app.core.text import format_date
from app.identity import Person, Role
from app.incidents import books
from app.incidents.closing.blockers import find_blockers
from app.incidents.closing.conservation import conserve
from app.incidents.closing.models import Closing
from app.incidents.models import Incident
from app.incidents.papers.closing_facts import facts_sha256
from app.incidents.papers.models import KeptFile, PaperKind, PaperSet
from app.incidents.workflow import INCIDENT, IncidentState, step


class CannotClose(DomainError):
    """The incident cannot be closed now, or not by this person."""


def ask_to_close(
    *, incident: Incident, archive: PaperSet, mail_until: date, note: str, by: Person, at: datetime
) -> Closing:
    """Ask somebody of management or legal to close on this archive; asking again replaces it.

    The words of its mail are kept through `mail_until` (see `forgetting`). Raises CannotClose.
    """
    _check(incident, at)
    if mail_until < at.astimezone(ZoneInfo(incident.zone)).date():
        raise CannotClose(f"Keep the mail until a day to come, not {mail_until.isoformat()}.")
    if not note.strip():
        raise CannotClose("Write why the incident can be closed.")
    facts = _file(archive, "-closing.json")["sha256"]
    _check_current(incident, facts)
    asked = find_closing(incident) or Closing(incident_id=incident.id)
    asked.archive_sha256, asked.facts_sha256 = _file(archive, "-archive.zip")["sha256"], facts
    asked.note, asked.mail_until, asked.asked_by, asked.asked_at = note.strip(), mail_until, by, at
    session.add(asked)
    session.flush()
    parts = {"archive": asked.archive_sha256, "facts": facts, "note": asked.note, "mail_until": mail_until.isoformat()}
    audit.record(action="closing.asked", actor=by, subject=incident, at=at, **parts)
    return asked


def close(*, asked: Closing, archive_seen: str, mail_until_seen: date | None, by: Person, at: datetime) -> None:
    """Close it: the platform's account bears what refunds cost beyond the offers taken, and no money moves any more.

    What was seen is what is closed on. A closed incident is never opened again; what is found later is an incident of
    its own. Raises CannotClose.
    """
    incident = asked.incident
    _check(incident, at)
    session.refresh(asked, with_for_update=True)
    _check_closer(asked, archive_seen, mail_until_seen, by)
    _check_current(incident, asked.facts_sha256)
    bridged = _bridge(incident, at)
    if incident.state is IncidentState.PUBLISHED:
        incident.state = step(INCIDENT, incident.state, IncidentState.SETTLING)
    incident.state = step(INCIDENT, incident.state, IncidentState.CLOSED)
    asked.closed_by, asked.closed_at = by, at
    session.flush()
    audit.record(
        action="incident.closed",
        actor=by,
        subject=incident,
        at=at,
        archive=asked.archive_sha256,
        facts=asked.facts_sha256,
        bridged=bridged,
    )


def find_closing(incident: Incident) -> Closing | None:
    """Who asked to close it, and who closed it."""
    return session.scalar(select(Closing).where(Closing.incident_id == incident.id))


def find_archive(incident: Incident) -> PaperSet | None:
    """The newest archive."""
    made = select(PaperSet).where(PaperSet.incident_id == incident.id, PaperSet.kind == PaperKind.ARCHIVE)
    return session.scalar(made.order_by(PaperSet.id.desc()).limit(1))


def is_current(incident: Incident, archive: PaperSet) -> bool:
    """Whether nothing changed since the archive was made."""
    proposal = books.find_corrected(incident)
    if proposal is None:
        return False
    return facts_sha256(incident, proposal) == _file(archive, "-closing.json")["sha256"]


def _check(incident: Incident, at: datetime) -> None:
    session.refresh(incident, with_for_update=True)
    if incident.is_over:
        raise CannotClose(f"{incident.reference} is {incident.state}. It is not opened again; open another incident.")
    if blockers := find_blockers(incident, at=at):
        raise CannotClose("\n".join(each.says for each in blockers))


def _check_closer(asked: Closing, archive_seen: str, mail_until_seen: date | None, by: Person) -> None:
    if by.id == asked.asked_by_id:
        raise CannotClose("You asked to close it, so somebody else must.")
    if not by.roles & {Role.MANAGEMENT, Role.LEGAL}:
        raise CannotClose("Management or legal closes an incident.")
    if archive_seen != asked.archive_sha256:
        raise CannotClose("Another archive was asked for after you opened this page. Read it again.")
    if asked.mail_until is None:
        raise CannotClose("Nobody said until when its mail is kept. Have the close asked for again, with the day.")
    if mail_until_seen != asked.mail_until:
        raise CannotClose(f"Its mail is to be kept until {format_date(asked.mail_until)} now. Read the page again.")


def _check_current(incident: Incident, facts: str) -> None:
    proposal = books.find_corrected(incident)
    if proposal is None or facts_sha256(incident, proposal) != facts:
        raise CannotClose("Something changed since the archive was made. Make it again, and ask again.")


def _file(archive: PaperSet, ending: str) -> KeptFile:
    return next(file for file in archive.files if file["name"].endswith(ending))


def _bridge(incident: Incident, at: datetime) -> dict[str, str]:
    """What the platform's own account bears, by deal."""
    borne = {each.deal.external_id: each for each in conserve(incident) if each.bridged_cents}
    for each in borne.values():
        settlement.bridge(deal_id=each.deal.id, currency=each.deal.currency, cents=each.bridged_cents, at=at)
    return {name: f"{each.bridged_cents} {each.deal.currency}" for name, each in borne.items()}
