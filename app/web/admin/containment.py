"""That the faulty release was stopped and the cause fixed: statements with evidence."""

from io import BytesIO

from flask import Blueprint, abort, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from app import deals, incidents
from app.core import clock, files
from app.core.db import transaction
from app.identity import Role
from app.incidents import Incident, Proof, StatementKind
from app.settings import Settings
from app.web.access import requires, signed_in
from app.web.admin.forms import FixedForm, StoppedForm
from app.web.admin.readers import readers

bp = Blueprint("containment", __name__, url_prefix="/admin/incidents/<reference>/contained")
LONGEST_NAME = 200


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """What was stated so far, and the forms for more."""
    return _page(incidents.get_incident(reference))


@bp.post("/stopped")
@requires(Role.ADMIN)
def state_stopped(reference: str) -> ResponseReturnValue:
    """Record who stopped the faulty release."""
    incident, form = incidents.get_incident(reference), StoppedForm(prefix="stopped")
    if form.submitted():
        proof = _keep(form.evidence.data)
        with form.refusals(), transaction():
            incidents.contain(incident=incident, **form.facts(), proof=proof, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, stopped=form), 422
    flash("It is on record that the faulty release was stopped.")
    return redirect(url_for("incidents.show", reference=reference))


@bp.post("/fixed")
@requires(Role.ADMIN)
def state_fixed(reference: str) -> ResponseReturnValue:
    """Record the release that fixed the cause."""
    incident = incidents.get_incident(reference)
    form = _offer_releases(FixedForm(prefix="fixed"), incident)
    if form.submitted():
        proof, release = _keep(form.evidence.data), deals.get_release(form.release.data)
        facts = form.facts()
        with form.refusals(), transaction():
            incidents.record_fix(
                incident=incident, release=release, **facts, proof=proof, by=signed_in(), at=clock.now()
            )
    if form.all_errors():
        return _page(incident, fixed=form), 422
    flash("It is on record which release fixed the cause.")
    return redirect(url_for("incidents.show", reference=reference))


@bp.get("/evidence/<sha256>")
@readers
def evidence(reference: str, sha256: str) -> ResponseReturnValue:
    """One file of this incident's evidence, to save."""
    stated = {each.evidence_sha256: each.evidence_name for each in incidents.get_incident(reference).statements}
    if sha256 not in stated:
        abort(404)
    content = BytesIO(files.read(_settings().files_dir, sha256))
    return send_file(content, mimetype="application/octet-stream", as_attachment=True, download_name=stated[sha256])


def _page(incident: Incident, stopped: StoppedForm | None = None, fixed: FixedForm | None = None) -> str:
    return render_template(
        "admin/containment/show.html",
        incident=incident,
        stake=incidents.find_at_stake(incident),
        was_stopped=incident.statement(StatementKind.STOPPED),
        was_fixed=incident.statement(StatementKind.FIXED),
        stopped=stopped or StoppedForm(None, prefix="stopped"),
        fixed=fixed or _offer_releases(FixedForm(None, prefix="fixed"), incident),
    )


def _offer_releases(form: FixedForm, incident: Incident) -> FixedForm:
    fixes = [release for release in deals.list_releases() if release.rule != incident.rule]
    form.release.choices = [(release.name, f"{release.name}, runs {release.rule}") for release in fixes]
    return form


def _keep(upload: FileStorage) -> Proof:
    name = (upload.filename or "evidence")[-LONGEST_NAME:]
    return Proof(name=name, sha256=files.store(_settings().files_dir, upload.read()))


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
