"""Replaying for an incident: asked for as a job, and afterwards the recomputed runs of its cases."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app import allocations
from app.allocations import BasisKind, CannotReplay, Commission, Replay, Run
from app.core import jobs
from app.core.db import session, transaction
from app.core.jobs import Job, JobState, Progress
from app.identity import Person
from app.incidents.coverage import find_coverage, signed_coverage
from app.incidents.investigating import investigated, run_recomputed
from app.incidents.models import Incident
from app.incidents.voiding import list_voidable, void_unpublished

REPLAY = "replay"
WORKER = "system:worker"


def ask_for_replay(*, incident: Incident, by: Person, at: datetime) -> Job:
    """Leave the replay to the worker. Raises CannotReplay while one is under way."""
    session.refresh(incident, with_for_update=True)
    if find_replay_job(incident) is not None:
        raise CannotReplay("A replay of this incident is under way already.")
    return jobs.ask(kind=REPLAY, argument={"incident": incident.reference}, by=by, at=at)


def find_replay_job(incident: Incident) -> Job | None:
    """The job of a replay that waits or runs."""
    under_way = select(Job).where(Job.kind == REPLAY, Job.state.in_([JobState.WAITING, JobState.RUNNING]))
    return next((job for job in session.scalars(under_way) if job.argument["incident"] == incident.reference), None)


def carry_out_replay(job: Job, progress: Progress, *, at: datetime) -> Mapping[str, Any]:
    """The work of such a job, for whoever asked; needs no open transaction. Raises CannotReplay."""
    by: Person | str = session.get_one(Person, job.asked_by_id) if job.asked_by_id else WORKER
    incident = session.scalars(select(Incident).where(Incident.reference == job.argument["incident"])).one()
    replay = _replay(incident, progress, by, at)
    return {"incident": incident.reference, "replay": replay.pseudonym}


def replay_now(*, incident: Incident, by: Person | str, at: datetime) -> Replay:
    """The same at once, for a command; needs no open transaction. Raises CannotReplay."""
    return _replay(incident, lambda *_: None, by, at)


def _replay(incident: Incident, tell: allocations.Tell, by: Person | str, at: datetime) -> Replay:
    commission = Commission(incident.id, incident.reference, incident.rule, by, at)
    replay = allocations.make_replay(commission, tell)
    with transaction():
        session.refresh(incident, with_for_update=True)
        runs = [run for case in incident.cases for run in run_recomputed(case, replay, by, at)]
        investigated(incident)
        session.flush()
        _void_what_says_otherwise(incident, runs, by, at)
    return replay


def _void_what_says_otherwise(incident: Incident, runs: Sequence[Run], by: Person | str, at: datetime) -> None:
    """A proposal was signed with its coverage and, where recomputed bases bind, with these runs."""
    coverage = find_coverage(incident)
    binding = runs if incident.binding is BasisKind.RECOMPUTED else []
    if any(
        signed_coverage(proposal) != coverage
        or any(run not in [part.run for part in proposal.parts] for run in binding)
        for proposal in list_voidable(incident)
    ):
        void_unpublished(incident, by=by, at=at)
