"""The papers of an incident: made by the worker, taken by whoever may read; both are logged."""

from io import BytesIO

from flask import Blueprint, abort, current_app, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField
from wtforms.validators import AnyOf

from app import incidents
from app.core import clock, pdf
from app.core.db import transaction
from app.incidents import Incident, papers
from app.incidents.papers import PaperKind, Press
from app.web.access import signed_in
from app.web.admin.forms import ActingForm, PressForm
from app.web.admin.readers import readers

bp = Blueprint("dossier", __name__, url_prefix="/admin/incidents/<reference>/dossier")


class MakeForm(ActingForm):
    """Which papers to make."""

    kind = HiddenField(validators=[AnyOf(list(PaperKind), "Choose dossier or attestation.")])


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """What can be made, and what was made before."""
    return _page(incidents.get_incident(reference), MakeForm())


@bp.post("")
@readers
def make(reference: str) -> ResponseReturnValue:
    """Ask the worker for papers of this kind."""
    incident, form = incidents.get_incident(reference), MakeForm()
    if form.submitted():
        with form.refusals(), transaction():
            kind = PaperKind(form.kind.data or "")
            job = papers.ask_for_papers(incident=incident, kind=kind, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, form), 422
    return redirect(url_for("jobs.show", pseudonym=job.pseudonym))


@bp.post("/<pseudonym>/<name>")
@readers
def take(reference: str, pseudonym: str, name: str) -> ResponseReturnValue:
    """One file, to save. A post, since who took it is logged."""
    made = papers.get_paper_set(incidents.get_incident(reference), pseudonym)
    file, form = made.file(name) or abort(404), PressForm()
    if not form.submitted() or form.all_errors():
        return _page(made.incident, MakeForm()), 422
    content = _press().read(file["sha256"])
    with transaction():
        papers.take_paper(paper_set=made, file=file, by=signed_in(), at=clock.now())
    return send_file(BytesIO(content), mimetype=file["media_type"], as_attachment=True, download_name=file["name"])


def _page(incident: Incident, form: MakeForm) -> str:
    return render_template(
        "admin/dossier/show.html",
        incident=incident,
        form=form,
        taking=PressForm(),
        sets=papers.list_paper_sets(incident),
        can_print=pdf.is_available(),
    )


def _press() -> Press:
    press: Press = current_app.extensions["press"]
    return press
