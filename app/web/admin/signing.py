"""Exactly what is signed, and the two signatures."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.incidents import Adjustment, Incident, Proposal, ProposalState, papers
from app.settlement import Line
from app.web.access import is_fresh, requires, signed_in
from app.web.admin.forms import DecisionForm, PressForm
from app.web.admin.previewing import render_variants
from app.web.admin.readers import readers
from app.web.admin.texts import notice_texts

bp = Blueprint("signing", __name__, url_prefix="/admin/incidents/<reference>/sign")
MOST_SHOWN = 200


@bp.get("")
@readers
def show(reference: str) -> ResponseReturnValue:
    """The proposal as its signatures bind it."""
    return _page(incidents.get_incident(reference))


@bp.post("")
@requires(Role.MANAGEMENT, Role.LEGAL, fresh=True, deputies=True)
def decide(reference: str) -> ResponseReturnValue:
    """Approve or reject the digest that the page showed."""
    incident, form = incidents.get_incident(reference), DecisionForm()
    proposal = incidents.get_proposal(incident)
    if form.submitted():
        with form.refusals(), transaction():
            _decide(proposal, form)
    if form.all_errors():
        return _page(incident, form), 422
    flash(f"You {'approved' if form.approves else 'rejected'} the correction of {reference}.")
    return redirect(url_for("incidents.show", reference=reference))


def _decide(proposal: Proposal, form: DecisionForm) -> None:
    at, note = clock.now(), form.note.data or ""
    role = incidents.choose_capacity(proposal, signed_in(), at=at).role
    facts = form.typed("digest_seen") | {"proposal": proposal, "approver": signed_in(), "role": role, "at": at}
    if form.approves:
        incidents.approve(**facts, note=note, texts=notice_texts())
    else:
        incidents.reject(**facts, reason=note)


def _page(incident: Incident, form: DecisionForm | None = None) -> str:
    proposal = incidents.find_proposal(incident)
    if proposal is None:
        return render_template("admin/signing/nothing.html", incident=incident)
    form = form or DecisionForm(None)
    form.digest_seen.data = proposal.digest  # the page shows it, so the next press decides on it
    variants = incidents.list_variants(proposal, on=clock.now().date())
    return render_template(
        "admin/signing/show.html",
        incident=incident,
        proposal=proposal,
        states=ProposalState,
        balance=incidents.balance_of(proposal),
        interest=_interest(proposal),
        missing=incidents.missing_signatures(proposal),
        previews=render_variants(variants),
        concerned=incidents.count_written(proposal, clock.now().date()),
        form=form,
        is_fresh=is_fresh(),
        signers=incidents.list_signers(proposal, on=clock.now().date()),
        paper=papers.find_paper(proposal),
        pressing=PressForm(None),
        **_bound(proposal),
        **_reader(proposal),
    )


def _bound(proposal: Proposal) -> dict[str, object]:
    """What the signed text says beside figures, dates and policy; `held` names who declines, by deal."""
    holders = {part: incidents.list_holders(part.case, part.held) for part in proposal.parts if part.held}
    return {
        "terms": incidents.read_terms(proposal.canonical),
        "coverage": incidents.signed_coverage(proposal),
        "held": {
            part.case.deal.name: [f"{each.name}, {each.number}" for each in them] for part, them in holders.items()
        },
    }


def _interest(proposal: Proposal) -> list[tuple[Adjustment, list[Line]]]:
    bearing = [each for each in proposal.adjustments if each.interest_cents]
    return [(each, incidents.worked_lines(each.interest_lines)) for each in bearing[:MOST_SHOWN]]


def _reader(proposal: Proposal) -> dict[str, object]:
    """How the reader may sign, or why not."""
    try:
        return {"capacity": incidents.choose_capacity(proposal, signed_in(), at=clock.now()), "why_not": ""}
    except incidents.CannotApprove as refusal:
        return {"capacity": None, "why_not": str(refusal)}
