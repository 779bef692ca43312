"""From the decision about one deal to its part of a proposal and the adjustments. Callers own the transaction."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.allocations import Run
from app.core.text import plain_fraction
from app.incidents.adjusting import Worked, adjust, work_out
from app.incidents.current import find_covering
from app.incidents.decisions import CaseDecision, Decision, IncompleteDecision
from app.incidents.distributions import Distributions
from app.incidents.models import Case
from app.incidents.moved import Moved, moved_in
from app.incidents.proposal_models import Adjustment, ProposalPart
from app.incidents.remedies import CannotCompute, Remedy, effects_of
from app.incidents.rerunning import shares_of
from app.incidents.risks import assess
from app.incidents.ruling import RulingKind, find_ruling
from app.incidents.unpaid import Unpaid
from app.incidents.worded import find_missing_words


@dataclass(frozen=True)
class Terms:
    """What holds for every deal of a proposal: the texts that exist, the decision over all, interest's last day."""

    texts: Collection[str]
    over_all: Decision
    pay_by: date


@dataclass(frozen=True)
class Decided:
    """One deal's part and its adjustments, not stored yet."""

    part: ProposalPart
    adjustments: list[Adjustment]
    moved: Mapping[int, Moved]


def decide(case: Case, run: Run, decision: CaseDecision, terms: Terms) -> Decided:
    """The part of one case. Raises IncompleteDecision, CannotCompute or CannotCalculate, in words."""
    name = case.deal.name
    distributions = _distributions(case, decision)
    shares = shares_of(run, decision.declining)
    over_all = terms.over_all
    missing = find_missing_words(
        terms.texts,
        remedy=decision.remedy,
        distributions=distributions,
        has_held=bool(shares.held),
        waives_payment=over_all.threshold.waives.waives_payment,
        unpaid=_unpaid(decision, over_all),
        replaces=find_covering(case) is not None,
    )
    if missing:
        raise IncompleteDecision(f"{name}: there is no approved text for the {missing} yet, so it cannot be proposed.")
    if decision.remedy is not Remedy.REDISTRIBUTION and not decision.reason.strip():
        raise IncompleteDecision(f"{name}: write why {decision.remedy.label} and not what the agreement says.")
    moved = moved_in(case)
    worked = work_out(case.deal, shares.corrected, pay_by=terms.pay_by, policy=over_all.interest_policy, moved=moved)
    part = _part(case, run, decision, worked, distributions)
    part.held, part.held_rate_text = shares.held, _text(shares.rate) if shares.held else None
    return Decided(part, adjust(part, worked, threshold=over_all.threshold, distributions=distributions), moved)


def _unpaid(decision: CaseDecision, over_all: Decision) -> Unpaid:
    """What becomes of the unpaid offers of this deal."""
    if decision.remedy is not Remedy.REDISTRIBUTION:
        return Unpaid.ENDS
    return over_all.unpaid_obliged if decision.is_obliging else over_all.unpaid_offer


def newest_multiple(case: Case) -> Fraction | None:
    """The price by the newest mark of the deal, divided by the price paid."""
    return case.deal.marks[-1].multiple_fraction if case.deal.marks else None


def _part(
    case: Case, run: Run, decision: CaseDecision, worked: list[Worked], distributions: Distributions
) -> ProposalPart:
    multiple = _multiple(case, decision)
    cost = _cash(decision.remedy, worked, multiple)
    assessed = assess(decision.remedy, cost_cents=cost, available_cents=case.deal.available_cents)
    return ProposalPart(
        case=case,
        case_id=case.id,
        remedy=decision.remedy,
        run=run,
        reason=decision.reason,
        risk=decision.risk or assessed.level,
        risk_reason=decision.risk_reason.strip() or assessed.reason,
        multiple_text=_text(multiple),
        distributions=distributions,
        distributions_reason=decision.distributions_reason,
        obliged_by=_obliged_by(case, decision),
    )


def _text(rate: Fraction | None) -> str | None:
    return None if rate is None else plain_fraction(rate)


def _cash(remedy: Remedy, worked: list[Worked], multiple: Fraction | None) -> int:
    return sum(effect.cash_cents for effect in effects_of(remedy, [each.holding for each in worked], multiple))


def _multiple(case: Case, decision: CaseDecision) -> Fraction | None:
    if decision.remedy is not Remedy.CASH:
        return None
    multiple = decision.multiple if decision.multiple is not None else newest_multiple(case)
    if multiple is None or multiple < 0:
        raise CannotCompute(f"{case.deal.name}: import a mark of this deal, or give a multiple of at least 0.")
    return multiple


def _distributions(case: Case, decision: CaseDecision) -> Distributions:
    """What happens to the deal's distributions; the default is that they are trued up."""
    if not case.deal.distributions:
        return Distributions.NOTHING
    usual = Distributions.LEFT if decision.remedy is Remedy.NONE else Distributions.TRUED_UP
    chosen, name = decision.distributions or usual, case.deal.name
    if chosen is Distributions.NOTHING:
        raise IncompleteDecision(f"{name} paid a distribution: say what happens to it.")
    if chosen is not Distributions.TRUED_UP and not decision.distributions_reason.strip():
        raise IncompleteDecision(f"{name}: write why its distributions are not trued up at the platform's cost.")
    if decision.remedy is Remedy.NONE and chosen is not Distributions.LEFT:
        raise IncompleteDecision(f"{name}: no action leaves its distributions as they are.")
    if chosen is Distributions.CLAIMED and not _may_claim(case, decision.remedy):
        raise IncompleteDecision(f"{name}: only legal may decide, under B, that investors owe distributions back.")
    return chosen


def _may_claim(case: Case, remedy: Remedy) -> bool:
    return remedy is Remedy.REDISTRIBUTION and find_ruling(case, RulingKind.CLAIMED) is not None


def _obliged_by(case: Case, decision: CaseDecision) -> str:
    if not decision.is_obliging:
        return ""
    if decision.remedy is not Remedy.REDISTRIBUTION:
        raise IncompleteDecision(f"{case.deal.name}: only under B may an agreement oblige anybody to take an offer.")
    ruling = find_ruling(case, RulingKind.OBLIGED)
    if ruling is None:
        raise IncompleteDecision(f"{case.deal.name}: an offer may be declined until legal names the clause against it.")
    return ruling.clause
