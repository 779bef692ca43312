"""The rounds by which a part of a proposal was shared, for investors: without anybody's own figure."""

from functools import lru_cache

from sqlalchemy import select

from app import allocations
from app.allocations import Asked, Passage, Rule, Run, RunShare
from app.core.db import session
from app.deals import Request
from app.incidents.proposal_models import ProposalPart


def rounds_without_names(part: ProposalPart) -> tuple[Passage, ...]:
    """The rounds among those who share by average; none where some are held and the rule was run among the rest."""
    return () if part.held else _of_run(part.run.digest, part.run_id)


@lru_cache(maxsize=64)
def _of_run(digest: str, run_id: int) -> tuple[Passage, ...]:
    """A run never changes, and its digest covers what went in: it is followed once, not for every page."""
    run = session.get_one(Run, run_id)
    rows = session.execute(
        select(Request.requested_cents, RunShare)
        .join(RunShare, RunShare.request_id == Request.id)
        .where(RunShare.run_id == run_id)
        .order_by(Request.position)
    )
    asked = [Asked(requested, share.basis_fraction) for requested, share in rows]
    rule = Rule(run.rule, run.zero_basis, run.tie, run.minimum_cents or 0)
    return tuple(allocations.without_names(allocations.trace(run.deal.available_cents, asked, rule).rounds))
