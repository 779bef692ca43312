"""Proration, its certificate, the defects, and recorded runs."""

from app.allocations.averages import todays_bases
from app.allocations.certificate import certify
from app.allocations.crosscheck import crosscheck
from app.allocations.models import BasisKind, Run, RunShare, ShareGroup
from app.allocations.operations import CannotRun, run
from app.allocations.proration import prorate
from app.allocations.queries import (
    Difference,
    Reproduction,
    differences,
    find_newest_run,
    get_run,
    list_runs,
    recheck,
    reproduces,
)
from app.allocations.replay import Bucket, Entered, Entry, Figure, Replayed, replay
from app.allocations.reproduction import Ranked, compare, list_tied, rank_defects
from app.allocations.rules import RULES, UnknownRule, allocate
from app.allocations.terms import Asked, Groups, Outcome, Rule, Tie, ZeroBasis
from app.allocations.trace import Round, Trace, trace

__all__ = [
    "RULES",
    "Asked",
    "BasisKind",
    "Bucket",
    "CannotRun",
    "Difference",
    "Entered",
    "Entry",
    "Figure",
    "Groups",
    "Outcome",
    "Ranked",
    "Replayed",
    "Reproduction",
    "Round",
    "Rule",
    "Run",
    "RunShare",
    "ShareGroup",
    "Tie",
    "Trace",
    "UnknownRule",
    "ZeroBasis",
    "allocate",
    "certify",
    "compare",
    "crosscheck",
    "differences",
    "find_newest_run",
    "get_run",
    "list_runs",
    "list_tied",
    "prorate",
    "rank_defects",
    "recheck",
    "replay",
    "reproduces",
    "run",
    "todays_bases",
    "trace",
]
