"""`/receipts/E-…`: the receipt of a choice, as a page and as a proof file."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, Response, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from app import audit
from app.incidents import Remedy, answering
from app.incidents.answering import Election, PhoneAnswer
from app.settings import Settings
from app.web.access import investor, signed_in
from app.web.investor.correction_page import Contact
from app.web.investor.gathering import contact_of

bp = Blueprint("election_receipts", __name__, url_prefix="/receipts")


@dataclass(frozen=True)
class ElectionReceipt:
    """Proof for the reader of what they chose. `record_mark` is None until a checkpoint covers it.

    `is_replaced`: somebody of the account chose again later. `cents` is what the offer costs.
    `is_bought`: it is a part of a new round.
    """

    number: str
    choice: str
    person_name: str
    account_name: str
    deal_name: str
    cents: int
    currency: str
    is_bought: bool
    reference: str
    version: int
    at: datetime
    zone: str
    until_on: date
    incident_zone: str
    is_replaced: bool
    contact: Contact
    proof_url: str | None
    record_mark: str | None
    key: str | None
    by_phone: PhoneAnswer | None


@bp.get("/E-<code>")
@investor
def show(code: str) -> ResponseReturnValue:
    """The receipt as a page to print. Until a checkpoint covers it the page looks again by itself."""
    election = answering.get_election(f"E-{code}", person=signed_in())
    proof = audit.receipt_for(audit.get_event(election.event_id))
    settings: Settings = current_app.extensions["settings"]
    page = _receipt(election, audit.record_mark() if proof else None, settings.audit_vkey)
    headers = {} if proof else {"Refresh": "3"}
    return render_template("investor/elections/receipt.html", page=page), 200, headers


@bp.get("/E-<code>.tlog-proof")
@investor
def proof(code: str) -> ResponseReturnValue:
    """The proof file, as plain text so that a phone shows it."""
    election = answering.get_election(f"E-{code}", person=signed_in())
    text = audit.receipt_for(audit.get_event(election.event_id))
    if text is None:
        abort(404)
    disposition = f'inline; filename="{election.number}.tlog-proof"'
    return Response(text, mimetype="text/plain", headers={"Content-Disposition": disposition})


def _receipt(election: Election, record_mark: str | None, key: str | None) -> ElectionReceipt:
    adjustment = election.adjustment
    incident = adjustment.case.incident
    return ElectionReceipt(
        number=election.number,
        choice=election.choice.value,
        person_name=election.person.full_name,
        account_name=adjustment.account.name,
        deal_name=adjustment.case.deal.name,
        cents=adjustment.offer_cents,
        currency=adjustment.case.deal.currency,
        is_bought=adjustment.remedy is Remedy.NEW_ROUND,
        reference=incident.reference,
        version=adjustment.proposal.version,
        at=election.at,
        zone=election.person.time_zone,
        until_on=election.until_on,
        incident_zone=incident.zone,
        is_replaced=not answering.counts(election),
        contact=contact_of(incident),
        proof_url=f"/receipts/{election.number}.tlog-proof" if record_mark else None,
        record_mark=record_mark,
        key=key,
        by_phone=answering.find_taken_as(election),
    )
