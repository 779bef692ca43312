"""Who is touched only through averages: what a notice and a page may say about it, from the stored replay."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import exists, or_, select

from app.allocations import BasisKind, Bucket, Replay, ReplayDeal, ReplayShare, RunShare
from app.core.db import session
from app.deals import Request
from app.incidents.proposal_models import Adjustment, Proposal, ProposalPart


@dataclass(frozen=True)
class NewAverage:
    """The recorded average of an account and the one recomputed, in minor units, exactly, over `count` investments."""

    recorded: Fraction
    recomputed: Fraction
    count: int | None

    @property
    def change_cents(self) -> Fraction | None:
        """How much more, in all, the corrected earlier allocations come to; None where nobody counted them."""
        return None if self.count is None else (self.recomputed - self.recorded) * self.count


@dataclass(frozen=True)
class Touched:
    """An allocation that changes only with recomputed averages. `was_in_the_mistake`: its holder was there as well."""

    was_in_the_mistake: bool
    has_new_average: bool


def basis_of(part: ProposalPart, request: Request) -> Fraction:
    """The average that the run of this part shared by for one request."""
    if part.run.basis_kind is BasisKind.FROZEN:
        return request.basis_fraction
    shared = select(RunShare).where(RunShare.run_id == part.run_id, RunShare.request_id == request.id)
    return session.scalars(shared).one().basis_fraction


def find_new_average(part: ProposalPart, request: Request) -> NewAverage | None:
    """What became of the recorded average, where it was recomputed to something else."""
    recorded, used = request.basis_fraction, basis_of(part, request)
    return None if used == recorded else NewAverage(recorded, used, request.basis_count)


def find_touched(part: ProposalPart, adjustment: Adjustment, accounts: Collection[int]) -> Touched | None:
    """How averages alone reach this adjustment, by the replay that the proposal could know.

    `accounts` are all of the reader's. None where the mistake itself reached it, or frozen averages bind.
    """
    if part.run.basis_kind is BasisKind.FROZEN:
        return None
    replay_id = _replay_known_to(part.proposal)
    of_request = (ReplayShare.replay_id == replay_id, ReplayShare.request_id == adjustment.request_id)
    bucket = session.scalar(select(ReplayShare.bucket).where(*of_request))
    if bucket is not Bucket.KNOCK_ON:
        return None
    began = (
        select(ReplayDeal.deal_id)
        .where(ReplayDeal.replay_id == replay_id, or_(ReplayDeal.over > 0, ReplayDeal.under > 0))
        .scalar_subquery()
    )
    was_there = exists().where(Request.account_id.in_(accounts), Request.deal_id.in_(began))
    return Touched(
        was_in_the_mistake=bool(session.scalar(select(was_there))),
        has_new_average=find_new_average(part, adjustment.request) is not None,
    )


def _replay_known_to(proposal: Proposal) -> int | None:
    known = select(Replay.id).where(
        Replay.incident_id == proposal.incident_id, Replay.finished_at <= proposal.proposed_at
    )
    return session.scalar(known.order_by(Replay.id.desc()).limit(1))
