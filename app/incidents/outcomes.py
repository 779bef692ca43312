"""From adjustments to what a correction says of each: by the remedy of its deal, and only what is recorded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TypedDict
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app import notices, settlement
from app.core.db import session
from app.incidents.distributions import Distributions
from app.incidents.interest_due import worked_lines
from app.incidents.knock_on import find_touched
from app.incidents.proposal_lines import InterestLine
from app.incidents.proposal_models import Adjustment, Proposal, ProposalPart
from app.incidents.remedies import Remedy
from app.incidents.ruling import Ruling, RulingKind
from app.incidents.unpaid import Unpaid


class InDeal(TypedDict):
    """How every outcome begins."""

    deal_name: str
    account_name: str | None
    currency: str


@dataclass
class Outcomes:
    """What comes of some adjustments, each kind in the order of the deals."""

    refunds: list[notices.Refund] = field(default_factory=list)
    offers: list[notices.Offer] = field(default_factory=list)
    new_rounds: list[notices.NewRound] = field(default_factory=list)
    payments: list[notices.Cash] = field(default_factory=list)
    no_actions: list[notices.NoAction] = field(default_factory=list)
    waived: list[notices.Waived] = field(default_factory=list)
    distributions: list[notices.Distribution] = field(default_factory=list)
    claims: list[notices.Claim] = field(default_factory=list)
    held: list[notices.Held] = field(default_factory=list)
    unchanged: list[notices.Unchanged] = field(default_factory=list)
    first_closed_on: date = date.max

    @property
    def has_outcome(self) -> bool:
        """Whether there is anything to tell but that an allocation was right."""
        return self.first_closed_on < date.max

    @property
    def knock_on(self) -> notices.KnockOn | None:
        """How averages alone reach the first of them, if they do."""
        found = [each.knock_on for each in self.refunds] + [each.knock_on for each in self.offers]
        return next(iter(found), None)

    @property
    def pays(self) -> bool:
        """Whether the reader is sent money, or has less of it to pay."""
        paid = any(each.cash_cents for each in self.payments) or any(each.cents > 0 for each in self.distributions)
        return bool(self.refunds) or paid

    @property
    def asks(self) -> bool:
        """Whether the reader may or must pay anything."""
        return bool(self.offers or self.claims or any(each.offered_cents for each in self.new_rounds))


def tell_apart(
    proposal: Proposal, adjustments: Sequence[Adjustment], *, accounts: Collection[int], several: bool = False
) -> Outcomes:
    """What comes of one reader's adjustments; `accounts` are all of theirs, and `several` names the account in each."""
    parts = {part.case_id: part for part in proposal.parts}
    told = Outcomes()
    for each in adjustments:
        part, where = parts[each.case_id], _where(each, several=several)
        if each.is_held:
            told.held.append(notices.Held(**where, recorded_cents=each.recorded_cents, is_lapsed=each.is_lapsed))
        elif not is_touched(each):
            has_new_round = part.remedy is Remedy.NEW_ROUND
            told.unchanged.append(
                notices.Unchanged(**where, correct_cents=each.corrected_cents, has_new_round=has_new_round)
            )
            continue
        told.first_closed_on = min(told.first_closed_on, each.case.deal.closed_on)
        if each.waived.waives_payment:
            told.waived.append(_waived(part, each, where))
        else:
            _add_allocation(told, part, each, where, accounts)
            _add_distribution(told, part, each, where)
    return told


def replaced_by(each: Adjustment, *, several: bool = False) -> notices.Replaced | None:
    """What was written before of an account in a deal, where this version says something else."""
    if each.replaces_id is None or each.is_kept:
        return None
    before, published_at = each.replaces, each.replaces.published_at if each.replaces else None
    if before is None or published_at is None:
        return None
    return notices.Replaced(
        **_where(each, several=several),
        written_on=published_at.astimezone(ZoneInfo(before.proposal.incident.zone)).date(),
        was_correct_cents=before.corrected_cents,
        correct_cents=None if each.is_held else each.corrected_cents,
        repaid_cents=each.repaid_cents,
        taken_cents=each.taken_cents,
        left_cents=each.left_cents,
        ends_invoice=before.offer_cents > each.taken_cents - before.taken_cents,
    )


