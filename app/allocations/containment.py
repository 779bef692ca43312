"""Which rules are contained: run to reproduce and to replay, never to correct by. Pure."""

from collections.abc import Iterable

from app.deals.rule_names import RuleName


def contained(at_fault: Iterable[RuleName]) -> frozenset[RuleName]:
    """Every defect, and every rule that is `at_fault` in an open incident; no proposal may go by one of them."""
    return frozenset(rule for rule in RuleName if rule.is_defect) | frozenset(at_fault)
