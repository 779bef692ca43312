"""What the newest replay says, as staff read it: coverage, buckets, what differs, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import exists, select

from app import allocations
from app.allocations import Bucket, DealDifference, Replay, ReplayDeal, Sum
from app.core.db import session
from app.deals import Import
from app.incidents.adding import list_addable
from app.incidents.coverage import Coverage, find_coverage, find_replay
from app.incidents.models import Incident


@dataclass(frozen=True)
class ReplayReport:
    """One replay with its coverage as of now; `before` is the replay that it is compared with, if there was one."""

    replay: Replay
    coverage: Coverage
    sums: Sequence[Sum]
    addable: Sequence[ReplayDeal]
    before: Replay | None
    is_outdated: bool

    @property
    def not_replayed(self) -> list[ReplayDeal]:
        """The deals that could not be replayed, each with its obstacle."""
        return [each for each in self.replay.deals if each.obstacle]

    @property
    def unbalanced(self) -> list[ReplayDeal]:
        """The deals whose changes do not sum to nothing: money was left over, or too much was given."""
        return [each for each in self.replay.deals if each.frozen_change_cents or each.recomputed_change_cents]

    @cached_property
    def differences(self) -> Sequence[DealDifference]:
        """Deal by deal what differs from the replay before, and why."""
        return allocations.differences_between(self.replay, self.before) if self.before else []

    def count(self, bucket: Bucket) -> int:
        """How many requests are in it, in all currencies."""
        return sum(each.count for each in self.sums if each.bucket is bucket)


def find_replay_report(incident: Incident) -> ReplayReport | None:
    """The report of the newest finished replay; None without one."""
    replay, coverage = find_replay(incident), find_coverage(incident)
    if replay is None or coverage is None:
        return None
    later = select(exists().where(Import.imported_at > replay.begun_at))
    return ReplayReport(
        replay=replay,
        coverage=coverage,
        sums=allocations.sums_of(replay),
        addable=list_addable(incident),
        before=allocations.find_replay_before(replay),
        is_outdated=bool(session.scalar(later)),
    )
