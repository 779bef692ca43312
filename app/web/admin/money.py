"""What became due when the figures were published."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import incidents
from app.web.admin.readers import readers

bp = Blueprint("money", __name__, url_prefix="/admin/incidents/<reference>/money")
PAGE = 100


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """Settlements in the order they were made, with control totals over all of them."""
    incident = incidents.get_incident(reference)
    proposal = incidents.find_proposal(incident)
    after = request.args.get("after", 0, type=int)
    dues = incidents.list_due(proposal, after=after, at_most=PAGE) if proposal else []
    further = url_for(".show", reference=reference, after=dues[-1].settlement.id) if len(dues) == PAGE else None
    return render_template(
        "admin/money/show.html",
        incident=incident,
        dues=dues,
        totals=incidents.total_due(proposal) if proposal else [],
        further=further,
    )
