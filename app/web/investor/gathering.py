"""From the incident's rows to the facts that an investor's pages show."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain

from app import incidents
from app.core.text import format_phone, zone_name
from app.incidents import Acknowledgment, Adjustment, Incident, Proposal, StatementKind, answering, books
from app.incidents.books import Books
from app.web.investor.correction_page import (
    Contact,
    CorrectionPage,
    Coverage,
    EarlierReceipt,
    Moment,
    MomentKind,
    ReceiptPage,
    WaitingPage,
)
from app.web.investor.deal_section import DealSection
from app.web.investor.sections import sections_by_version


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
    proposal: Proposal,
    adjustments: Sequence[Adjustment],
    receipts: Sequence[Acknowledgment],
    *,
    looked_at: Sequence[str],
    is_copy: bool,
    today: date,
) -> CorrectionPage:
    """One person's figures: `adjustments` are theirs and stand, `looked_at` are their deals without any yet."""
    incident = proposal.incident
    sections = sections_by_version(adjustments)
    kept = books.books_of(adjustments)
    page = CorrectionPage(
        reference=incident.reference,
        version=proposal.version,
        published_on=_published_on([each for each in adjustments if each.proposal is proposal]),
        zone=incident.zone,
        contact=contact_of(incident),
        sections=sections,
        cause=incident.cause,
        look_by=proposal.look_by,
        moments=_in_order(_moments(incident, adjustments, sections, today), _books(kept)),
        books=kept,
        stopped_on=_done_on(incident, StatementKind.STOPPED),
        fixed_on=_done_on(incident, StatementKind.FIXED),
        coverage=_coverage(proposal),
        shows_accounts=len({each.account_id for each in adjustments}) > 1,
        needs_payment_details=any(each.pays and each.payment_last4 is None for each in sections),
        is_copy=is_copy,
        looked_at=tuple(looked_at),
        figures_by=waiting_page(incident, today).promised_on,
    )
    return _with_versions(page, proposal, adjustments, receipts)


def _with_versions(
    page: CorrectionPage, proposal: Proposal, adjustments: Sequence[Adjustment], receipts: Sequence[Acknowledgment]
) -> CorrectionPage:
    """With what was written before, and whether this version, or an earlier one, was read."""
    read = next((each for each in receipts if each.proposal_id == proposal.id), None)
    replaced = (incidents.replaced_by(each, several=page.shows_accounts) for each in adjustments)
    return replace(
        page,
        pay_by=proposal.pay_by,
        receipt_number=read.number if read else None,
        read_at=read.at if read else None,
        replaced=tuple(each for each in replaced if each),
        earlier_receipts=tuple(_earlier(each) for each in receipts if each is not read),
    )


def _published_on(adjustments: Sequence[Adjustment]) -> date:
    return min(each.published_at for each in adjustments if each.published_at is not None).date()


def _earlier(read: Acknowledgment) -> EarlierReceipt:
    return EarlierReceipt(read.number, read.proposal.version, read.at)


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
        sections=sections_by_version(adjustments),
        proof_url=f"/receipts/{read.number}.tlog-proof" if record_mark else None,
        record_mark=record_mark,
        key=key,
        by_phone=answering.find_taken_as(read),
    )


def _done_on(incident: Incident, kind: StatementKind) -> date | None:
    stated = incident.statement(kind)
    return stated.done_on if stated else None


def _in_order(*moments: Iterator[Moment]) -> tuple[Moment, ...]:
    return tuple(sorted(dict.fromkeys(chain(*moments)), key=lambda each: each.on))


def _books(kept: Books) -> Iterator[Moment]:
    if kept.on is not None:
        yield Moment(MomentKind.BOOKS, kept.on, is_past=True)


def _moments(
    incident: Incident, adjustments: Sequence[Adjustment], sections: Sequence[DealSection], today: date
) -> Iterator[Moment]:
    for deal in {each.case.deal for each in adjustments}:
        yield Moment(MomentKind.CLOSED, deal.closed_on, is_past=True, deal_name=deal.name)
    yield Moment(MomentKind.DETECTED, incident.detected_on, is_past=True)
    stopped = incident.statement(StatementKind.STOPPED)
    if stopped:
        yield Moment(MomentKind.STOPPED, stopped.done_on, is_past=True)
    told = next((each.sent_at for each in incident.first_notices if each.sent_at), None)
    if told:
        yield Moment(MomentKind.FIRST_NOTICE, told.date(), is_past=True)
    by_version: dict[Proposal, list[DealSection]] = {}
    for each, section in zip(adjustments, sections, strict=True):
        if each.published_at is not None:
            yield Moment(MomentKind.PUBLISHED, each.published_at.date(), is_past=True)
        by_version.setdefault(each.proposal, []).append(section)
    for proposal, theirs in by_version.items():
        yield from _dates(proposal, theirs, today)


def _dates(proposal: Proposal, sections: Sequence[DealSection], today: date) -> Iterator[Moment]:
    """The dates that still matter to this reader: only where money moves."""
    pays, asks = any(each.pays for each in sections), any(each.asks and not each.is_settled for each in sections)
    if pays or asks or any(each.difference_cents for each in sections if each.is_correcting):
        yield Moment(MomentKind.LOOK_BY, proposal.look_by, is_past=proposal.look_by < today)
    if pays:
        yield Moment(MomentKind.PAY_BY, proposal.pay_by, is_past=proposal.pay_by < today)
    if asks:
        due_by = max(each.settle_on or proposal.due_by for each in sections if each.asks)
        yield Moment(MomentKind.DUE_BY, due_by, is_past=due_by < today)
