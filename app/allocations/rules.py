"""The registry: every rule by its name, the right one and the defects. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from app.allocations import defects, proration
from app.allocations.terms import Asked, Outcome, Rule
from app.core.errors import DomainError
from app.deals.rule_names import RuleName


class UnknownRule(DomainError):
    """No rule that can share a list of requests has this name."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a rule shares, in code and in one line of words."""

    share: Callable[[int, Sequence[Asked], Rule], Outcome]
    summary: str


RULES: Mapping[str, Way] = MappingProxyType(
    {
        RuleName.PRO_RATA_1: Way(
            proration.prorate, "in proportion to the basis, up to the request; what is left is shared again"
        ),
        RuleName.SINGLE_PASS: Way(
            defects.single_pass, "defect: what capped requests leave is shared once, the cap is not checked again"
        ),
        RuleName.CLAMP_ONLY: Way(defects.clamp_only, "defect: cut at the request, the excess is never shared"),
        RuleName.NO_CAP: Way(defects.no_cap, "defect: plain proportion to the basis, no cap"),
        RuleName.ROUND_EACH: Way(defects.round_each, "defect: each share is rounded half up on its own"),
    }
)


def way_of(name: str) -> Way:
    """The way a rule shares. Raises UnknownRule."""
    if name == RuleName.CURRENT_BASIS:
        raise UnknownRule(
            "The rule 'current-basis' needs the averages of today; requests alone cannot reproduce it."
            " Import the deal with basis_count: the page “Who is affected” runs it."
        )
    if name not in RULES:
        raise UnknownRule(f"There is no rule {name!r}. Use one of: {', '.join(RULES)}.")
    return RULES[name]


def allocate(
    available: int, requests: Sequence[Asked], rule: Rule, today: Sequence[Fraction | None] | None = None
) -> Outcome:
    """Share `available` minor units as the named rule does. Raises UnknownRule.

    Only `current-basis` looks at the averages of `today`, one for each request, null where none is known;
    without them it is refused.
    """
    if rule.name == RuleName.CURRENT_BASIS and today is not None:
        return defects.current_basis(available, requests, rule, today)
    return way_of(rule.name).share(available, requests, rule)
