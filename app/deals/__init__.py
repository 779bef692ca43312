"""Deals, agreements, releases, requests and what was recorded and paid: the facts, as imported."""

from app.deals.models import Agreement, Deal, Distribution, Import, Mark, Payment, Rate, Release, Request
from app.deals.rule_names import RuleName

__all__ = [
    "Agreement",
    "Deal",
    "Distribution",
    "Import",
    "Mark",
    "Payment",
    "Rate",
    "Release",
    "Request",
    "RuleName",
]
