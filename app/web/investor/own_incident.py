"""What the signed-in investor may read and answer of one incident."""

from flask import abort

from app import identity, incidents
from app.core import clock
from app.incidents import Adjustment, Incident, answering, current
from app.web.access import signed_in


def told(reference: str) -> Incident:
    """The incident, if its people were told and it concerns the reader. Raises NoResultFound."""
    return incidents.get_told(reference, person=signed_in(), on=clock.now().date())


def answerable(incident: Incident) -> list[Adjustment]:
    """The published figures of the accounts that the reader answers for; 404 where there are none."""
    today = answering.today_in(incident, clock.now())
    mine = frozenset(identity.list_answered_for(person=signed_in(), on=today))
    return list(current.list_current(incident, mine)) or abort(404)
