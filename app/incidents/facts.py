"""What a notice may say to one person: only recorded facts, with None where nothing was recorded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import contains_eager, joinedload

from app import audit
from app.allocations import Run
from app.core.bulk import is_among
from app.core.db import session
from app.core.text import format_phone, zone_name
from app.deals import Deal, Request
from app.identity import Account
from app.incidents.audience import Concerned
from app.incidents.coverage import signed_coverage
from app.incidents.models import Case, Incident, StatementKind
from app.incidents.outcomes import Outcomes, replaced_by, tell_apart
from app.incidents.proposal_models import Adjustment, Proposal
from app.notices import AllClear, Contact, Correction, Coverage, EnteredDeal, FirstNotice, Replaced, Update

OLD_AFTER_DAYS = 365


def has_run(incident: Incident) -> bool:
    """Whether the right rule was run on a deal of the incident; until then nobody knows if amounts change."""
    query = select(
        exists().where(
            Run.deal_id == Case.deal_id, Case.incident_id == incident.id, Run.deal_id == Deal.id, Run.rule == Deal.rule
        )
    )
    return bool(session.scalar(query))


def contact_facts(incident: Incident) -> Contact:
    """Whom to call, with hours and zone in words."""
    hours = f"{incident.contact_hours} {zone_name(incident.zone)}"
    return Contact(name=incident.contact_name, phone=format_phone(incident.contact_phone), hours=hours)


def first_notice_facts(incident: Incident, to: Concerned, *, promised_on: date) -> FirstNotice:
    """The first notice to one person: each deal they asked to enter, and since when the fault is stopped."""
    stopped = incident.statement(StatementKind.STOPPED)
    rows = session.execute(
        select(Deal.name, Request.agreement_signed_on, Account.name)
        .join(Request, Request.deal_id == Deal.id)
        .join(Case, Case.deal_id == Deal.id)
        .join(Account, Account.id == Request.account_id)
        .where(Case.incident_id == incident.id, Request.account_id.in_(to.account_ids))
        .order_by(Deal.closed_on, Account.id)
    ).all()
    several = len(to.account_ids) > 1
    return FirstNotice(
        reference=incident.reference,
        contact=contact_facts(incident),
        record_mark=audit.record_mark(),
        is_copy=to.is_copy,
        deals=tuple(EnteredDeal(name, signed_on, account if several else None) for name, signed_on, account in rows),
        stopped_on=stopped.done_on if stopped else None,
        has_run=has_run(incident),
        promised_on=promised_on,
    )


def update_facts(
    incident: Incident, to: Concerned, *, was_promised_on: date, left_to_do: str, promised_on: date
) -> Update:
    """That we need more time: the same for everybody, but for who gets a copy."""
    return Update(
        reference=incident.reference,
        contact=contact_facts(incident),
        record_mark=audit.record_mark(),
        is_copy=to.is_copy,
        was_promised_on=was_promised_on,
        left_to_do=left_to_do,
        promised_on=promised_on,
    )


@dataclass(frozen=True)
class Common:
    """What is the same in everybody's notice of one proposal."""

    reference: str
    contact: Contact
    record_mark: str | None
    fixed_on: date | None
    coverage: Coverage | None


def common_facts(proposal: Proposal) -> Common:
    """What everybody is told, read once."""
    incident = proposal.incident
    return Common(
        reference=incident.reference,
        contact=contact_facts(incident),
        record_mark=audit.record_mark(),
        fixed_on=_fixed_on(incident),
        coverage=_coverage(proposal),
    )


def tell(proposal: Proposal, to: Concerned, adjustments: Sequence[Adjustment], common: Common) -> Correction | AllClear:
    """One person's notice of a proposal, over all their accounts; all clear when each of them was right.

    What is kept was told before.
    """
    new, several = [each for each in adjustments if not each.is_kept], len(to.account_ids) > 1
    told = tell_apart(proposal, new, accounts=to.account_ids, several=several)
    replaced = tuple(was for each in new if (was := replaced_by(each, several=several)))
    if told.has_outcome:
        return _correction(proposal, to, told, common, replaced)
    return AllClear(**vars(common), is_copy=to.is_copy, unchanged=tuple(told.unchanged), replaced=replaced)


def _correction(
    proposal: Proposal, to: Concerned, told: Outcomes, common: Common, replaced: tuple[Replaced, ...]
) -> Correction:
    return Correction(
        **vars(common),
        replaced=replaced,
        is_copy=to.is_copy,
        refunds=tuple(told.refunds),
        offers=tuple(told.offers),
        new_rounds=tuple(told.new_rounds),
        payments=tuple(told.payments),
        no_actions=tuple(told.no_actions),
        waived=tuple(told.waived),
        distributions=tuple(told.distributions),
        claims=tuple(told.claims),
        held=tuple(told.held),
        unchanged=tuple(told.unchanged),
        look_by=proposal.look_by,
        pay_by=proposal.pay_by if told.pays else None,
        due_by=proposal.due_by if told.asks else None,
        remind_on=proposal.remind_on if told.asks else None,
        is_bridged=proposal.policy["is_bridged"],
        years_to_find=_years_to_find(told.first_closed_on, proposal.incident.detected_on),
    )


def _coverage(proposal: Proposal) -> Coverage | None:
    """Of the other deals that the rule at fault was used for, as it was signed."""
    signed = signed_coverage(proposal)
    return Coverage(signed.others_checked, signed.others) if signed else None


def _fixed_on(incident: Incident) -> date | None:
    fixed = incident.statement(StatementKind.FIXED)
    return fixed.done_on if fixed else None


def list_adjustments(proposal: Proposal, account_ids: Collection[int]) -> Sequence[Adjustment]:
    """The adjustments of these accounts, oldest deal first."""
    return session.scalars(_adjustments(proposal).where(is_among(Adjustment.account_id, account_ids))).all()


def list_unpublished(proposal: Proposal) -> Sequence[Adjustment]:
    """The adjustments that no batch has published."""
    return session.scalars(_adjustments(proposal).where(Adjustment.published_at.is_(None))).all()


def _adjustments(proposal: Proposal) -> Select[Adjustment]:
    return (
        select(Adjustment)
        .join(Adjustment.case)
        .join(Case.deal)
        .where(Adjustment.proposal_id == proposal.id)
        .order_by(Deal.closed_on, Adjustment.account_id)
        .options(
            joinedload(Adjustment.account),
            joinedload(Adjustment.request),
            contains_eager(Adjustment.case).contains_eager(Case.deal).joinedload(Deal.agreement),
        )
    )


def _years_to_find(oldest: date, detected_on: date) -> int | None:
    days = (detected_on - oldest).days
    return (days + OLD_AFTER_DAYS // 2) // OLD_AFTER_DAYS if days >= OLD_AFTER_DAYS else None
