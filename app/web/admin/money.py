"""The money of an incident: what is due, how far it has come, its batches and its files."""

from datetime import date
from io import BytesIO
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app import audit, incidents, settlement
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import Incident, money
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, PressForm
from app.web.admin.money_forms import AnswerForm
from app.web.admin.readers import readers

bp = Blueprint("money", __name__, url_prefix="/admin/incidents/<reference>/money")
PAGE = 100
EXPORTS = {"settlements": money.write_settlements, "tax": money.write_tax}


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """Settlements in the order they were made, with control totals over all of them."""
    return money_page(incidents.get_incident(reference))


@bp.post("/batches")
@requires(Role.ADMIN, fresh=True)
def prepare(reference: str) -> ResponseReturnValue:
    """Put everything that can be paid into a batch."""
    incident, form = incidents.get_incident(reference), PressForm()
    if form.submitted():
        with form.refusals(), transaction():
            batch = money.prepare_batch(incident=incident, by=signed_in(), at=clock.now())
    if form.all_errors():
        return money_page(incident, form), 422
    return redirect(url_for("money_batches.show", reference=reference, number=batch.number))


@bp.post("/files/<name>")
@readers
def export(reference: str, name: str) -> ResponseReturnValue:
    """A list as CSV. A post, since who took it is logged."""
    incident, form = incidents.get_incident(reference), PressForm()
    write = EXPORTS.get(name) or abort(404)
    if not form.submitted():
        abort(400)
    content = write(incident, on=today_of(incident))
    with transaction():
        audit.record(action="export.made", actor=signed_in(), subject=incident, at=clock.now(), name=f"{name}.csv")
    download = f"{reference}-{name}.csv"
    return send_file(BytesIO(content), mimetype="text/csv", as_attachment=True, download_name=download)


def today_of(incident: Incident) -> date:
    """The day it is in the incident's zone."""
    return clock.now().astimezone(ZoneInfo(incident.zone)).date()


def money_page(incident: Incident, form: ActingForm | None = None) -> str:
    """The page, with what a form on it was refused for."""
    on, after = today_of(incident), request.args.get("after", 0, type=int)
    dues = money.list_due(incident, on=on, after=after, at_most=PAGE)
    last = dues[-1].settlement.id if len(dues) == PAGE else None
    return render_template(
        "admin/money/show.html",
        incident=incident,
        dues=dues,
        totals=money.total_due(incident),
        payable={} if incident.is_over else money.list_payable(incident, on=on),
        waits_until=max((due.look_by for due in dues if due.look_by >= on), default=None),
        batches=money.list_batches(incident),
        answer_files=money.list_answer_files(incident),
        disagreements=settlement.find_disagreements(),
        form=form or PressForm(None),
        pressing=PressForm(None),
        answering=form if isinstance(form, AnswerForm) else AnswerForm(None),
        straddles=money.straddles,
        further=url_for("money.show", reference=incident.reference, after=last) if last else None,
    )
