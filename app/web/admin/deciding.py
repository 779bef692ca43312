"""Comparing the remedies of every deal, and making the one proposal over all of them."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from wtforms import HiddenField

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.core.pdf import CannotRender, render_pdf
from app.identity import Role
from app.incidents import Alteration, Incident, KeyDates, Proposal, ProposalState, RulingKind
from app.settings import Settings
from app.web.access import requires, signed_in
from app.web.admin.decision_form import DecisionForms
from app.web.admin.forms import ActingForm, note_field, required
from app.web.admin.readers import readers
from app.web.admin.texts import keep_notice_texts, notice_texts
from app.web.admin.what_if import USUAL_DAYS, dates_for_next, what_if
from app.web.forms import DayField

bp = Blueprint("deciding", __name__, url_prefix="/admin/incidents/<reference>/decide")


class ProposeForm(ActingForm):
    """What a proposal says beside its figures, which come from the runs. `agreed` is the change that was shown."""

    notice_on = DayField("Notice on", validators=[required("Give the day of the notice.")])
    look_by = DayField("Look by", validators=[required("Give the day until which a doubt stops the money.")])
    pay_by = DayField("Refunds sent by", validators=[required("Give the day by which refunds are sent.")])
    remind_on = DayField("Reminder on", validators=[required("Give the day of the reminder.")])
    due_by = DayField("Offers end on", validators=[required("Give the day on which offers end.")])
    pay_to = note_field("Where an offer is paid to", "Say where an offer is paid to; legal approves it.")
    reason = note_field("Why is this the right correction?", "Write the reason; approvers read it.")
    agreed = HiddenField()

    decided: DecisionForms

    def submitted(self) -> bool:
        """Whether everything can be read, the decisions on each deal included."""
        return super().submitted() and not self.decided.errors()

    def all_errors(self) -> list[tuple[str, str]]:
        """As of every form, and of those for each deal."""
        return super().all_errors() + (self.decided.errors() if self.is_submitted() else [])

    def facts(self, incident: Incident) -> dict[str, Any]:
        """What is proposed. Raises what cannot be read of the decision."""
        dates = KeyDates(**self.typed(*USUAL_DAYS))
        said = self.typed("pay_to", "reason") | {"texts": _keep_texts()}
        return said | {"incident": incident, "dates": dates, "decision": self.decided.decision()}


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """The remedies side by side, the newest proposal, and the form for the next."""
    incident = incidents.get_incident(reference)
    form = _form(incident, None)
    if request.args:
        with form.refusals():
            _compare(incident, None, request.args)
    return _page(incident, form)


@bp.post("")
@requires(Role.ADMIN)
def propose(reference: str) -> ResponseReturnValue:
    """Propose what was decided for each case; what that alters of an earlier version is shown and agreed to first."""
    incident = incidents.get_incident(reference)
    form = _form(incident, request.form)
    if form.submitted():
        with form.refusals():
            facts = form.facts(incident)
            alteration = incidents.find_alteration(incidents.draft(**facts), clock.now().date())
            if alteration and alteration.digest != form.agreed.data:
                return _page(incident, form, alteration)
            with transaction():
                proposal = incidents.propose(**facts, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, form), 422
    flash(f"Version {proposal.version} waits for management and legal. Check below what they will sign.")
    return redirect(url_for("signing.show", reference=reference))


@bp.get("/memo")
@readers
def memo(reference: str) -> ResponseReturnValue:
    """The comparison and the decision, to read or print."""
    return render_template("admin/deciding/memo.html", **_memo(reference))


@bp.get("/memo.pdf")
@readers
def memo_pdf(reference: str) -> ResponseReturnValue:
    """The same on paper; where paper cannot be made, the page to print."""
    facts = _memo(reference)
    at = facts["proposal"].proposed_at if facts["proposal"] else facts["incident"].opened_at
    try:
        paper = render_pdf(render_template("papers/memo.html", **facts), title=f"Decision of {reference}", at=at)
    except CannotRender as refusal:
        flash(str(refusal))
        return redirect(url_for(".memo", reference=reference))
    return Response(paper, mimetype="application/pdf")


def _keep_texts() -> dict[str, str]:
    settings: Settings = current_app.extensions["settings"]
    return keep_notice_texts(settings.files_dir)


def _form(incident: Incident, sent: ImmutableMultiDict[str, str] | None) -> ProposeForm:
    """What the newest version said is kept, its dates too while they can be, so that another changes what it must."""
    before = incidents.find_proposal(incident)
    said = {"pay_to": before.pay_to, "reason": before.reason} if before else {}
    form = ProposeForm(**dates_for_next(before, clock.now().date()), **said)
    form.decided = DecisionForms(incident, sent, before, request.args)
    return form


def _page(incident: Incident, form: ProposeForm, alteration: Alteration | None = None) -> str:
    proposal = incidents.find_proposal(incident)
    form.agreed.data = alteration.digest if alteration else ""
    return render_template(
        "admin/deciding/show.html",
        incident=incident,
        comparisons=_compare(incident, proposal, MultiDict() if form.form_errors else request.args),
        proposal=proposal,
        parts={part.case_id: part for part in proposal.parts} if proposal else {},
        is_leaving=bool(proposal and proposal.state is ProposalState.PUBLISHING),
        stake=incidents.list_voidable(incident),
        alteration=alteration,
        form=form,
        unworded=[remedy.label for remedy in incidents.list_unworded(notice_texts())],
        obliged={case: incidents.find_ruling(case, RulingKind.OBLIGED) for case in incident.cases},
    )


def _compare(
    incident: Incident, proposal: Proposal | None, wished: MultiDict[str, str]
) -> list[incidents.CaseComparison]:
    return incidents.compare(incident, what_if(incident, proposal, wished, clock.now().date()))


def _memo(reference: str) -> dict[str, Any]:
    incident = incidents.get_incident(reference)
    proposal = incidents.find_proposal(incident)
    return {
        "incident": incident,
        "proposal": proposal,
        "parts": {part.case_id: part for part in proposal.parts} if proposal else {},
        "comparisons": _compare(incident, proposal, MultiDict()),
        "balance": incidents.balance_of(proposal) if proposal else None,
    }
