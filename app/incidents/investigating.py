"""Running the recorded rule and the right rule on every deal of an incident. Callers own the transaction."""

from collections.abc import Sequence
from datetime import datetime

from app import allocations
from app.allocations import Replay, Run
from app.core.db import session
from app.identity import Person
from app.incidents.coverage import find_replay
from app.incidents.models import Case, Incident
from app.incidents.workflow import INCIDENT, IncidentState, step


def investigate(*, incident: Incident, by: Person, at: datetime) -> Sequence[Run]:
    """For each deal a run of the rule at fault, to reproduce what was recorded, and one of the agreement's rule.

    Where a replay recomputed the bases, the agreement's rule is run on these as well.
    """
    session.refresh(incident, with_for_update=True)
    replay = find_replay(incident)
    runs = [run for case in incident.cases for run in run_case(case, replay, by, at)]
    investigated(incident)
    session.flush()
    return runs


def run_case(case: Case, replay: Replay | None, by: Person, at: datetime) -> Sequence[Run]:
    """Every run that one case needs."""
    rules = (case.incident.rule, case.deal.rule)
    frozen = [allocations.run(deal=case.deal, rule=rule, by=by, at=at) for rule in rules]
    return frozen if replay is None else [*frozen, *run_recomputed(case, replay, by, at)]


def run_recomputed(case: Case, replay: Replay, by: Person | str, at: datetime) -> Sequence[Run]:
    """The agreement's rule on the bases that the replay recomputed; nothing where it could not replay the deal.

    The run before stands where the same went in and came out.
    """
    bases = allocations.recomputed_bases(replay, case.deal)
    if bases is None:
        return []
    return [allocations.run_if_changed(deal=case.deal, rule=case.deal.rule, by=by, at=at, bases=bases)]


def investigated(incident: Incident) -> None:
    """The incident moves on once its people were told."""
    if incident.state is IncidentState.TOLD:
        incident.state = step(INCIDENT, incident.state, IncidentState.INVESTIGATING)
