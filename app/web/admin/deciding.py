"""Making the one proposal over all deals of an incident."""

from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict
from wtforms import DateField

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import Incident, KeyDates, ProposalState, RulingKind
from app.settings import Settings
from app.web.access import requires, signed_in
from app.web.admin.decision_form import DecisionForms
from app.web.admin.forms import ActingForm, note_field, required
from app.web.admin.readers import readers
from app.web.admin.texts import keep_notice_texts, notice_texts

bp = Blueprint("deciding", __name__, url_prefix="/admin/incidents/<reference>/decide")
USUAL_DAYS = {"notice_on": 0, "look_by": 11, "pay_by": 18, "remind_on": 29, "due_by": 43}
VOIDED = frozenset({ProposalState.PROPOSED, ProposalState.APPROVED})


class ProposeForm(ActingForm):
    """What a proposal says beside its figures, which come from the runs."""

    notice_on = DateField("Notice on", validators=[required("Give the day of the notice.")])
    look_by = DateField("Look by", validators=[required("Give the day until which a doubt stops the money.")])
    pay_by = DateField("Refunds sent by", validators=[required("Give the day by which refunds are sent.")])
    remind_on = DateField("Reminder on", validators=[required("Give the day of the reminder.")])
    due_by = DateField("Offers end on", validators=[required("Give the day on which offers end.")])
    pay_to = note_field("Where an offer is paid to", "Say where an offer is paid to; legal approves it.")
    reason = note_field("Why is this the right correction?", "Write the reason; approvers read it.")

    decided: DecisionForms

    def submitted(self) -> bool:
        """Whether everything can be read, the decisions on each deal included."""
        return super().submitted() and not self.decided.errors()

    def all_errors(self) -> list[tuple[str, str]]:
        """As of every form, and of those for each deal."""
        return super().all_errors() + (self.decided.errors() if self.is_submitted() else [])

    def key_dates(self) -> KeyDates:
        """The five dates as they were typed."""
        return KeyDates(**self.typed(*USUAL_DAYS))


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """The newest proposal, and the form for the next."""
    incident = incidents.get_incident(reference)
    return _page(incident, _form(incident, None))


@bp.post("")
@requires(Role.ADMIN)
def propose(reference: str) -> ResponseReturnValue:
    """Propose what was decided for each case; an unpublished proposal becomes void."""
    incident = incidents.get_incident(reference)
    form = _form(incident, request.form)
    if form.submitted():
        facts = form.typed("pay_to", "reason") | {"dates": form.key_dates(), "texts": _keep_texts()}
        with form.refusals(), transaction():
            facts["decision"] = form.decided.decision()
            proposal = incidents.propose(incident=incident, **facts, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, form), 422
    flash(f"Version {proposal.version} waits for management and legal. Check below what they will sign.")
    return redirect(url_for("signing.show", reference=reference))


def _keep_texts() -> dict[str, str]:
    settings: Settings = current_app.extensions["settings"]
    return keep_notice_texts(settings.files_dir)


def _form(incident: Incident, sent: ImmutableMultiDict[str, str] | None) -> ProposeForm:
    """With the usual dates; what the newest version said is kept, so that another changes only what it must."""
    today, before = clock.now().date(), incidents.find_proposal(incident)
    usual = {name: today + timedelta(days=days) for name, days in USUAL_DAYS.items()}
    said = {"pay_to": before.pay_to, "reason": before.reason} if before else {}
    form = ProposeForm(**usual, **said)
    form.decided = DecisionForms(incident, sent, before)
    return form


def _page(incident: Incident, form: ProposeForm) -> str:
    proposal = incidents.find_proposal(incident)
    return render_template(
        "admin/deciding/show.html",
        incident=incident,
        findings=incidents.list_findings(incident),
        proposal=proposal,
        voids=proposal if proposal and proposal.state in VOIDED else None,
        form=form,
        unworded=[remedy.label for remedy in incidents.list_unworded(notice_texts())],
        obliged={case: incidents.find_ruling(case, RulingKind.OBLIGED) for case in incident.cases},
    )
