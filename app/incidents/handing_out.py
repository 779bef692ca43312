"""Making papers about an incident and keeping a record of it. Printing is slow, so it needs no open transaction."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from app import audit
from app.identity import Person
from app.incidents.attesting import print_attestation
from app.incidents.dossier import print_dossier
from app.incidents.models import Incident
from app.incidents.papers import Paper, Press


class PaperKind(StrEnum):
    """Which papers: the evidence of an incident, or what came out when its figures were checked again."""

    DOSSIER = "dossier"
    ATTESTATION = "attestation"


def print_papers(incident: Incident, kind: PaperKind, press: Press) -> Sequence[Paper]:
    """The papers of that kind as they are now. Raises CannotRender."""
    return PRINTERS[kind](incident, press)


def log_papers(*, incident: Incident, kind: PaperKind, papers: Sequence[Paper], by: Person | str, at: datetime) -> None:
    """Record who made which papers; it is no part of what they are about. Callers own the transaction."""
    files = {paper.name: paper.sha256 for paper in papers}
    audit.record(action=f"{kind}.made", actor=by, subject=incident, at=at, reference=incident.reference, files=files)


PRINTERS = {PaperKind.DOSSIER: print_dossier, PaperKind.ATTESTATION: print_attestation}