def is_touched(adjustment: Adjustment) -> bool:
    """Whether the mistake reached this account in this deal, whatever is done about it."""
    return bool(adjustment.difference_cents or adjustment.distribution_cents)


def _where(each: Adjustment, *, several: bool) -> InDeal:
    deal = each.case.deal
    return InDeal(deal_name=deal.name, account_name=each.account.name if several else None, currency=deal.currency)


def _add_allocation(
    told: Outcomes, part: ProposalPart, each: Adjustment, where: InDeal, accounts: Collection[int]
) -> None:
    if not each.difference_cents:
        return
    match part.remedy:
        case Remedy.REDISTRIBUTION if each.difference_cents < 0:
            told.refunds.append(_refund(part, each, where, _knock_on(part, each, accounts)))
        case Remedy.REDISTRIBUTION:
            told.offers.append(_offer(part, each, where, _knock_on(part, each, accounts)))
        case Remedy.NEW_ROUND:
            told.new_rounds.append(_new_round(each, where))
        case Remedy.CASH:
            told.payments.append(_cash(part, each, where))
        case Remedy.NONE:
            told.no_actions.append(_no_action(part, each, where))


def _add_distribution(told: Outcomes, part: ProposalPart, each: Adjustment, where: InDeal) -> None:
    cents = each.distribution_cents
    days = tuple(date.fromisoformat(line["paid_on"]) for line in each.distribution_lines)
    if cents < 0 and part.distributions is Distributions.CLAIMED:
        clause, reason = clause_of_claim(part), part.distributions_reason
        told.claims.append(notices.Claim(**where, cents=-cents, paid_on=days, clause=clause, reason=reason))
    elif cents:
        told.distributions.append(notices.Distribution(**where, cents=cents, paid_on=days))


def clause_of_claim(part: ProposalPart) -> str:
    """The clause by which legal decided that a distribution is asked back. Raises NoResultFound."""
    ruled = select(Ruling.clause).where(Ruling.case_id == part.case_id, Ruling.kind == RulingKind.CLAIMED)
    return session.scalars(ruled.order_by(Ruling.id.desc()).limit(1)).one()


def _knock_on(part: ProposalPart, each: Adjustment, accounts: Collection[int]) -> notices.KnockOn | None:
    touched = find_touched(part, each, accounts)
    if touched is None:
        return None
    return notices.KnockOn(was_in_the_mistake=touched.was_in_the_mistake, has_new_average=touched.has_new_average)


def _refund(part: ProposalPart, each: Adjustment, where: InDeal, knock_on: notices.KnockOn | None) -> notices.Refund:
    deal, request = each.case.deal, each.request
    lines = sorted(worked_lines(each.interest_lines), key=lambda line: line.from_on)
    policy = part.proposal.policy["interest"]
    return notices.Refund(
        **where,
        recorded_cents=each.recorded_cents,
        correct_cents=each.corrected_cents,
        requested_cents=request.requested_cents,
        signed_on=request.agreement_signed_on,
        clause=deal.agreement.clause,
        collected_cents=each.refund_cents,
        repaid_cents=each.repaid_cents,
        interest_cents=each.interest_cents,
        interest_rates=tuple(line.rate for line in lines),
        interest_days=interest_days(policy, each.interest_lines) if lines else None,
        interest_terms=_interest_terms(policy, each.interest_lines),
        share_before=Fraction(each.recorded_cents, deal.available_cents),
        share_after=Fraction(each.corrected_cents, deal.available_cents),
        has_mark=bool(deal.marks),
        knock_on=knock_on,
    )


