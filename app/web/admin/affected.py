"""Who is affected: running the recorded rule and the right rule, and what they show."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import Incident
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, PressForm
from app.web.admin.readers import readers

bp = Blueprint("affected", __name__, url_prefix="/admin/incidents/<reference>/affected")
MOST_SHOWN = 200


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """Per deal: reproduction, certificate, rate, and every account's difference."""
    return _page(incidents.get_incident(reference), PressForm())


@bp.post("/run")
@requires(Role.ADMIN)
def run(reference: str) -> ResponseReturnValue:
    """Run the rule at fault and the agreement's rule on every deal of the incident."""
    incident, form = incidents.get_incident(reference), PressForm()
    if form.submitted():
        with form.refusals(), transaction():
            incidents.investigate(incident=incident, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, form), 422
    flash("Both rules were run on every deal. The runs are kept with their certificates.")
    return redirect(url_for(".show", reference=reference))


def _page(incident: Incident, form: ActingForm) -> str:
    findings = incidents.list_findings(incident)
    return render_template(
        "admin/affected/show.html",
        incident=incident,
        findings=findings,
        explanations=incidents.list_explanations(incident),
        is_run=all(finding.right for finding in findings),
        most_shown=MOST_SHOWN,
        form=form,
    )
