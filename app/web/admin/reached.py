"""Whom the notices reached."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import incidents
from app.web.admin.readers import readers

bp = Blueprint("reached", __name__, url_prefix="/admin/incidents/<reference>/reached")
PAGE = 100


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """Messages per person, newest first, and how far each notice got."""
    incident = incidents.get_incident(reference)
    reached = incidents.list_reached(incident, before=request.args.get("before", type=int), at_most=PAGE)
    older = url_for(".show", reference=reference, before=reached[-1].message.id) if len(reached) == PAGE else None
    return render_template(
        "admin/reached/show.html",
        incident=incident,
        reached=reached,
        counts=incidents.count_reached(incident),
        older=older,
    )
