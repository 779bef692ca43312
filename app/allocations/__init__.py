"""Proration, its certificate, the defects, and recorded runs."""

from app.allocations.certificate import certify
from app.allocations.models import BasisKind, Run, RunShare, ShareGroup
from app.allocations.operations import CannotRun, run
from app.allocations.proration import prorate
from app.allocations.queries import (
    Bucket,
    Difference,
    Reproduction,
    differences,
    find_newest_run,
    get_run,
    list_runs,
    recheck,
    reproduces,
)
from app.allocations.rules import RULES, UnknownRule, allocate
from app.allocations.terms import Asked, Groups, Outcome, Rule, Tie, ZeroBasis

__all__ = [
    "RULES",
    "Asked",
    "BasisKind",
    "Bucket",
    "CannotRun",
    "Difference",
    "Groups",
    "Outcome",
    "Reproduction",
    "Rule",
    "Run",
    "RunShare",
    "ShareGroup",
    "Tie",
    "UnknownRule",
    "ZeroBasis",
    "allocate",
    "certify",
    "differences",
    "find_newest_run",
    "get_run",
    "list_runs",
    "prorate",
    "recheck",
    "reproduces",
    "run",
]
