"""What an investor sees: their corrections, the figures and why, and the receipt for having read them."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, Response, abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from app import audit, incidents
from app.core import clock
from app.core.db import transaction
from app.incidents import Acknowledgment, Adjustment, Incident, Proposal, current
from app.settings import Settings
from app.web.access import investor, signed_in
from app.web.forms import Form
from app.web.investor.gathering import receipt_page, waiting_page
from app.web.investor.own_incident import told
from app.web.investor.own_pages import find_page, list_cards

bp = Blueprint("corrections", __name__)


class ReadForm(Form):
    """One button: I have read this. `version` is the one that the page showed."""

    version = HiddenField()


@bp.get("/corrections")
@investor
def index() -> ResponseReturnValue:
    """One card for each incident that concerns the reader."""
    return render_template("investor/corrections/list.html", cards=list_cards(signed_in(), clock.now()))


@bp.get("/corrections/<reference>")
@investor
def show(reference: str) -> ResponseReturnValue:
    """The reader's figures, or that they are still being worked out."""
    incident = told(reference)
    page = find_page(incident, signed_in(), clock.now())
    if page is None:
        return render_template("investor/waiting.html", page=waiting_page(incident, _today()))
    return render_template("investor/corrections/show.html", page=page)


@bp.post("/corrections/<reference>/read")
@investor
def read(reference: str) -> ResponseReturnValue:
    """Record that the reader has read their figures; a second press shows the same receipt.

    Figures that took the place of those on the page are shown first.
    """
    incident, form = told(reference), ReadForm()
    if not form.submitted():
        abort(400)
    if form.version.data not in (None, "", str(_get_published(incident).version)):
        return redirect(url_for(".show", reference=reference))
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


def _get_published(incident: Incident) -> Proposal:
    concerned = incidents.find_concerned(incident, signed_in(), on=_today())
    proposal = incidents.find_published(incident, concerned.account_ids) if concerned else None
    return proposal if proposal is not None else abort(404)


def _seen(acknowledgment: Acknowledgment) -> Sequence[Adjustment]:
    proposal = acknowledgment.proposal
    concerned = incidents.find_concerned(proposal.incident, acknowledgment.person, on=acknowledgment.at.date())
    accounts = concerned.account_ids if concerned else frozenset[int]()
    return current.list_current(proposal.incident, accounts, up_to=proposal.version)
