"""Who is affected: running the rules, replaying every deal, which bases bind, and everybody by bucket."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, RadioField

from app import allocations, deals, incidents
from app.allocations import BasisKind, Bucket
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import Incident
from app.web.access import requires, signed_in
from app.web.admin.forms import ActingForm, PressForm, note_field, required
from app.web.admin.readers import readers

bp = Blueprint("affected", __name__, url_prefix="/admin/incidents/<reference>/affected")
MOST_SHOWN = 200
ON_A_PAGE = 50
KINDS = {
    BasisKind.FROZEN: "Frozen: each average as it stood when the deal closed",
    BasisKind.RECOMPUTED: "Recomputed: averages follow the corrected earlier allocations",
}


class BindForm(ActingForm):
    """Which bases a correction goes by."""

    binding = RadioField("Which averages bind", coerce=BasisKind)
    reason = note_field("Why", "Write the reason; approvers and the dossier show it.")


class AddForm(ActingForm):
    """The deal that becomes a case."""

    deal = HiddenField(validators=[required("Choose a deal.")])


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """The newest replay, and per deal reproduction, certificate, rate, and every account's difference."""
    return _page(incidents.get_incident(reference), PressForm())


@bp.get("/accounts")
@readers
def accounts(reference: str) -> ResponseReturnValue:
    """Every request of the newest replay, some at a time, of one bucket or of all."""
    incident = incidents.get_incident(reference)
    replay = incidents.find_replay(incident) or abort(404)
    chosen, after = request.args.get("bucket", ""), request.args.get("after", 0, type=int)
    buckets = [bucket for bucket in Bucket if bucket == chosen]
    found = allocations.list_replay_shares(replay, buckets=buckets, after=after, at_most=ON_A_PAGE + 1)
    return render_template(
        "admin/affected/accounts.html",
        incident=incident,
        replay=replay,
        shares=found[:ON_A_PAGE],
        has_more=len(found) > ON_A_PAGE,
        chosen=buckets[0] if buckets else None,
        is_first=not after,
    )


@bp.post("/run")
@requires(Role.ADMIN)
def run(reference: str) -> ResponseReturnValue:
    """Run the rule at fault and the agreement's rule on every deal of the incident."""
    incident, form = incidents.get_incident(reference), PressForm()
    if form.submitted():
        with form.refusals(), transaction():
            incidents.investigate(incident=incident, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, form), 422
    flash("Both rules were run on every deal. The runs are kept with their certificates.")
    return redirect(url_for(".show", reference=reference))


@bp.post("/replay")
@requires(Role.ADMIN)
def replay(reference: str) -> ResponseReturnValue:
    """Ask the worker to replay every deal since the first faulty release."""
    incident, form = incidents.get_incident(reference), PressForm()
    if form.submitted():
        with form.refusals(), transaction():
            job = incidents.ask_for_replay(incident=incident, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, form), 422
    return redirect(url_for("jobs.show", pseudonym=job.pseudonym))


@bp.post("/bind")
@requires(Role.ADMIN)
def bind(reference: str) -> ResponseReturnValue:
    """Decide which bases bind; an unpublished proposal becomes void when that changes."""
    incident, form = incidents.get_incident(reference), _offer_kinds(BindForm())
    if form.submitted():
        with form.refusals(), transaction():
            incidents.bind(incident=incident, **form.typed("binding", "reason"), by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, form, form), 422
    flash(f"The {incident.binding} averages bind.")
    return redirect(url_for(".show", reference=reference))


@bp.post("/add")
@requires(Role.ADMIN)
def add(reference: str) -> ResponseReturnValue:
    """Make a deal that the replay finds affected a case of the incident."""
    incident, form = incidents.get_incident(reference), AddForm()
    if form.submitted():
        with form.refusals(), transaction():
            deal = deals.get_deal(form.deal.data or "")
            incidents.add_case(incident=incident, deal=deal, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, form), 422
    flash(f"{deal.name} is a case of this incident now, and a proposal can cover it.")
    return redirect(url_for(".show", reference=reference))


def _offer_kinds(form: BindForm) -> BindForm:
    form.binding.choices = [(kind.value, words) for kind, words in KINDS.items()]
    return form


def _page(incident: Incident, form: ActingForm, binding: BindForm | None = None) -> str:
    findings = incidents.list_findings(incident)
    return render_template(
        "admin/affected/show.html",
        incident=incident,
        findings=findings,
        explanations=incidents.list_explanations(incident),
        is_run=all(finding.right for finding in findings),
        most_shown=MOST_SHOWN,
        form=form,
        report=incidents.find_replay_report(incident),
        job=incidents.find_replay_job(incident),
        first_release=allocations.first_faulty(incident.rule),
        binding=binding or _offer_kinds(BindForm(None, binding=incident.binding)),
        voids=incidents.list_voidable(incident),
        add=AddForm(None),
    )
