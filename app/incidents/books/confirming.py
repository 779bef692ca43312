"""Recording that the platform's own books were changed. Callers own the transaction."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from app import audit
from app.core.db import session, table_of
from app.core.errors import DomainError
from app.core.text import format_date
from app.identity import Person
from app.incidents.books.lines import Line, find_corrected, list_lines
from app.incidents.books.models import BooksChange, BooksEntry, BooksProof
from app.incidents.books.writing import check_export, digest_of
from app.incidents.models import Incident
from app.incidents.proposal_models import Proposal
from app.incidents.stating import Proof


class CannotConfirm(DomainError):
    """It cannot be recorded like this that the books were changed."""


@dataclass(frozen=True)
class Changed:
    """Who changed the books, when and how, and the stored file that shows it, with its bytes."""

    done_by: str
    done_on: date
    note: str
    kind: BooksProof
    proof: Proof
    content: bytes


def confirm_books(*, incident: Incident, out_seen: str, changed: Changed, by: Person, at: datetime) -> BooksChange:
    """Record that the books were changed to the allocations of the file `out_seen`.

    A wrong record is corrected by a newer one; both stay. Raises CannotConfirm, BadExport.
    """
    session.refresh(incident, with_for_update=True)
    proposal, lines = _check(incident, out_seen, changed.done_on, at)
    if changed.kind is BooksProof.EXPORT:
        check_export(changed.content, lines)
    change = BooksChange(
        incident_id=incident.id,
        proposal_id=proposal.id,
        out_sha256=out_seen,
        done_by=changed.done_by.strip(),
        done_on=changed.done_on,
        note=changed.note.strip(),
        proof=changed.kind,
        proof_name=changed.proof.name,
        proof_sha256=changed.proof.sha256,
        recorded_by=by,
        recorded_at=at,
    )
    session.add(change)
    session.flush()
    _enter(change, proposal, lines)
    return change


def _check(incident: Incident, out_seen: str, done_on: date, at: datetime) -> tuple[Proposal, list[Line]]:
    """The correction whose figures the books carry. Raises CannotConfirm."""
    if incident.is_over:
        raise CannotConfirm(f"{incident.reference} is {incident.state}; nothing more is recorded about its books.")
    proposal = find_corrected(incident)
    if proposal is None or proposal.publication is None:
        raise CannotConfirm("No correction is published to everybody yet, so there is nothing to change in the books.")
    zone = ZoneInfo(incident.zone)
    first, last = proposal.publication.started_at.astimezone(zone).date(), at.astimezone(zone).date()
    if not first <= done_on <= last:
        raise CannotConfirm(
            f"Changed on {format_date(done_on)}: give a day from {format_date(first)}, when the figures were published,"
            f" to {format_date(last)}."
        )
    lines = list(list_lines(proposal))
    if digest_of(lines, version=proposal.version) != out_seen:
        raise CannotConfirm(
            "The allocations changed after this page was opened, for example since somebody took an offer."
            " Save the file again, and change the books by it."
        )
    return proposal, lines


def _enter(change: BooksChange, proposal: Proposal, lines: list[Line]) -> None:
    rows = [
        {"change_id": change.id, "adjustment_id": line.adjustment_id, "carried_cents": line.carried_cents}
        for line in lines
        if line.change_cents
    ]
    if rows:
        session.execute(insert(table_of(BooksEntry)), rows)
    audit.record(
        action="books.changed",
        actor=change.recorded_by,
        subject=change.incident,
        at=change.recorded_at,
        version=proposal.version,
        out=change.out_sha256,
        done_by=change.done_by,
        done_on=change.done_on.isoformat(),
        note=change.note,
        proof=change.proof.value,
        evidence=change.proof_sha256,
    )
