"""From the incident's rows to the facts that an investor's pages show."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from app import incidents, settlement
from app.core.text import format_phone, zone_name
from app.incidents import Acknowledgment, Adjustment, Incident, Proposal, ProposalPart, StatementKind, worked_lines
from app.settlement import Direction
from app.web.investor.correction_page import (
    Contact,
    CorrectionPage,
    Coverage,
    Moment,
    MomentKind,
    ReceiptPage,
    WaitingPage,
)
from app.web.investor.deal_section import DealSection, PayTo, Worth


def contact_of(incident: Incident) -> Contact:
    """Whom to call about the incident."""
    hours = f"{incident.contact_hours}, {zone_name(incident.zone)}"
    return Contact(incident.contact_name, format_phone(incident.contact_phone), hours)


def waiting_page(incident: Incident, today: date) -> WaitingPage:
    """What somebody sees before their figures are published; a promise that has passed is not repeated."""
    promised = incident.promised_on
    put_off = next((each for each in reversed(incident.updates) if each.sent_at), None)
    return WaitingPage(
        reference=incident.reference,
        promised_on=promised if promised and promised >= today else None,
        contact=contact_of(incident),
        left_to_do=put_off.left_to_do if put_off and put_off.promised_on >= today else None,
    )


def correction_page(
    proposal: Proposal, adjustments: Sequence[Adjustment], read: Acknowledgment | None, *, is_copy: bool, today: date
) -> CorrectionPage:
    """One person's published figures; `adjustments` are theirs and published."""
    incident = proposal.incident
    stopped, fixed = incident.statement(StatementKind.STOPPED), incident.statement(StatementKind.FIXED)
    published = min(each.published_at for each in adjustments if each.published_at is not None)
    return CorrectionPage(
        reference=incident.reference,
        version=proposal.version,
        published_on=published.date(),
        zone=incident.zone,
        contact=contact_of(incident),
        sections=_sections(proposal, adjustments),
        cause=incident.cause,
        look_by=proposal.look_by,
        moments=tuple(sorted(_moments(proposal, adjustments, published.date(), today), key=lambda each: each.on)),
        stopped_on=stopped.done_on if stopped else None,
        fixed_on=fixed.done_on if fixed else None,
        coverage=_coverage(proposal),
        receipt_number=read.number if read else None,
        read_at=read.at if read else None,
        shows_accounts=len({each.account_id for each in adjustments}) > 1,
        needs_payment_details=any(
            each.difference_cents < 0 and each.account.payment_last4 is None for each in adjustments
        ),
        is_copy=is_copy,
    )


def _coverage(proposal: Proposal) -> Coverage | None:
    """As it was signed; nothing where the rule at fault was used for no other deal."""
    signed = incidents.signed_coverage(proposal)
    if signed is None or not signed.others:
        return None
    is_complete = signed.others_checked == signed.others
    return Coverage(signed.used if is_complete else signed.checked, signed.used, signed.others)


def receipt_page(
    read: Acknowledgment, adjustments: Sequence[Adjustment], record_mark: str | None, key: str | None
) -> ReceiptPage:
    """The receipt as a page; the proof file is ready once a checkpoint covers its event."""
    incident = read.proposal.incident
    return ReceiptPage(
        number=read.number,
        person_name=read.person.full_name,
        reference=incident.reference,
        version=read.proposal.version,
        read_at=read.at,
        zone=read.person.time_zone,
        look_by=read.proposal.look_by,
        contact=contact_of(incident),
        sections=_sections(read.proposal, adjustments),
        proof_url=f"/receipts/{read.number}.tlog-proof" if record_mark else None,
        record_mark=record_mark,
        key=key,
    )


def _sections(proposal: Proposal, adjustments: Sequence[Adjustment]) -> tuple[DealSection, ...]:
    parts = {part.case_id: part for part in proposal.parts}
    signed = max((approval.at.date() for approval in proposal.approvals), default=proposal.notice_on)
    made = settlement.settlements_by_adjustment([each.id for each in adjustments])
    numbers = {key: offer.number for key, each in made.items() if (offer := each.get(Direction.OFFER)) and offer.number}
    sections = []
    for each in adjustments:
        pay_to = PayTo(proposal.pay_to, signed, numbers[each.id]) if each.id in numbers else None
        part = parts[each.case_id]
        sections.append(_section(proposal, each, part, pay_to))
    return tuple(sections)


def _section(proposal: Proposal, each: Adjustment, part: ProposalPart, pay_to: PayTo | None) -> DealSection:
    figures = _figures(each, part.rate, part.run.level)
    return replace(
        figures,
        settle_on={-1: proposal.pay_by, 0: None, 1: proposal.due_by}[_sign(each.difference_cents)],
        refund_cents=each.refund_cents,
        interest_cents=each.interest_cents,
        interest=tuple(worked_lines(each.interest_lines)),
        is_obliged=bool(part.obliged_by),
        payment_last4=each.account.payment_last4,
        pay_to=pay_to,
        worth=_worth(each),
    )


def _figures(each: Adjustment, rate: Fraction | None, level: Fraction | None) -> DealSection:
    deal, request = each.case.deal, each.request
    return DealSection(
        account_name=each.account.name,
        deal_name=deal.name,
        currency=deal.currency,
        available_cents=deal.available_cents,
        recorded_cents=each.recorded_cents,
        corrected_cents=each.corrected_cents,
        requested_cents=request.requested_cents,
        basis=request.basis_fraction,
        rate=rate,
        level=level,
        is_capped=each.is_capped,
        clause=deal.agreement.clause,
        clause_text=deal.agreement.clause_text,
        agreement_version=deal.agreement.version,
        agreement_signed_on=request.agreement_signed_on,
        closed_on=deal.closed_on,
    )


def _worth(each: Adjustment) -> Worth | None:
    marks = each.case.deal.marks
    return Worth(marks[-1].multiple_fraction, marks[-1].as_of) if marks and each.difference_cents else None


def _sign(cents: int) -> int:
    return (cents > 0) - (cents < 0)


def _moments(
    proposal: Proposal, adjustments: Sequence[Adjustment], published_on: date, today: date
) -> Iterator[Moment]:
    incident = proposal.incident
    for deal in {each.case.deal for each in adjustments}:
        yield Moment(MomentKind.CLOSED, deal.closed_on, is_past=True, deal_name=deal.name)
    yield Moment(MomentKind.DETECTED, incident.detected_on, is_past=True)
    stopped = incident.statement(StatementKind.STOPPED)
    if stopped:
        yield Moment(MomentKind.STOPPED, stopped.done_on, is_past=True)
    told = next((each.sent_at for each in incident.first_notices if each.sent_at), None)
    if told:
        yield Moment(MomentKind.FIRST_NOTICE, told.date(), is_past=True)
    yield Moment(MomentKind.PUBLISHED, published_on, is_past=True)
    if any(each.difference_cents for each in adjustments):
        yield Moment(MomentKind.LOOK_BY, proposal.look_by, is_past=proposal.look_by < today)
    if any(each.difference_cents < 0 for each in adjustments):
        yield Moment(MomentKind.PAY_BY, proposal.pay_by, is_past=proposal.pay_by < today)
    if any(each.difference_cents > 0 for each in adjustments):
        yield Moment(MomentKind.DUE_BY, proposal.due_by, is_past=proposal.due_by < today)
