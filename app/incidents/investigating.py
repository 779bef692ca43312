"""Running the recorded rule and the right rule on every deal of an incident. Callers own the transaction."""

from collections.abc import Sequence
from datetime import datetime

from app import allocations
from app.allocations import Run
from app.core.db import session
from app.identity import Person
from app.incidents.models import Incident
from app.incidents.workflow import INCIDENT, IncidentState, step


def investigate(*, incident: Incident, by: Person, at: datetime) -> Sequence[Run]:
    """For each deal a run of the rule at fault, to reproduce what was recorded, and one of the agreement's rule."""
    session.refresh(incident, with_for_update=True)
    runs = [
        allocations.run(deal=case.deal, rule=rule, by=by, at=at)
        for case in incident.cases
        for rule in (incident.rule, case.deal.rule)
    ]
    if incident.state is IncidentState.TOLD:
        incident.state = step(INCIDENT, incident.state, IncidentState.INVESTIGATING)
    session.flush()
    return runs
