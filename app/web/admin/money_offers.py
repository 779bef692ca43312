"""Offers that nobody took: the calls to make, and the parts that a new version offers to others. Reads only."""

from zoneinfo import ZoneInfo

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import incidents, settlement
from app.core import clock
from app.incidents import left_over
from app.web.admin.readers import readers

bp = Blueprint("money_offers", __name__, url_prefix="/admin/incidents/<reference>/money/offers")


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """Who is called about an offer that is still due, and who left a part."""
    incident = incidents.get_incident(reference)
    today = clock.now().astimezone(ZoneInfo(incident.zone)).date()
    late = left_over.list_overdue(incident, on=today)
    left = left_over.list_left(incident)
    return render_template(
        "admin/money/offers.html",
        incident=incident,
        late=late,
        held=settlement.list_holds([each.settlement for each in late], on=today),
        people=left_over.list_whom_to_call(late, on=today),
        left=left,
        again=list(dict.fromkeys(each.settlement.deal.name for each in left if each.is_offered_again)),
    )