def interest_days(policy: str, lines: Sequence[InterestLine]) -> int:
    """The days from the first to the last of stored lines, as the policy counts them; 0 without lines."""
    if not lines:
        return 0
    first, last = min(line["from_on"] for line in lines), max(line["to_on"] for line in lines)
    day_count = settlement.get_policy(policy).day_count
    return day_count.days(date.fromisoformat(first), date.fromisoformat(last))


def _interest_terms(policy: str, lines: Sequence[InterestLine]) -> notices.InterestTerms | None:
    """How the interest ran, where a reader must be told more than rate and days."""
    chosen = settlement.get_policy(policy)
    has_reached = any(line.get("is_limited", False) for line in lines)
    terms = notices.InterestTerms(
        day_count=chosen.day_count.value,
        is_compound=chosen.is_compound,
        is_by_whole_months=chosen.is_by_whole_months,
        limit=chosen.cap if has_reached else None,
    )
    return terms if lines and terms != notices.InterestTerms() else None


def _offer(part: ProposalPart, each: Adjustment, where: InDeal, knock_on: notices.KnockOn | None) -> notices.Offer:
    unpaid = unpaid_of(part)
    return notices.Offer(
        **where,
        recorded_cents=each.recorded_cents,
        correct_cents=each.corrected_cents,
        obliged_by=part.obliged_by or None,
        taken_cents=each.taken_cents,
        is_offered_again=unpaid is Unpaid.OFFERED_AGAIN,
        stays_due=unpaid is Unpaid.STAYS_DUE,
        knock_on=knock_on,
    )


def unpaid_of(part: ProposalPart) -> Unpaid:
    """What becomes of an offer of this part that is unpaid on its last day; what is not bought in a new round ends."""
    policy = part.proposal.policy
    if part.remedy is not Remedy.REDISTRIBUTION:
        return Unpaid.ENDS
    return Unpaid(policy.get("unpaid_obliged", Unpaid.ENDS) if part.obliged_by else policy["unpaid_offer"])


def _new_round(each: Adjustment, where: InDeal) -> notices.NewRound:
    return notices.NewRound(
        **where,
        recorded_cents=each.recorded_cents,
        correct_cents=each.corrected_cents,
        requested_cents=each.request.requested_cents,
        offered_cents=each.offer_cents,
        price_year=each.case.deal.closed_on.year,
    )


def _cash(part: ProposalPart, each: Adjustment, where: InDeal) -> notices.Cash:
    return notices.Cash(
        **where,
        recorded_cents=each.recorded_cents,
        correct_cents=each.corrected_cents,
        requested_cents=each.request.requested_cents,
        cash_cents=each.cash_cents,
        multiple=part.multiple or Fraction(0),
        priced_on=priced_on(part),
    )


def priced_on(part: ProposalPart) -> date | None:
    """The day of the price that C goes by; None where no mark gives that price."""
    known_by = part.proposal.proposed_at.date()
    days = (
        mark.as_of
        for mark in part.case.deal.marks
        if mark.multiple_fraction == part.multiple and mark.as_of <= known_by
    )
    return max(days, default=None)


def _no_action(part: ProposalPart, each: Adjustment, where: InDeal) -> notices.NoAction:
    return notices.NoAction(
        **where,
        recorded_cents=each.recorded_cents,
        correct_cents=each.corrected_cents,
        requested_cents=each.request.requested_cents,
        reason=part.reason,
    )


def _waived(part: ProposalPart, each: Adjustment, where: InDeal) -> notices.Waived:
    return notices.Waived(
        **where,
        recorded_cents=each.recorded_cents,
        correct_cents=each.corrected_cents,
        limit_cents=part.proposal.thresholds[each.case.deal.currency],
        reason=part.proposal.threshold_reason,
        is_corrected=part.remedy is Remedy.REDISTRIBUTION,
    )
