"""One deal of the decision: each investor under each remedy, what if, and what only legal may say."""

from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from wtforms import StringField
from wtforms.validators import Length

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.core.errors import DomainError
from app.identity import Role
from app.incidents import Case, Incident, Ruling, RulingKind
from app.web.access import is_fresh, requires, signed_in
from app.web.admin.decision_form import list_who_may_decline
from app.web.admin.forms import ActingForm, note_field, required
from app.web.admin.readers import readers
from app.web.admin.what_if import asked_for, taken_over, what_if

bp = Blueprint("trying_out", __name__, url_prefix="/admin/incidents/<reference>/decide/<deal>")
PAGE = 50


class RulingForm(ActingForm):
    """What legal says of a deal, and why."""

    clause = StringField("Section of the agreement", validators=[required("Name the section."), Length(max=64)])
    reason = note_field("Why, in a sentence", "Write the reason.")


class WithdrawForm(ActingForm):
    """Legal takes back what it said: a button alone."""


@bp.get("")
@readers
def show(reference: str, deal: str) -> ResponseReturnValue:
    """The deal under each remedy, as decided or as somebody tries it out."""
    incident, case = _find(reference, deal)
    return _page(incident, case)


@bp.post("/rulings/<any(obliged, claimed):kind>")
@requires(Role.LEGAL, fresh=True)
def rule(reference: str, deal: str, kind: str) -> ResponseReturnValue:
    """Legal says it, or takes it back."""
    incident, case = _find(reference, deal)
    standing = incidents.find_ruling(case, RulingKind(kind))
    form = _ruling_form(RulingKind(kind), standing)
    if form.submitted():
        with form.refusals(), transaction():
            if standing:
                incidents.withdraw_ruling(ruling=standing, by=signed_in(), at=clock.now())
            else:
                said = form.typed("clause", "reason")
                incidents.rule(case=case, kind=RulingKind(kind), **said, by=signed_in(), at=clock.now())
    if form.all_errors():
        return _page(incident, case, form), 422
    flash("It is on record." if not standing else "It was taken back.")
    return redirect(url_for(".show", reference=reference, deal=deal))


def _ruling_form(kind: RulingKind, standing: Ruling | None) -> ActingForm:
    return WithdrawForm(prefix=kind.value) if standing else RulingForm(prefix=kind.value)


def _find(reference: str, deal: str) -> tuple[Incident, Case]:
    incident = incidents.get_incident(reference)
    case = next((each for each in incident.cases if each.deal.external_id == deal), None)
    if case is None:
        raise NotFound
    return incident, case


def _page(incident: Incident, case: Case, problem_form: ActingForm | None = None) -> str:
    proposal, today, problem = incidents.find_proposal(incident), clock.now().date(), ""
    try:
        tried = what_if(incident, proposal, asked_for(case, request.args), today)
        found = incidents.compare(incident, tried)
    except DomainError as refusal:
        problem, tried = str(refusal), what_if(incident, proposal, MultiDict(), today)
        found = incidents.compare(incident, tried)
    comparison = next(each for each in found if each.case is case)
    rows = comparison.rows(after=request.args.get("after", 0, type=int), at_most=PAGE)
    return render_template(
        "admin/deciding/what_if.html",
        incident=incident,
        comparison=comparison,
        problem=problem,
        offers=list_who_may_decline(case, [each.external_id for each in comparison.held]),
        declining={each.external_id for each in comparison.held} | set(request.args.getlist("declining")),
        taken=taken_over(case, tried),
        rows=rows,
        further=_further(rows[-1].holding.position) if len(rows) == PAGE else None,
        form=problem_form,
        is_fresh=is_fresh(),
        **_rulings(case),
    )


def _rulings(case: Case) -> dict[str, object]:
    """What legal says of the deal, which proposals rest on it, and the forms to say it or take it back."""
    rulings = {kind: incidents.find_ruling(case, kind) for kind in RulingKind}
    return {
        "rulings": rulings,
        "resting": {kind: incidents.list_resting_on(ruling) for kind, ruling in rulings.items() if ruling},
        "forms": {kind: _ruling_form(kind, standing) for kind, standing in rulings.items()},
    }


def _further(after: int) -> str:
    query = request.args.to_dict(flat=False) | {"after": [str(after)]}
    return f"{request.path}?{urlencode(query, doseq=True)}"
