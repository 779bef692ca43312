"""Publishing one adjustment: it is recorded, and what it comes to in money becomes due. Callers own the transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm.attributes import set_committed_value

from app import audit, settlement
from app.core.bulk import is_among
from app.core.db import session, table_of
from app.incidents.answering.correcting import close_what_is_corrected
from app.incidents.answering.pausing import hold_what_is_disputed
from app.incidents.audience import count_concerned, list_account_ids
from app.incidents.distributions import Distributions
from app.incidents.proposal_models import Adjustment, Proposal, ProposalPart
from app.incidents.readdressing import hold_what_became_due
from app.incidents.replacing import is_a_first
from app.incidents.superseding import carry_holds, end_what_is_replaced
from app.settlement import Direction
from app.tlog.encoding import JSON

WORKER = "system:worker"
_ADJUSTMENT = table_of(Adjustment)


@dataclass(frozen=True)
class Payable:
    """One payment that an adjustment leads to: minor units, and the day by which it is paid."""

    direction: Direction
    principal_cents: int
    interest_cents: int
    due_on: date


def publish_adjustments(proposal: Proposal, adjustments: Sequence[Adjustment], at: datetime) -> None:
    """Make figures visible and their money due, once; what an earlier version made due and is still open ends.

    Those that are kept say nothing new: the earlier ones stand.
    """
    unpublished = [each for each in adjustments if each.published_at is None and not each.is_kept]
    if not unpublished:
        return
    parts = {part.case_id: part for part in proposal.parts}
    _publish(unpublished, at)
    named = proposal.audit_name
    for each in unpublished:
        _record_correction(named, parts[each.case_id], each, at)
    arrived = end_what_is_replaced(unpublished, by=WORKER, at=at)
    close_what_is_corrected(proposal, unpublished, by=WORKER, at=at)
    dues = [
        _due(payable, each, less=arrived.get(each.id, 0) if payable.direction is Direction.OFFER else 0)
        for each in unpublished
        for payable in payables_of(parts[each.case_id], each)
    ]
    settlement.make_all_due([due for due in dues if due.principal_cents or due.interest_cents], at=at)
    hold_what_became_due(unpublished, at=at)
    hold_what_is_disputed(unpublished, at=at)
    carry_holds(unpublished, at=at)  # last: what is held by a rule of its own is not held twice


def keep_the_rest(proposal: Proposal, at: datetime) -> None:
    """What says nothing new is published too, silently: one statement, whatever the number."""
    kept = (_ADJUSTMENT.c.proposal_id == proposal.id, _ADJUSTMENT.c.is_kept, _ADJUSTMENT.c.published_at.is_(None))
    session.connection().execute(update(_ADJUSTMENT).where(*kept).values(published_at=at))


def _publish(adjustments: Sequence[Adjustment], at: datetime) -> None:
    """One statement for all, and the loaded objects as the rows are now."""
    ids = [each.id for each in adjustments]
    session.connection().execute(update(_ADJUSTMENT).where(is_among(_ADJUSTMENT.c.id, ids)).values(published_at=at))
    for each in adjustments:
        set_committed_value(each, "published_at", at)


def is_notice_waived(adjustments: Sequence[Adjustment]) -> bool:
    """Whether the threshold waives writing to somebody with these adjustments: all that changes for them is small."""
    changed = [each for each in adjustments if _is_told(each) and not each.is_kept]
    return bool(changed) and all(each.waived.waives_notice for each in changed)


def is_written_to(adjustments: Sequence[Adjustment]) -> bool:
    """Whether somebody with these adjustments of a version gets its notice: it says something new, and not waived."""
    return any(not each.is_kept for each in adjustments) and not is_notice_waived(adjustments)


def count_addressed(proposal: Proposal, on: date) -> int:
    """How many people a version says something new to, whether or not the threshold waives their notice."""
    if is_a_first(proposal):
        return count_concerned(proposal.incident, on)
    new = {each.account_id for each in proposal.adjustments if not each.is_kept}
    return sum(bool(accounts & new) for accounts in list_account_ids(proposal.incident, on))


def count_written(proposal: Proposal, on: date) -> int:
    """How many people a publication writes to: everybody addressed but those whose notice the threshold waives."""
    if not proposal.threshold_waives.waives_notice:
        return count_addressed(proposal, on)
    new = [each for each in proposal.adjustments if not each.is_kept]
    told = [each for each in new if _is_told(each)]
    small = {each.account_id for each in told if each.waived.waives_notice}
    large = {each.account_id for each in told if not each.waived.waives_notice}
    addressed = {each.account_id for each in new}
    people = list_account_ids(proposal.incident, on)
    return sum(bool(accounts & addressed) and not (accounts & small and not accounts & large) for accounts in people)


def _is_told(adjustment: Adjustment) -> bool:
    """Whether there is more to say of it than that it was right."""
    changes = adjustment.difference_cents or adjustment.is_held or adjustment.distribution_cents
    return bool(changes or adjustment.replaces_id)


def payables_of(part: ProposalPart, adjustment: Adjustment) -> Iterator[Payable]:
    """What an adjustment makes due, from its own money columns; nothing where it is kept, or payment is waived."""
    if adjustment.is_kept or adjustment.waived.waives_payment:
        return
    pay_by, due_by = part.proposal.pay_by, part.proposal.due_by
    if adjustment.refund_cents:
        yield Payable(Direction.REFUND, adjustment.refund_cents, adjustment.interest_cents, pay_by)
    if adjustment.offer_cents:
        yield Payable(Direction.OFFER, adjustment.offer_cents, 0, due_by)
    if adjustment.cash_cents:
        yield Payable(Direction.CASH, adjustment.cash_cents, 0, pay_by)
    if adjustment.distribution_cents > 0:
        yield Payable(Direction.DISTRIBUTION, adjustment.distribution_cents, 0, pay_by)
    if adjustment.distribution_cents < 0 and part.distributions is Distributions.CLAIMED:
        yield Payable(Direction.CLAIM, -adjustment.distribution_cents, 0, due_by)


def _due(payable: Payable, adjustment: Adjustment, *, less: int) -> settlement.Due:
    return settlement.Due(
        adjustment_id=adjustment.id,
        account=adjustment.account,
        deal=adjustment.case.deal,
        direction=payable.direction,
        principal_cents=max(0, payable.principal_cents - less),
        interest_cents=payable.interest_cents,
        due_on=payable.due_on,
    )


def _record_correction(proposal_name: str, part: ProposalPart, adjustment: Adjustment, at: datetime) -> None:
    replaced: Mapping[str, JSON] = (
        {"replaces": part.replaces.audit_name, "left_cents": adjustment.left_cents} if part.replaces else {}
    )
    audit.record(
        action="correction.published",
        actor=WORKER,
        subject=adjustment.account,
        at=at,
        proposal=proposal_name,
        deal=adjustment.case.deal.audit_name,
        remedy=part.remedy.value,
        recorded_cents=adjustment.recorded_cents,
        corrected_cents=adjustment.corrected_cents,
        refund_cents=adjustment.refund_cents,
        interest_cents=adjustment.interest_cents,
        offer_cents=adjustment.offer_cents,
        cash_cents=adjustment.cash_cents,
        distribution_cents=adjustment.distribution_cents,
        waived=adjustment.waived.value,
        **replaced,
    )
