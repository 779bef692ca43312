"""What an investor sees: their corrections, the figures and why, and the receipt for having read them."""

from datetime import date

from flask import Blueprint, Response, abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import audit, incidents
from app.core import clock
from app.core.db import transaction
from app.incidents import Acknowledgment, Adjustment, Incident, Proposal
from app.settings import Settings
from app.web.access import investor, signed_in
from app.web.forms import Form
from app.web.investor.correction_page import CorrectionCard, CorrectionPage
from app.web.investor.gathering import correction_page, receipt_page, waiting_page

bp = Blueprint("corrections", __name__)


class ReadForm(Form):
    """One button: I have read this."""


@bp.get("/corrections")
@investor
def index() -> ResponseReturnValue:
    """One card for each incident that concerns the reader."""
    told = incidents.list_told(signed_in(), on=_today())
    return render_template("investor/corrections/list.html", cards=[_card(incident) for incident in told])


@bp.get("/corrections/<reference>")
@investor
def show(reference: str) -> ResponseReturnValue:
    """The reader's figures, or that they are still being worked out."""
    incident = incidents.get_told(reference, person=signed_in(), on=_today())
    page = _find_page(incident)
    if page is None:
        return render_template("investor/waiting.html", page=waiting_page(incident, _today()))
    return render_template("investor/corrections/show.html", page=page)


@bp.post("/corrections/<reference>/read")
@investor
def read(reference: str) -> ResponseReturnValue:
    """Record that the reader has read their figures; a second press shows the same receipt."""
    incident = incidents.get_told(reference, person=signed_in(), on=_today())
    if not ReadForm().submitted():
        abort(400)
    with transaction():
        proposal = _get_published(incident)
        acknowledgment = incidents.acknowledge(proposal=proposal, person=signed_in(), at=clock.now())
        number = acknowledgment.number
    return redirect(url_for(".receipt", number=number))


@bp.get("/receipts/<number>")
@investor
def receipt(number: str) -> ResponseReturnValue:
    """The receipt as a page to print. Until a checkpoint covers it the page looks again by itself."""
    acknowledgment = incidents.get_acknowledgment(number, person=signed_in())
    proof = audit.receipt_for(audit.get_event(acknowledgment.event_id))
    settings: Settings = current_app.extensions["settings"]
    mark = audit.record_mark() if proof else None
    page = receipt_page(acknowledgment, _seen(acknowledgment), mark, settings.audit_vkey)
    headers = {} if proof else {"Refresh": "3"}
    return render_template("investor/corrections/receipt.html", page=page), 200, headers


@bp.get("/receipts/<number>.tlog-proof")
@investor
def proof(number: str) -> ResponseReturnValue:
    """The proof file, as plain text so that a phone shows it."""
    acknowledgment = incidents.get_acknowledgment(number, person=signed_in())
    text = audit.receipt_for(audit.get_event(acknowledgment.event_id))
    if text is None:
        abort(404)
    name = f"{acknowledgment.number}.tlog-proof"
    return Response(text, mimetype="text/plain", headers={"Content-Disposition": f'inline; filename="{name}"'})


def _today() -> date:
    return clock.now().date()


def _card(incident: Incident) -> CorrectionCard:
    url = url_for(".show", reference=incident.reference)
    page = _find_page(incident)
    waiting = None if page else waiting_page(incident, _today())
    return CorrectionCard(reference=incident.reference, url=url, waiting=waiting, page=page)


def _find_page(incident: Incident) -> CorrectionPage | None:
    concerned = incidents.find_concerned(incident, signed_in(), on=_today())
    proposal = incidents.find_published(incident, concerned.account_ids) if concerned else None
    if concerned is None or proposal is None:
        return None
    known = incidents.find_acknowledgment(proposal, signed_in())
    adjustments = _published(proposal, concerned.account_ids)
    return correction_page(proposal, adjustments, known, is_copy=concerned.is_copy, today=_today())


def _get_published(incident: Incident) -> Proposal:
    concerned = incidents.find_concerned(incident, signed_in(), on=_today())
    proposal = incidents.find_published(incident, concerned.account_ids) if concerned else None
    return proposal if proposal is not None else abort(404)


def _published(proposal: Proposal, account_ids: frozenset[int]) -> list[Adjustment]:
    rows = incidents.list_adjustments(proposal, account_ids)
    return [each for each in rows if each.published_at is not None]


def _seen(acknowledgment: Acknowledgment) -> list[Adjustment]:
    proposal = acknowledgment.proposal
    concerned = incidents.find_concerned(proposal.incident, acknowledgment.person, on=acknowledgment.at.date())
    return _published(proposal, concerned.account_ids) if concerned else []
