"""The remedies of every deal side by side, read from the runs, payments, marks and distributions that are there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from app.allocations import Run
from app.deals import Deal, Mark
from app.identity import Account
from app.incidents.adjusting import Worked, work_out
from app.incidents.comparing import SCENARIOS, Bin, Option, Scenario, histogram, scenarios
from app.incidents.decisions import INTEREST_POLICY
from app.incidents.findings import DealFinding, list_findings
from app.incidents.models import Case, Incident
from app.incidents.remedies import CannotCompute, Effect, Holding, Remedy, effects_of, is_in_another_tax_year
from app.incidents.rerunning import Shares, shares_of
from app.settlement import CannotCalculate


@dataclass(frozen=True)
class WhatIf:
    """What the comparison assumes: the day refunds are paid, the interest policy, and by the deal's name in its files
    the multiple for C and the positions that decline."""

    pay_by: date
    due_by: date
    interest_policy: str = INTEREST_POLICY
    multiples: Mapping[str, Fraction] = field(default_factory=dict)
    declining: Mapping[str, Collection[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseComparison:
    """A, B, C and D on one deal. `multiple` is what C was worked out by; `mark` the newest one that is imported."""

    case: Case
    run: Run | None
    options: Mapping[Remedy, Option]
    multiple: Fraction | None
    mark: Mark | None
    shares: Shares | None
    straddles: Sequence[date]

    @property
    def deal(self) -> Deal:
        """The deal that is compared."""
        return self.case.deal

    @property
    def holdings(self) -> list[Holding]:
        """One for every request, in the order of the file; empty before a run."""
        return [each.holding for each in self.options[Remedy.NONE].effects]

    @property
    def changes(self) -> list[Bin]:
        """How redistribution changes the allocations, counted."""
        return histogram([each.corrected_cents - each.recorded_cents for each in self.holdings])

    @property
    def scenarios(self) -> list[Scenario]:
        """What C costs by the multiple, the chosen one and the mark among them."""
        own = [self.multiple] if self.multiple is not None else []
        marked = [self.mark.multiple_fraction] if self.mark else []
        return scenarios(self.holdings, [*SCENARIOS, *own, *marked])

    @property
    def held(self) -> list[Account]:
        """Who declines and keeps what they have."""
        corrected = self.shares.corrected if self.shares else []
        return [each.request.account for each in corrected if each.is_held]

    @property
    def held_positions(self) -> list[int]:
        """Their positions in the file."""
        return self.shares.held if self.shares else []

    def rows(self, *, after: int = 0, at_most: int = 50) -> list["InvestorRow"]:
        """A page of investors in the order of the file, `after` a position."""
        accounts = {each.position: each.account for each in self.deal.requests}
        columns = [self.options[remedy].effects for remedy in Remedy]
        found: list[InvestorRow] = []
        for place, holding in enumerate(self.holdings):
            if holding.position > after and len(found) < at_most:
                effects = {remedy: column[place] for remedy, column in zip(Remedy, columns, strict=True) if column}
                found.append(InvestorRow(accounts[holding.position], holding, effects))
        return found


@dataclass(frozen=True)
class InvestorRow:
    """One holding, and what each remedy that can be computed does to it."""

    account: Account
    holding: Holding
    effects: Mapping[Remedy, Effect]


def compare(incident: Incident, what_if: WhatIf) -> list[CaseComparison]:
    """One comparison for each case. Raises IncompleteDecision for positions that a deal does not have."""
    findings = list_findings(incident)
    return [_compare(case, finding, what_if) for case, finding in zip(incident.cases, findings, strict=True)]


def _compare(case: Case, finding: DealFinding, what_if: WhatIf) -> CaseComparison:
    deal, run = case.deal, finding.right
    mark = deal.marks[-1] if deal.marks else None
    multiple = what_if.multiples.get(deal.external_id, mark.multiple_fraction if mark else None)
    shares = shares_of(run, what_if.declining.get(deal.external_id, ())) if run else None
    days = (what_if.pay_by, what_if.due_by)
    return CaseComparison(
        case=case,
        run=run,
        options=_options(deal, shares, multiple, what_if),
        multiple=multiple,
        mark=mark,
        shares=shares,
        straddles=[day for day in days if is_in_another_tax_year(deal.closed_on.year, day.year)],
    )


def _options(deal: Deal, shares: Shares | None, multiple: Fraction | None, what_if: WhatIf) -> Mapping[Remedy, Option]:
    if shares is None:
        missing = f"The right shares are missing: run {deal.rule}, the rule of the agreement, on this deal."
        return {remedy: Option(remedy, deal.available_cents, [], missing) for remedy in Remedy}
    worked, no_interest = _worked(deal, shares, what_if)
    holdings = [each.holding for each in worked]
    found = {remedy: _option(remedy, deal, holdings, multiple) for remedy in Remedy}
    if no_interest:
        found[Remedy.REDISTRIBUTION] = Option(Remedy.REDISTRIBUTION, deal.available_cents, [], no_interest)
    return found


def _worked(deal: Deal, shares: Shares, what_if: WhatIf) -> tuple[list[Worked], str]:
    """With interest, or without it and why it cannot be reckoned."""
    try:
        return work_out(deal, shares.corrected, pay_by=what_if.pay_by, policy=what_if.interest_policy), ""
    except CannotCalculate as missing:
        return work_out(deal, shares.corrected, pay_by=what_if.pay_by, policy=None), str(missing)


def _option(remedy: Remedy, deal: Deal, holdings: Sequence[Holding], multiple: Fraction | None) -> Option:
    try:
        return Option(remedy, deal.available_cents, effects_of(remedy, holdings, multiple))
    except CannotCompute as missing:
        return Option(remedy, deal.available_cents, [], str(missing))
