"""Proration, its certificate, the defects, and recorded runs."""

from app.allocations.anonymous import Passage, without_names
from app.allocations.averages import todays_bases
from app.allocations.certificate import certify
from app.allocations.containment import contained
from app.allocations.crosscheck import crosscheck
from app.allocations.models import BasisKind, Run, RunShare, ShareGroup
from app.allocations.operations import CannotRun, run, run_if_changed
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
from app.allocations.replay_models import Replay, ReplayDeal, ReplayShare
from app.allocations.replay_queries import (
    DealDifference,
    Sum,
    differences_between,
    find_replay,
    find_replay_before,
    list_replay_shares,
    recomputed_bases,
    sums_of,
)
from app.allocations.replay_reading import first_faulty, is_since
from app.allocations.replaying import CannotReplay, Commission, Tell, make_replay
from app.allocations.reproduction import Ranked, compare, list_tied, rank_defects
from app.allocations.rules import RULES, UnknownRule, allocate
from app.allocations.terms import Asked, Groups, Outcome, Rule, Tie, ZeroBasis
from app.allocations.trace import Round, Trace, trace

__all__ = [
    "RULES",
    "Asked",
    "BasisKind",
    "Bucket",
    "CannotReplay",
    "CannotRun",
    "Commission",
    "DealDifference",
    "Difference",
    "Entered",
    "Entry",
    "Figure",
    "Groups",
    "Outcome",
    "Passage",
    "Ranked",
    "Replay",
    "ReplayDeal",
    "ReplayShare",
    "Replayed",
    "Reproduction",
    "Round",
    "Rule",
    "Run",
    "RunShare",
    "ShareGroup",
    "Sum",
    "Tell",
    "Tie",
    "Trace",
    "UnknownRule",
    "ZeroBasis",
    "allocate",
    "certify",
    "compare",
    "contained",
    "crosscheck",
    "differences",
    "differences_between",
    "find_newest_run",
    "find_replay",
    "find_replay_before",
    "first_faulty",
    "get_run",
    "is_since",
    "list_replay_shares",
    "list_runs",
    "list_tied",
    "make_replay",
    "prorate",
    "rank_defects",
    "recheck",
    "recomputed_bases",
    "replay",
    "reproduces",
    "run",
    "run_if_changed",
    "sums_of",
    "todays_bases",
    "trace",
    "without_names",
]
