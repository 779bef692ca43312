"""Legal's privileged notes: read and written by legal, on this page and nowhere else."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import Incident
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, note_field

bp = Blueprint("notes", __name__, url_prefix="/admin/incidents/<reference>/notes")


class NoteForm(ActingForm):
    """One note."""

    text = note_field("Note", "Write the note.")


@bp.get("")
@requires(Role.LEGAL)
def show(reference: str) -> ResponseReturnValue:
    """Every note, newest first."""
    return _page(incidents.get_incident(reference), NoteForm(None))


@bp.post("")
@requires(Role.LEGAL)
def make(reference: str) -> ResponseReturnValue:
    """Keep one more."""
    incident, form = incidents.get_incident(reference), NoteForm()
    if form.submitted():
        with form.refusals(), transaction():
            incidents.make_legal_note(incident=incident, **form.typed("text"), by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, form), 422
    flash("The note is kept, for legal only.")
    return redirect(url_for(".show", reference=reference))


def _page(incident: Incident, form: NoteForm) -> str:
    notes = incidents.list_legal_notes(incident, reader=signed_in())
    return render_template("admin/notes/show.html", incident=incident, notes=notes, form=form)
