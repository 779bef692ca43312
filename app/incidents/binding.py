"""Which bases a correction goes by: a recorded decision of the incident. Callers own the transaction."""

from datetime import datetime

from app import audit
from app.allocations import BasisKind
from app.core.db import session
from app.core.errors import DomainError
from app.core.text import plural
from app.identity import Person
from app.incidents.coverage import find_replay
from app.incidents.models import Incident
from app.incidents.voiding import void_unpublished


class CannotBind(DomainError):
    """The decision cannot be recorded like this."""


def bind(*, incident: Incident, binding: BasisKind, reason: str, by: Person, at: datetime) -> None:
    """Decide, with a reason, which bases bind; a change voids every unpublished proposal. Raises CannotBind."""
    session.refresh(incident, with_for_update=True)
    if not reason.strip():
        raise CannotBind("Write the reason; approvers and the dossier show it.")
    if binding is BasisKind.RECOMPUTED and find_replay(incident) is None:
        raise CannotBind("First replay every deal: without a replay no basis is recomputed.")
    is_change = incident.binding is not binding
    incident.binding, incident.binding_reason = binding, reason.strip()
    incident.binding_by_id, incident.binding_at = by.id, at
    session.flush()
    audit.record(action="basis.bound", actor=by, subject=incident, at=at, binding=binding.value, reason=reason.strip())
    if is_change:
        void_unpublished(incident, by=by, at=at)


def check_bound(incident: Incident) -> None:
    """Raises CannotBind where the newest replay found somebody whom only averages reach, and nobody decided on them."""
    replay = find_replay(incident)
    reached = sum(each.knock_on for each in replay.deals) if replay else 0
    if reached and incident.binding_at is None:
        raise CannotBind(
            f"New averages reach {plural(reached, 'request')} that the mistake itself did not. First record, under"
            " “Who is affected”, which averages bind."
        )
