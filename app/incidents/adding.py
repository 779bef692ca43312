"""Adding a deal to an incident once the replay finds it affected. Callers own the transaction."""

from datetime import datetime

from app import audit
from app.allocations import ReplayDeal
from app.core.db import session
from app.core.errors import DomainError
from app.deals import Deal
from app.identity import Person
from app.incidents.coverage import find_replay
from app.incidents.investigating import run_case
from app.incidents.models import Case, Incident
from app.incidents.voiding import void_unpublished


class CannotAddCase(DomainError):
    """This deal cannot become a case of the incident."""


def add_case(*, incident: Incident, deal: Deal, by: Person, at: datetime) -> Case:
    """Make an affected deal a case, with its runs, so that a proposal can cover it; voids every unpublished one.

    Raises CannotAddCase.
    """
    session.refresh(incident, with_for_update=True)
    if incident.is_over:
        raise CannotAddCase(f"This incident is {incident.state}.")
    if any(case.deal_id == deal.id for case in incident.cases):
        raise CannotAddCase(f"{deal.name} is a case of this incident already.")
    replay = find_replay(incident)
    found = {each.deal_id for each in replay.deals if each.is_affected} if replay else set()
    if replay is None or deal.id not in found:
        raise CannotAddCase(f"The replay does not find anybody affected in {deal.name}.")
    case = Case(incident=incident, deal=deal)
    session.add(case)
    session.flush()
    audit.record(action="case.added", actor=by, subject=incident, at=at, deal=deal.audit_name, replay=replay.audit_name)
    run_case(case, replay, by, at)
    void_unpublished(incident, by=by, at=at)
    return case


def list_addable(incident: Incident) -> list[ReplayDeal]:
    """The deals in which the newest replay finds somebody affected and that are no cases yet."""
    replay = find_replay(incident)
    cases = {case.deal_id for case in incident.cases}
    return [each for each in replay.deals if each.is_affected and each.deal_id not in cases] if replay else []
