"""Every run of a right rule, calculated a second time by code that shares nothing with the engine."""

from collections.abc import Sequence
from fractions import Fraction

from app import allocations
from app.allocations import Asked, Rule, Run, RunShare, ShareGroup
from app.incidents.models import Incident
from app.incidents.papers.attested import AttestedRun, AttestedShare


def look_again(incident: Incident) -> Sequence[AttestedRun]:
    """The runs in the order of deals and of their making; those of a defect only reproduce, and are left out."""
    runs = [run for case in incident.cases for run in allocations.list_runs(case.deal)]
    return [_attested(run) for run in runs if not run.rule.is_defect]


def _attested(run: Run) -> AttestedRun:
    shares = sorted(run.shares, key=lambda share: share.request.position)
    asked = [Asked(share.request.requested_cents, share.basis_fraction) for share in shares]
    rule = Rule(run.rule, run.zero_basis, run.tie, run.minimum_cents or 0)
    second = allocations.crosscheck(run.deal.available_cents, asked, rule)
    fault = allocations.recheck(run)
    return AttestedRun(
        run=run.audit_name,
        digest=run.digest,
        deal_id=run.deal.external_id,
        deal_name=run.deal.name,
        currency=run.deal.currency,
        closed_on=run.deal.closed_on,
        available_cents=run.deal.available_cents,
        rule=run.rule,
        bases=run.basis_kind,
        zero_basis=run.zero_basis,
        tie=run.tie,
        minimum_cents=run.minimum_cents,
        rate=run.rate,
        level=run.level,
        made_at=run.made_at,
        certificate="holds" if fault is None else f"fails: {fault}",
        shares=[_share(run, share, cents) for share, cents in zip(shares, second, strict=True)],
    )


def _share(run: Run, share: RunShare, second_cents: int) -> AttestedShare:
    return AttestedShare(
        position=share.request.position,
        account=share.request.account.audit_name,
        requested_cents=share.request.requested_cents,
        basis=share.basis_fraction,
        group=share.share_group,
        left_as=share.left_as,
        product=_product(run, share),
        is_capped=share.is_capped,
        allocated_cents=share.allocated_cents,
        second_cents=second_cents,
    )


def _product(run: Run, share: RunShare) -> Fraction | None:
    """The rate times the basis, or the equal level; None where nobody of the group was cut."""
    return run.level if share.share_group is ShareGroup.EQUAL else share.by_the_rate
