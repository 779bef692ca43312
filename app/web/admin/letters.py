"""Notices by post: what waits, what was printed and posted, what came back."""

from io import BytesIO

from flask import Blueprint, abort, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import Length

from app import incidents, notices
from app.core import clock, files, pdf
from app.core.db import transaction
from app.identity import Role
from app.incidents import Incident
from app.notices import Stationery
from app.settings import Settings
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, PressForm, required
from app.web.admin.readers import readers
from app.web.forms import DayField

bp = Blueprint("letters", __name__, url_prefix="/admin/incidents/<reference>/letters")
PAGE = 100
may_post = requires(Role.ADMIN, Role.SUPPORT)


class PostedForm(ActingForm):
    """When a batch was handed to the post."""

    posted_on = DayField("Handed to the post on", validators=[required("Give the day.")])


class ReturnedForm(ActingForm):
    """When a letter came back, and what stands on it."""

    returned_on = DayField("Came back on", validators=[required("Give the day.")])
    note = StringField("What stands on it", validators=[Length(max=200)])


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """Every letter of the incident by where it stands."""
    return _page(incidents.get_incident(reference), PressForm())


@bp.post("")
@may_post
def make(reference: str) -> ResponseReturnValue:
    """Ask the worker to print what waits."""
    incident, form = incidents.get_incident(reference), PressForm()
    if form.submitted():
        with form.refusals(), transaction():
            job = notices.ask_for_batch(incident_reference=reference, by=signed_in(), at=clock.now())
            pseudonym = job.pseudonym
    if form.all_errors():
        return _page(incident, form), 422
    return redirect(url_for("jobs.show", pseudonym=pseudonym))


@bp.get("/<pseudonym>")
@readers
def letter(reference: str, pseudonym: str) -> ResponseReturnValue:
    """One letter as a page to print or save: what is posted where PDF cannot be made."""
    found = notices.get_letter(pseudonym, incident_reference=reference)
    if found.message.is_forgotten:
        abort(404)
    style = url_for("static", filename="letter.css")
    return notices.letter_page(found, office=_office(), stationery=stationery(), stylesheet=style)


@bp.post("/batches/<pseudonym>")
@may_post
def take(reference: str, pseudonym: str) -> ResponseReturnValue:
    """The printed file, to save. A post, since who took it is logged."""
    batch, form = notices.get_batch(pseudonym, incident_reference=reference), PressForm()
    if batch.is_forgotten:
        abort(404)
    if not form.submitted():
        return _page(incidents.get_incident(reference), form), 422
    settings: Settings = current_app.extensions["settings"]
    content = files.read(settings.files_dir, batch.sha256)
    with transaction():
        notices.take_batch(batch=batch, by=signed_in(), at=clock.now())
    name = f"{reference}-letters-{batch.sha256[:8]}.pdf"
    return send_file(BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


@bp.post("/batches/<pseudonym>/posted")
@may_post
def posted(reference: str, pseudonym: str) -> ResponseReturnValue:
    """The batch was handed to the post."""
    batch, form = notices.get_batch(pseudonym, incident_reference=reference), PostedForm()
    on = form.posted_on.data
    if form.submitted() and on is not None:
        with form.refusals(), transaction():
            notices.mark_posted(batch=batch, on=on, by=signed_in(), at=clock.now())
    return _answer(reference, form, "The letters are marked as posted.")


@bp.post("/<pseudonym>/returned")
@may_post
def returned(reference: str, pseudonym: str) -> ResponseReturnValue:
    """The letter came back."""
    found, form = notices.get_letter(pseudonym, incident_reference=reference), ReturnedForm()
    on = form.returned_on.data
    if form.submitted() and on is not None:
        with form.refusals(), transaction():
            note = form.note.data or ""
            notices.mark_returned(letter=found, on=on, note=note, by=signed_in(), at=clock.now())
    return _answer(reference, form, "The letter is marked as returned. Its person stands among those not reached.")


def _answer(reference: str, form: ActingForm, done: str) -> ResponseReturnValue:
    if form.all_errors():
        return _page(incidents.get_incident(reference), form), 422
    flash(done)
    return redirect(url_for(".show", reference=reference))


def stationery() -> Stationery:
    """How letters look here."""
    settings: Settings = current_app.extensions["settings"]
    return Stationery(settings.letter_window, settings.audit_vkey)


def _office() -> notices.Office:
    office: notices.Office = current_app.extensions["office"]
    return office


def _page(incident: Incident, form: ActingForm) -> str:
    return render_template(
        "admin/letters/show.html",
        incident=incident,
        form=form,
        pressing=PressForm(),
        posting=PostedForm(None),
        returning=ReturnedForm(None),
        counts=notices.count_letters(incident.reference),
        wanted=notices.list_wanted(incident.reference, at_most=PAGE),
        batches=notices.list_batches(incident.reference),
        can_print=pdf.is_available(),
        may_post=bool(signed_in().roles & {Role.ADMIN, Role.SUPPORT}),
    )
