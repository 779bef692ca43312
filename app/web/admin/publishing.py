"""Publishing: dry run with samples, rehearsal, the typed reference, the canary, then the rest with its progress."""

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import AnyOf

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.core.text import plural
from app.identity import Role
from app.incidents import Incident, Proposal, Publication, PublicationState, queries
from app.incidents.failures import count_failed, list_failed, retry_failed
from app.incidents.samples import list_samples, send_samples
from app.web.access import is_fresh, requires, signed_in
from app.web.admin.forms import ActingForm, PressForm, required
from app.web.admin.previewing import render_variants
from app.web.admin.progress import Leaving, of_publication, panel
from app.web.admin.readers import readers
from app.web.admin.texts import mail_to, notice_texts

bp = Blueprint("publishing", __name__, url_prefix="/admin/incidents/<reference>/publish")
HTML_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""Mail carries its own styles; it may run, load and open nothing."""
MOVES = (PublicationState.RUNNING, PublicationState.PAUSED, PublicationState.STOPPED)


class PublishForm(ActingForm):
    """The typed reference, so that nobody publishes by a slip."""

    typed_reference = StringField("Type the reference of the incident", validators=[required("Type the reference.")])


def _known_move(text: str | None) -> PublicationState | None:
    return next((move for move in MOVES if move == text), None)


class MoveForm(ActingForm):
    """The button says where to."""

    to = StringField(validators=[AnyOf(MOVES, "Press one of the buttons.")], filters=[_known_move])


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """The dry run before, the progress while, and the result after."""
    return _page(incidents.get_incident(reference))


@bp.get("/progress")
@readers
def progress(reference: str) -> ResponseReturnValue:
    """The part of the page that is read again while it runs."""
    incident = incidents.get_incident(reference)
    proposal = queries.find_standing(incident)
    return panel(_leaving(proposal.publication if proposal else None, reference), incident)


@bp.get("/samples/<kind>")
@readers
def sample(reference: str, kind: str) -> ResponseReturnValue:
    """One sample as a mail program shows it, in a sandbox."""
    proposal = incidents.get_proposal(incidents.get_incident(reference))
    found = [each.variant for each in list_samples(proposal, on=clock.now().date()) if each.kind == kind]
    html = render_variants(found)[0].html if found else abort(404)
    return Response(html, headers={"Content-Security-Policy": HTML_POLICY})


@bp.post("")
@requires(Role.ADMIN, fresh=True)
def start(reference: str) -> ResponseReturnValue:
    """Begin with the canary."""
    incident, form = incidents.get_incident(reference), PublishForm(prefix="start")
    proposal, texts = incidents.get_proposal(incident), notice_texts()
    if form.submitted():
        facts = form.typed("typed_reference") | {"texts": texts, "by": signed_in(), "at": clock.now()}
        with form.refusals(), transaction():
            incidents.start(proposal=proposal, **facts)
    if form.all_errors():
        return _refused(_page(incident, starting=form))
    flash("Publishing has begun with the first five people. Look at these messages before you continue.")
    return redirect(url_for(".show", reference=reference))


@bp.post("/rehearse")
@requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL)
def rehearse(reference: str) -> ResponseReturnValue:
    """Send every message to whoever pressed, with dead links."""
    incident, form = incidents.get_incident(reference), PressForm()
    proposal = incidents.get_proposal(incident)
    if form.submitted():
        with form.refusals(), transaction():
            count = incidents.rehearse(proposal=proposal, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _refused(_page(incident, pressing=form))
    flash(f"{plural(count, 'message')} will reach you, and nobody else, at {signed_in().email}.")
    return redirect(url_for(".show", reference=reference))


@bp.post("/test")
@requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL)
def test(reference: str) -> ResponseReturnValue:
    """Send the samples to whoever pressed."""
    incident, form = incidents.get_incident(reference), PressForm()
    proposal = incidents.get_proposal(incident)
    if form.submitted():
        with form.refusals(), transaction():
            count = send_samples(proposal=proposal, to=signed_in(), at=clock.now())
    if form.all_errors():
        return _refused(_page(incident, pressing=form))
    flash(f"{plural(count, 'test')} will reach you, and nobody else, at {signed_in().email}.")
    return redirect(url_for(".show", reference=reference))


@bp.post("/retry")
@requires(Role.ADMIN)
def retry(reference: str) -> ResponseReturnValue:
    """Try the failed messages again, and no other."""
    incident, form = incidents.get_incident(reference), PressForm()
    proposal = incidents.get_proposal(incident)
    if form.submitted():
        with form.refusals(), transaction():
            by, at = signed_in(), clock.now()
            count = retry_failed(about=proposal, reason="Failed only, from the page of publishing.", by=by, at=at)
    if form.all_errors():
        return _refused(_page(incident, pressing=form))
    flash(f"{plural(count, 'message')} will be tried again.")
    return redirect(url_for(".show", reference=reference))


@bp.post("/move")
@requires(Role.ADMIN)
def move(reference: str) -> ResponseReturnValue:
    """Continue after the canary, pause, resume or stop."""
    incident, form = incidents.get_incident(reference), MoveForm()
    publication = incidents.get_publication(incident)
    if form.submitted():
        with form.refusals(), transaction():
            incidents.move(publication=publication, **form.typed("to"), by=signed_in(), at=clock.now())
    if form.all_errors():
        return _refused(_page(incident, pressing=form))
    return redirect(url_for(".show", reference=reference))


@bp.post("/release")
@requires(Role.ADMIN)
def release(reference: str) -> ResponseReturnValue:
    """Queue again what was held back."""
    incident, form = incidents.get_incident(reference), PressForm()
    proposal = incidents.get_proposal(incident)
    if form.submitted():
        with form.refusals(), transaction():
            by, at = signed_in(), clock.now()
            count = incidents.release_held_back(about=proposal, mail_to=mail_to(), by=by, at=at)
    if form.all_errors():
        return _refused(_page(incident, pressing=form))
    flash(f"{plural(count, 'message')} that had been held back will leave.")
    return redirect(url_for(".show", reference=reference))


def _leaving(publication: Publication | None, reference: str) -> Leaving | None:
    pages = {"action": url_for(".move", reference=reference), "poll": url_for(".progress", reference=reference)}
    return of_publication(publication, **pages)


def _page(incident: Incident, starting: PublishForm | None = None, pressing: ActingForm | None = None) -> Response:
    proposal = queries.find_standing(incident)
    publication = proposal.publication if proposal else None
    shown = {
        "publication": publication,
        "leaving": _leaving(publication, incident.reference),
        "starting": starting or PublishForm(None, prefix="start"),
        "pressing": pressing or PressForm(None),
        "is_fresh": is_fresh(),
        **(_about(proposal) if proposal else {}),
    }
    return make_response(
        render_template(
            "admin/publishing/show.html", incident=incident, proposal=proposal, states=PublicationState, **shown
        )
    )


def _about(proposal: Proposal) -> dict[str, object]:
    """What publishing would do or did: the samples before, and what failed or was held back after."""
    now, is_before = clock.now(), proposal.publication is None
    samples = list_samples(proposal, on=now.date()) if is_before else []
    shown = render_variants([each.variant for each in samples])
    return {
        "held_back": incidents.count_held_back(proposal),
        "failed": list_failed(proposal),
        "failures": count_failed(proposal),
        "dry": incidents.dry_run(proposal, at=now),
        "blocked_by": incidents.list_obstacles(proposal, texts=notice_texts()) if is_before else [],
        "samples": list(zip(samples, shown, strict=True)),
    }


def _refused(page: Response) -> Response:
    page.status_code = 422
    return page
