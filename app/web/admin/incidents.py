"""The incidents, one of them with its nine rows, opening another, and ending the rehearsal."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import deals, incidents
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import Incident, Overview, Topic
from app.web.access import is_fresh, requires, signed_in
from app.web.admin.forms import ActingForm, NewIncidentForm, PressForm, zones
from app.web.admin.readers import readers
from app.web.admin.texts import notice_texts

bp = Blueprint("incidents", __name__, url_prefix="/admin")
PAGES = {
    Topic.CONTAINED: "containment.show",
    Topic.FIRST_NOTICE: "first_notice.show",
    Topic.AFFECTED: "affected.show",
    Topic.REMEDY: "deciding.show",
    Topic.SIGNATURES: "signing.show",
    Topic.PUBLISHED: "publishing.show",
    Topic.MONEY: "money.show",
    Topic.CLOSED: "closing.show",
}


@bp.get("/")
@readers
def list_all() -> ResponseReturnValue:
    """Every incident, newest first, with what is left to do."""
    overviews = [_overview(incident) for incident in incidents.list_incidents()]
    return render_template("admin/incidents/list.html", overviews=overviews)


@bp.get("/incidents/new")
@requires(Role.ADMIN)
def new() -> ResponseReturnValue:
    """The form of a new incident."""
    return _new_page(_new_form())


@bp.post("/incidents/new")
@requires(Role.ADMIN)
def open_new() -> ResponseReturnValue:
    """Open an incident over the chosen deals."""
    form = _new_form()
    if form.submitted():
        with form.refusals(), transaction():
            chosen = [deals.get_deal(number) for number in form.deals.data or []]
            incident = incidents.open_incident(**form.facts(), deals=chosen, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _new_page(form), 422
    flash(f"You opened {incident.reference}. Nothing reaches an investor until it goes live.")
    return redirect(url_for(".show", reference=incident.reference))


@bp.get("/incidents/<reference>/data")
@readers
def data(reference: str) -> ResponseReturnValue:
    """The data of every deal; those of one incident have no page of their own."""
    incidents.get_incident(reference)
    return redirect(url_for("data.show"))


@bp.get("/incidents/<reference>")
@readers
def show(reference: str) -> ResponseReturnValue:
    """The nine rows, and what stands between rehearsal and going live."""
    return _page(incidents.get_incident(reference), PressForm())


@bp.post("/incidents/<reference>/ask-live")
@requires(Role.ADMIN)
def ask_live(reference: str) -> ResponseReturnValue:
    """An admin asks to end the rehearsal."""
    incident, form = incidents.get_incident(reference), PressForm()
    if form.submitted():
        with form.refusals(), transaction():
            incidents.ask_to_go_live(incident=incident, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, form), 422
    flash("You asked to go live. A legal approver has to confirm it.")
    return redirect(url_for(".show", reference=reference))


@bp.post("/incidents/<reference>")
@requires(Role.LEGAL, fresh=True)
def confirm_live(reference: str) -> ResponseReturnValue:
    """Legal ends the rehearsal. Posted to the page itself, to which a re-authentication leads back."""
    incident, form = incidents.get_incident(reference), PressForm()
    if form.submitted():
        with form.refusals(), transaction():
            incidents.confirm_live(incident=incident, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, form), 422
    flash(f"{reference} is live. From now on its notices reach investors.")
    return redirect(url_for(".show", reference=reference))


@bp.get("/incidents/<reference>/<page>/<action>")
@readers
def back_to_page(reference: str, page: str, action: str) -> ResponseReturnValue:
    """Where signing in leads back to after a post: the page that has its form."""
    return redirect(f"{url_for('.show', reference=reference)}/{page}")


def _overview(incident: Incident) -> Overview:
    return incidents.get_overview(incident, texts=notice_texts(), on=clock.now().date())


def _page(incident: Incident, form: ActingForm) -> str:
    overview = _overview(incident)
    return render_template(
        "admin/incidents/show.html",
        incident=incident,
        overview=overview,
        parties=incidents.list_parties(incident),
        form=form,
        pages=PAGES,
        is_fresh=is_fresh(),
    )


def _new_form() -> NewIncidentForm:
    form = NewIncidentForm(detected_on=clock.now().date(), zone=signed_in().time_zone)
    form.deals.choices = [(deal.external_id, deal.name) for deal in deals.list_deals()]
    form.zone.choices = zones()
    return form


def _new_page(form: NewIncidentForm) -> str:
    by_number = {deal.external_id: deal for deal in deals.list_deals()}
    return render_template("admin/incidents/new.html", form=form, deals=by_number)
