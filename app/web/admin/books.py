"""The platform's own books: the allocations they should carry, and the record that they do."""

from io import BytesIO

from flask import Blueprint, abort, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length

from app import audit, incidents
from app.core import clock, files
from app.core.db import transaction
from app.identity import Role
from app.incidents import Incident, Proof, books
from app.incidents.books import BooksProof, Changed
from app.settings import Settings
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, PressForm, not_empty, note_field, required
from app.web.admin.readers import readers
from app.web.forms import DayField

bp = Blueprint("books", __name__, url_prefix="/admin/incidents/<reference>/money/books")


class BooksForm(ActingForm):
    """Who changed the books, when, and the file that shows it."""

    out_seen = HiddenField(validators=[required("Read the page as it is now, and press again.")])
    proof = SelectField("What shows it", choices={kind.value: kind.label for kind in BooksProof})
    evidence = FileField("The file", validators=[FileRequired("Choose the file that shows it."), not_empty])
    done_by = StringField("Who changed the books", validators=[required("Name who did it."), Length(max=200)])
    done_on = DayField("Changed on", validators=[required("Give the day on which they were changed.")])
    note = note_field("What was done, in a sentence", "Say what was done.")


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """What the books should carry, deal by deal, and who recorded that they do."""
    return _page(incidents.get_incident(reference))


@bp.post("/file")
@readers
def export(reference: str) -> ResponseReturnValue:
    """The corrected allocations as CSV. A post, since who took it is logged."""
    incident, form = incidents.get_incident(reference), PressForm()
    proposal = books.find_corrected(incident) or abort(404)
    if not form.submitted():
        abort(400)
    content = books.write_books(books.list_lines(proposal), version=proposal.version)
    name = f"{reference}-books.csv"
    with transaction():
        audit.record(action="export.made", actor=signed_in(), subject=incident, at=clock.now(), name=name)
    return send_file(BytesIO(content), mimetype="text/csv", as_attachment=True, download_name=name)


@bp.post("")
@requires(Role.ADMIN)
def confirm(reference: str) -> ResponseReturnValue:
    """Record that the books were changed."""
    incident, form = incidents.get_incident(reference), BooksForm()
    if form.submitted():
        facts = form.typed("out_seen") | {"changed": _keep(form), "by": signed_in(), "at": clock.now()}
        with form.refusals(), transaction():
            books.confirm_books(incident=incident, **facts)
    if form.all_errors():
        return _page(incident, form), 422
    flash("It is on record that the books were changed. Investors read it on their pages.")
    return redirect(url_for(".show", reference=reference))


def _keep(form: BooksForm) -> Changed:
    content = form.evidence.data.read()
    name = files.file_name(form.evidence.data.filename or "", "evidence")
    settings: Settings = current_app.extensions["settings"]
    proof = Proof(name, files.store(settings.files_dir, content))
    stated = form.typed("done_by", "done_on", "note")
    return Changed(**stated, kind=BooksProof(form.proof.data), proof=proof, content=content)


def _page(incident: Incident, form: BooksForm | None = None) -> str:
    proposal = books.find_corrected(incident)
    lines = books.list_lines(proposal) if proposal else []
    digest = books.digest_of(lines, version=proposal.version) if proposal else ""
    changes = books.list_changes(incident)
    return render_template(
        "admin/money/books.html",
        incident=incident,
        proposal=proposal,
        totals=books.totals_of(lines),
        changed=[line for line in lines if line.change_cents],
        digest=digest,
        changes=changes,
        is_current=bool(changes) and changes[0].out_sha256 == digest,
        form=form or BooksForm(None, out_seen=digest, proof=BooksProof.EXPORT.value),
        pressing=PressForm(None),
        within="money",
    )
