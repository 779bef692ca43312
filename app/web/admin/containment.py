"""That the faulty release was stopped and the cause fixed: statements with evidence, and all files of it."""

from io import BytesIO

from flask import Blueprint, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from app import allocations, deals, incidents
from app.core import clock, files
from app.core.db import transaction
from app.identity import Role
from app.incidents import CannotState, EvidenceKind, Exhibit, Incident, Proof, StatementKind
from app.settings import Settings
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, EvidenceForm, FixedForm, HandOutForm, StoppedForm
from app.web.admin.readers import readers

bp = Blueprint("containment", __name__, url_prefix="/admin/incidents/<reference>/contained")


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """What was stated so far, the evidence, and the forms for more."""
    return _page(incidents.get_incident(reference))


@bp.post("/stopped")
@requires(Role.ADMIN)
def state_stopped(reference: str) -> ResponseReturnValue:
    """Record who stopped the faulty release."""
    incident = incidents.get_incident(reference)
    form = _offer_faulty(StoppedForm(prefix="stopped"), incident)
    if form.submitted():
        facts = form.facts() | {"proof": _keep(form.evidence.data), "release": deals.get_release(form.release.data)}
        with form.refusals(), transaction():
            incidents.contain(incident=incident, **facts, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, stopped=form), 422
    flash("It is on record that the faulty release was stopped.")
    return redirect(url_for("incidents.show", reference=reference))


@bp.post("/fixed")
@requires(Role.ADMIN)
def state_fixed(reference: str) -> ResponseReturnValue:
    """Record the release that fixed the cause."""
    incident = incidents.get_incident(reference)
    form = _offer_fixes(FixedForm(prefix="fixed"), incident)
    if form.submitted():
        facts = form.facts() | {"proof": _keep(form.evidence.data), "release": deals.get_release(form.release.data)}
        with form.refusals(), transaction():
            incidents.record_fix(incident=incident, **facts, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, fixed=form), 422
    flash("It is on record which release fixed the cause.")
    return redirect(url_for("incidents.show", reference=reference))


@bp.post("/more")
@requires(Role.ADMIN)
def add_evidence(reference: str) -> ResponseReturnValue:
    """Keep further files of evidence, all of them or none."""
    incident, form = incidents.get_incident(reference), _offer_kinds(EvidenceForm(prefix="more"))
    if form.submitted():
        kind, proofs = EvidenceKind(form.kind.data), [_keep(upload) for upload in form.files.data]
        with form.refusals(), transaction():
            for proof in proofs:
                incidents.add_evidence(incident=incident, kind=kind, proof=proof, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, more=form), 422
    flash("The evidence is kept by its SHA-256.")
    return redirect(url_for(".show", reference=reference))


@bp.post("/evidence")
@readers
def evidence(reference: str) -> ResponseReturnValue:
    """One file of this incident's evidence, to save; the log says who took it."""
    incident, form = incidents.get_incident(reference), HandOutForm()
    if form.submitted():
        sha256 = form.sha256.data or ""
        with form.refusals(), transaction():
            exhibit = incidents.hand_out_evidence(incident=incident, sha256=sha256, to=signed_in(), at=clock.now())
            content = _read(exhibit)
    if form.all_errors():
        return _page(incident, taken=form), 422
    return send_file(
        BytesIO(content), mimetype="application/octet-stream", as_attachment=True, download_name=exhibit.name
    )


def _page(
    incident: Incident,
    *,
    stopped: StoppedForm | None = None,
    fixed: FixedForm | None = None,
    more: EvidenceForm | None = None,
    taken: HandOutForm | None = None,
) -> str:
    stops, fixes = (incidents.list_statements(incident, kind) for kind in StatementKind)
    forms: dict[str, ActingForm] = {
        "stopped": stopped or _offer_faulty(StoppedForm(None, prefix="stopped"), incident),
        "fixed": fixed or _offer_fixes(FixedForm(None, prefix="fixed"), incident),
        "more": more or _offer_kinds(EvidenceForm(None, prefix="more")),
        "taken": taken or HandOutForm(None),
    }
    return render_template(
        "admin/containment/show.html",
        incident=incident,
        first_release=allocations.first_faulty(incident.rule),
        stops=stops,
        fixes=fixes,
        stake=incidents.find_at_stake(incident),
        exhibits=incidents.list_exhibits(incident),
        **forms,
    )


def _offer_faulty(form: StoppedForm, incident: Incident) -> StoppedForm:
    faulty = [release for release in deals.list_releases() if release.rule is incident.rule]
    form.release.choices = [(release.name, f"{release.name}, runs {release.rule}") for release in faulty]
    return form


def _offer_fixes(form: FixedForm, incident: Incident) -> FixedForm:
    later = [each for each in deals.list_releases() if each.deployed_on >= incident.faulty_release.deployed_on]
    fixes = [release for release in later if release.rule not in incidents.contained_rules()]
    form.release.choices = [(release.name, f"{release.name}, runs {release.rule}") for release in fixes]
    return form


def _offer_kinds(form: EvidenceForm) -> EvidenceForm:
    form.kind.choices = [(kind.value, kind.label) for kind in EvidenceKind]
    return form


def _keep(upload: FileStorage) -> Proof:
    name = files.file_name(upload.filename or "", "evidence")
    return Proof(name=name, sha256=files.store(_settings().files_dir, upload.read()))


def _read(exhibit: Exhibit) -> bytes:
    try:
        return files.read(_settings().files_dir, exhibit.sha256)
    except (FileNotFoundError, ValueError) as missing:
        raise CannotState(f"{exhibit.name} is missing or was changed on disk. Restore it from a backup.") from missing


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
