"""Making papers about an incident, keeping them, and a record of who made and took which.

Printing is slow, so it needs no open transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import audit
from app.core import jobs
from app.core.db import session, transaction
from app.core.jobs import Job, Progress
from app.identity import Person
from app.incidents.models import Incident
from app.incidents.papers.archiving import print_archive
from app.incidents.papers.attesting import print_attestation
from app.incidents.papers.dossier import print_dossier
from app.incidents.papers.models import KeptFile, PaperKind, PaperSet
from app.incidents.papers.press import Paper, Press
from app.incidents.queries import get_incident

PAPERS = "papers"
PRINTERS = {
    PaperKind.DOSSIER: print_dossier,
    PaperKind.ATTESTATION: print_attestation,
    PaperKind.ARCHIVE: print_archive,
}


def print_papers(incident: Incident, kind: PaperKind, press: Press) -> Sequence[Paper]:
    """The papers of that kind as they are now. Raises CannotRender."""
    return PRINTERS[kind](incident, press)


def log_papers(*, incident: Incident, kind: PaperKind, papers: Sequence[Paper], by: Person | str, at: datetime) -> None:
    """Record who made which papers; it is no part of what they are about. Callers own the transaction."""
    files = {paper.name: paper.sha256 for paper in papers}
    audit.record(action=f"{kind}.made", actor=by, subject=incident, at=at, reference=incident.reference, files=files)


def ask_for_papers(*, incident: Incident, kind: PaperKind, by: Person, at: datetime) -> Job:
    """Leave it to the worker to make them. Callers own the transaction."""
    return jobs.ask(kind=PAPERS, argument={"incident": incident.reference, "kind": kind.value}, by=by, at=at)


def make_papers(job: Job, progress: Progress, *, press: Press, at: datetime) -> Mapping[str, Any]:
    """The work of such a job: print, keep and log. Needs no open transaction. Raises CannotRender."""
    incident, kind = get_incident(job.argument["incident"]), PaperKind(job.argument["kind"])
    progress(0, None, f"Making the {kind} of {incident.reference}.")
    papers = print_papers(incident, kind, press)
    for paper in papers:
        press.keep(paper.content)
    with transaction():
        made = _keep(incident, kind, papers, session.get(Person, job.asked_by_id), at)
        result = {"incident": incident.reference, "papers": made.pseudonym}
        progress.finish(result, f"The {kind} of {incident.reference} is made.")
    return result


def list_paper_sets(incident: Incident) -> Sequence[PaperSet]:
    """Everything that was made and kept about the incident, newest first."""
    theirs = select(PaperSet).where(PaperSet.incident_id == incident.id).order_by(PaperSet.id.desc())
    return session.scalars(theirs.options(joinedload(PaperSet.made_by))).all()


def get_paper_set(incident: Incident, pseudonym: str) -> PaperSet:
    """One of them. Raises NoResultFound, also for that of another incident."""
    theirs = select(PaperSet).where(PaperSet.incident_id == incident.id, PaperSet.pseudonym == pseudonym)
    return session.scalars(theirs).one()


def take_paper(*, paper_set: PaperSet, file: KeptFile, by: Person, at: datetime) -> None:
    """Record who took which file. Callers own the transaction."""
    audit.record(action="papers.taken", actor=by, subject=paper_set, at=at, name=file["name"], sha256=file["sha256"])


def _keep(incident: Incident, kind: PaperKind, papers: Sequence[Paper], by: Person | None, at: datetime) -> PaperSet:
    files = [KeptFile(name=p.name, media_type=p.media_type, sha256=p.sha256, size_bytes=len(p.content)) for p in papers]
    made = PaperSet(incident_id=incident.id, kind=kind, files=files, made_by=by, made_at=at)
    session.add(made)
    session.flush()
    log_papers(incident=incident, kind=kind, papers=papers, by=by or "system:worker", at=at)
    return made
