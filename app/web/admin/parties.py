"""Who else must be told: a checklist, each line with a day or a reason why not."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import Length, Optional

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import Incident, Party
from app.web.access import requires, signed_in
from app.web.admin.forms import LONGEST_NOTE, ActingForm
from app.web.admin.readers import readers
from app.web.forms import DayField

bp = Blueprint("parties", __name__, url_prefix="/admin/incidents/<reference>/told")


class PartyForm(ActingForm):
    """One line: one of the two is filled in."""

    told_on = DayField("Told on", validators=[Optional()])
    because = StringField("or not needed, because", validators=[Length(max=LONGEST_NOTE)], default="")


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """The checklist."""
    return _page(incidents.get_incident(reference))


@bp.post("/<name>")
@requires(Role.ADMIN, Role.LEGAL)
def record(reference: str, name: str) -> ResponseReturnValue:
    """Record one line, or record it anew."""
    party = next((each for each in Party if each.value == name), None) or abort(404)
    incident, form = incidents.get_incident(reference), PartyForm(prefix=party.value)
    if form.submitted():
        facts = form.typed("told_on", "because") | {"party": party, "by": signed_in(), "at": clock.now()}
        with form.refusals(), transaction():
            incidents.record_party(incident=incident, **facts)
    if form.all_errors():
        return _page(incident, party, form), 422
    flash(f"It is on record: {party.label}.")
    return redirect(url_for(".show", reference=reference))


def _page(incident: Incident, refused: Party | None = None, form: PartyForm | None = None) -> str:
    forms = {party: PartyForm(None, prefix=party.value) for party in Party}
    if refused is not None and form is not None:
        forms[refused] = form
    lines = incidents.list_parties(incident)
    return render_template("admin/parties/show.html", incident=incident, lines=lines, forms=forms)
