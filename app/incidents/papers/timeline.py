"""What the audit log says happened to an incident, oldest first."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app import allocations, audit, identity
from app.allocations import Replay
from app.audit import AuditCheckpoint, LoggedEvent
from app.core.db import Pseudonymous, session
from app.incidents.models import Incident
from app.incidents.proposing import list_proposals
from app.incidents.ruling import list_rulings

PAGE = 500
PAPERS = frozenset({"dossier.made", "attestation.made", "archive.made"})
"""That papers were made about the incident is no part of it: making one again must give the same one."""


@dataclass(frozen=True)
class Happening:
    """One event: its place in the log, who or what did it, in words where it was a person, and what it says."""

    idx: int
    at: datetime
    action: str
    by: str
    says: Mapping[str, Any]


def list_happenings(incident: Incident) -> list[Happening]:
    """Every committed event about the incident, its data, statements, evidence, notices, runs and proposals."""
    found = [each for each in _events(_subjects(incident)) if each.event.entry["action"] not in PAPERS]
    names = _people({each.event.entry["actor"] for each in found})
    return [_happening(each, names) for each in reversed(found)]


def find_checkpoint_over(idx: int) -> AuditCheckpoint | None:
    """The first signed checkpoint that covers the event in that place, and so everything before it."""
    covering = select(AuditCheckpoint).where(AuditCheckpoint.size > idx).order_by(AuditCheckpoint.size).limit(1)
    return session.scalar(covering)


def _subjects(incident: Incident) -> list[str]:
    deals = [case.deal for case in incident.cases]
    runs = [run for deal in deals for run in allocations.list_runs(deal)]
    about: list[Pseudonymous] = [incident, *incident.statements, *incident.evidence]
    about += [*incident.first_notices, *incident.updates]
    about += [*list_proposals(incident), *runs, *(deal.imported for deal in deals)]
    about += session.scalars(select(Replay).where(Replay.incident_id == incident.id))
    about += [ruling for case in incident.cases for ruling in list_rulings(case)]
    return sorted({each.audit_name for each in about})


def _events(subjects: Sequence[str]) -> Iterator[LoggedEvent]:
    before: int | None = None
    while page := audit.list_events(mentions=subjects, before=before, limit=PAGE):
        yield from page
        before = page[-1].idx


def _people(actors: Collection[str]) -> dict[str, str]:
    pseudonyms = {actor.removeprefix("person:") for actor in actors if actor.startswith("person:")}
    return {person.audit_name: person.full_name for person in identity.list_people(pseudonyms)}


def _happening(logged: LoggedEvent, names: Mapping[str, str]) -> Happening:
    entry = logged.event.entry
    actor = entry["actor"]
    return Happening(logged.idx, logged.event.at, entry["action"], names.get(actor, actor), logged.event.said)
