"""What is decided about the cases of an incident, before it becomes a proposal. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypedDict

from app.core.errors import DomainError
from app.incidents.distributions import Distributions
from app.incidents.remedies import Remedy, Waiver
from app.incidents.risks import Risk
from app.incidents.unpaid import Unpaid, check_unpaid

INTEREST_POLICY = "simple-act/365f"
"""The usual policy of interest; `settlement.get_policy` knows the others, with a cap in their name."""


class Assumption(TypedDict):
    """One doubt about a fact and how it was resolved: in the investor's favour, so it says how."""

    doubt: str
    resolved: str


@dataclass(frozen=True)
class CaseDecision:
    """The decision for one deal. What is left empty is taken as the comparison assesses it.

    `multiple` is the price now by the price paid, for C; without one the newest mark. `distributions` none: trued up
    where the deal paid any. `declining` are positions of requests whose holders decline an offer; they keep what they
    have. `is_obliging`: the offers of this deal may not be declined, which legal must have ruled.
    """

    remedy: Remedy = Remedy.REDISTRIBUTION
    reason: str = ""
    risk: Risk | None = None
    risk_reason: str = ""
    multiple: Fraction | None = None
    distributions: Distributions | None = None
    distributions_reason: str = ""
    declining: frozenset[int] = frozenset()
    is_obliging: bool = False


@dataclass(frozen=True)
class Threshold:
    """What is waived for amounts below `cents`, minor units by currency. A currency that is missing waives nothing."""

    cents: Mapping[str, int] = field(default_factory=dict)
    waives: Waiver = Waiver.NOTHING
    reason: str = ""

    def check(self) -> None:
        """Raises IncompleteDecision."""
        if any(cents <= 0 for cents in self.cents.values()):
            raise IncompleteDecision("A threshold is an amount above 0; leave it empty where nothing is waived.")
        if bool(self.cents) is (self.waives is Waiver.NOTHING):
            raise IncompleteDecision("A threshold needs an amount and what it waives: a notice, a payment or both.")
        if self.cents and not self.reason.strip():
            raise IncompleteDecision("Write why smaller amounts are waived. The correction itself never is.")

    def waiver_for(self, currency: str, *amounts: int) -> Waiver:
        """What is waived for one adjustment with these amounts, of which the largest counts."""
        largest = max(abs(each) for each in amounts)
        return self.waives if 0 < largest < self.cents.get(currency, 0) else Waiver.NOTHING


@dataclass(frozen=True)
class Decision:
    """The decisions by the deal's name in its files, and what holds for all of them.

    `covers` names the deals that this version puts right; without it, all of them.
    """

    cases: Mapping[str, CaseDecision] = field(default_factory=dict)
    interest_policy: str = INTEREST_POLICY
    threshold: Threshold = Threshold()
    assumptions: Sequence[Assumption] = ()
    unpaid_offer: Unpaid = Unpaid.ENDS
    unpaid_obliged: Unpaid = Unpaid.ENDS
    covers: frozenset[str] | None = None

    def check(self, currencies: Mapping[str, str]) -> None:
        """Raises IncompleteDecision when something is missing, or CannotBeUnpaid.

        `currencies` names every deal that may be decided about, with its currency.
        """
        self.threshold.check()
        if self.covers is not None and not self.covers:
            raise IncompleteDecision("Choose at least one deal that this version puts right.")
        if unknown := sorted((set(self.cases) | (self.covers or set())) - set(currencies)):
            raise IncompleteDecision(f"The decision names a deal that the incident has no case for: {unknown[0]}.")
        if foreign := sorted(set(self.threshold.cents) - set(currencies.values())):
            raise IncompleteDecision(f"No deal of this incident is in {foreign[0]}, so nothing can be waived in it.")
        check_unpaid(
            declinable=self.unpaid_offer,
            obliged=self.unpaid_obliged,
            has_obliged=any(each.is_obliging for deal, each in self.cases.items() if self.is_about(deal)),
        )
        if any(not each["doubt"].strip() or not each["resolved"].strip() for each in self.assumptions):
            raise IncompleteDecision("An assumption says both the doubt and how it was resolved for the investor.")

    def is_about(self, deal: str) -> bool:
        """Whether this version puts that deal right."""
        return self.covers is None or deal in self.covers

    def of(self, deal: str) -> CaseDecision:
        """The decision for that deal; redistribution where nothing else was said."""
        return self.cases.get(deal, CaseDecision())


class IncompleteDecision(DomainError):
    """Something that the decision needs was not said."""
