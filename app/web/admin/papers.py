"""The paper of every variant and the redline: made by the worker, read by those who sign."""

from io import BytesIO

from flask import Blueprint, abort, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app import incidents
from app.core import clock, files, jobs
from app.core.db import transaction
from app.identity import Role
from app.incidents import papers
from app.incidents.papers import Signable
from app.settings import Settings
from app.web.access import requires, signed_in
from app.web.admin.forms import PressForm
from app.web.admin.texts import read_notice_text

bp = Blueprint("papers", __name__, url_prefix="/admin/incidents/<reference>")
PAGES = {"correction": "signing.show", "first-notice": "first_notice.show", "update": "updates.show"}


@bp.post("/papers/<what>")
@requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL, deputies=True)
def make(reference: str, what: str) -> ResponseReturnValue:
    """Ask the worker for the paper of what is signed now."""
    about, form = _get_signable(reference, what), PressForm()
    if not form.submitted():
        abort(400)
    with transaction():
        facts = {"subject_key": about.audit_name, "reference": reference, "what": what}
        job = jobs.ask(kind=papers.VARIANTS, argument=facts, by=signed_in(), at=clock.now())
        pseudonym = job.pseudonym
    flash("The paper is being made. You can leave this page; it is also found where you came from.")
    return redirect(url_for("jobs.show", pseudonym=pseudonym))


@bp.get("/papers/<what>")
@requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL, deputies=True)
def download(reference: str, what: str) -> ResponseReturnValue:
    """The paper of exactly what is signed now."""
    paper = papers.find_paper(_get_signable(reference, what))
    if paper is None:
        return _to_page(reference, what)
    settings: Settings = current_app.extensions["settings"]
    content = BytesIO(files.read(settings.files_dir, paper.sha256))
    name = f"{reference}-{what}-{paper.digest[:8]}.pdf"
    return send_file(content, mimetype="application/pdf", as_attachment=True, download_name=name)


@bp.get("/redline")
@requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL, deputies=True)
def redline(reference: str) -> ResponseReturnValue:
    """What differs from the version before."""
    incident = incidents.get_incident(reference)
    proposal = incidents.get_proposal(incident)
    found = incidents.find_redline(proposal, read_text=read_notice_text)
    return render_template("admin/signing/redline.html", incident=incident, proposal=proposal, redline=found)


def _get_signable(reference: str, what: str) -> Signable:
    incident = incidents.get_incident(reference)
    if what == "correction":
        return incidents.get_proposal(incident)
    if what == "update":
        return incidents.get_update(incident)
    return incidents.get_first_notice(incident) if what == "first-notice" else abort(404)


def _to_page(reference: str, what: str) -> Response:
    flash("There is no paper of this version yet.")
    return redirect(url_for(PAGES[what], reference=reference))
