"""What a dossier says of each deal: how the record came about, whether it holds, and what is right."""

from collections.abc import Sequence

from app import allocations
from app.allocations import Asked, Difference, Outcome, Rule, Run
from app.allocations.terms import Groups
from app.deals import Deal
from app.incidents.findings import DealFinding
from app.incidents.papers.dossier_facts import Affected, DealFact, Explained


def describe_deal(finding: DealFinding) -> DealFact:
    """One deal with every request of it."""
    deal, right = finding.deal, finding.right
    explained = _explained(deal)
    return DealFact(
        deal_id=deal.external_id,
        name=deal.name,
        currency=deal.currency,
        available_cents=deal.available_cents,
        closed_on=deal.closed_on,
        release=deal.release.name,
        rule=deal.rule,
        agreement=deal.agreement.version,
        clause=deal.agreement.clause,
        clause_text=deal.agreement.clause_text,
        rate=right.rate if right else None,
        recorded_certificate=_certify_record(right) if right else None,
        run=right.audit_name if right else None,
        run_digest=right.digest if right else None,
        correct_certificate=_say(allocations.recheck(right)) if right else None,
        explained=explained,
        shows_no_defect=finding.shows_no_defect,
        tied=[each.rule for each in explained if each.matching == explained[0].matching > 0],
        affected=[_affected(each) for each in finding.differences],
    )


def _affected(each: Difference) -> Affected:
    return Affected(
        position=each.request.position,
        account_id=each.request.account.external_id,
        account_name=each.request.account.name,
        requested_cents=each.request.requested_cents,
        recorded_cents=each.recorded_cents,
        correct_cents=each.correct_cents,
        bucket=each.bucket,
    )


def _explained(deal: Deal) -> Sequence[Explained]:
    """Every defect on the frozen inputs, the one that gives most of the record first."""
    asked = [Asked(request.requested_cents, request.basis_fraction) for request in deal.requests]
    recorded = [request.recorded_cents for request in deal.requests]
    rule = Rule(deal.rule, minimum=deal.minimum_cents or 0)
    ranked = allocations.rank_defects(deal.available_cents, asked, recorded, rule, allocations.todays_bases(deal))
    return [
        Explained(each.rule, each.matching, each.total, [position + 1 for position in each.unexplained])
        for each in ranked
    ]


def _certify_record(right: Run) -> str:
    """The certificate of what was recorded, held against the groups and the rate of the right run."""
    shares = sorted(right.shares, key=lambda share: share.request.position)
    asked = [Asked(share.request.requested_cents, share.basis_fraction) for share in shares]
    by_group = {
        group: [i for i, share in enumerate(shares) if share.share_group is group] for group in allocations.ShareGroup
    }
    recorded = [share.request.recorded_cents for share in shares]
    outcome = Outcome(recorded, Groups(*by_group.values()), right.rate, right.level)
    rule = Rule(right.rule, right.zero_basis, right.tie, right.minimum_cents or 0)
    return _say(allocations.certify(right.deal.available_cents, asked, outcome, rule))


def _say(fault: str | None) -> str:
    return "holds" if fault is None else f"fails: {fault}"
