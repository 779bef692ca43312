"""Whom the notices reached, and whom they did not."""

import hashlib
from io import BytesIO

from flask import Blueprint, abort, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app import audit, incidents
from app.core import clock
from app.core.csv_files import write_csv
from app.core.db import transaction
from app.incidents import unreached
from app.incidents.unreached import Unreached
from app.web.access import signed_in
from app.web.admin.forms import PressForm
from app.web.admin.readers import readers

bp = Blueprint("reached", __name__, url_prefix="/admin/incidents/<reference>/reached")
PAGE = 100
COLUMNS = (
    *("name", "email", "phone", "postal_address", "why", "says"),
    *("newest_notice", "letter", "letter_state", "what_to_do_next"),
)


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """Who was not reached and what to do next; then messages per person, newest first, and how far each got."""
    incident, now = incidents.get_incident(reference), clock.now()
    reached = incidents.list_reached(incident, before=request.args.get("before", type=int), at_most=PAGE)
    older = url_for(".show", reference=reference, before=reached[-1].message.id) if len(reached) == PAGE else None
    missing = unreached.list_unreached(incident, at=now, after=request.args.get("after", 0, type=int), at_most=PAGE)
    more = url_for(".show", reference=reference, after=missing[-1].person.id) if len(missing) == PAGE else None
    return render_template(
        "admin/reached/show.html",
        incident=incident,
        reached=reached,
        counts=incidents.count_reached(incident),
        older=older,
        missing=missing,
        missing_counts=unreached.count_unreached(incident, at=now),
        missing_more=more,
        pressing=PressForm(),
    )


@bp.post("/not-reached.csv")
@readers
def save(reference: str) -> ResponseReturnValue:
    """The whole list of people not reached, to work through. A post, since every export is logged."""
    incident, form = incidents.get_incident(reference), PressForm()
    if not form.submitted():
        abort(400)
    content = write_csv(COLUMNS, map(_cells, unreached.each_unreached(incident, at=clock.now())))
    digest = hashlib.sha256(content).hexdigest()
    with transaction():
        audit.record(
            action="export.made", actor=signed_in(), subject=incident, at=clock.now(), name="not-reached", digest=digest
        )
    return send_file(
        BytesIO(content), mimetype="text/csv", as_attachment=True, download_name=f"{reference}-not-reached.csv"
    )


def _cells(each: Unreached) -> tuple[object, ...]:
    person, letter = each.person, each.letter
    how = (person.full_name, person.email, person.phone, person.postal_address, each.why.label, each.message.reason)
    by_post = (letter.notice_number, letter.state) if letter is not None else (None, None)
    return (*how, each.message.notice_number, *by_post, each.next_action)
