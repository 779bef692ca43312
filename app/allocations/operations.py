"""Running a rule on a deal and keeping what came out. Callers own the transaction; see `app.core.db`."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

import rfc8785

from app import audit
from app.allocations.certificate import certify
from app.allocations.models import Run, RunShare, ShareGroup
from app.allocations.rules import allocate
from app.allocations.terms import Asked, Outcome, Rule
from app.core.db import session
from app.core.text import plain_fraction
from app.deals import Deal, Request, RuleName
from app.identity import Person


def run(*, deal: Deal, rule: str, by: Person | str, at: datetime) -> Run:
    """Run the named rule on the frozen requests of the deal; the shares and their certificate are kept.

    A failing certificate is kept as well: that is how a defect shows. Raises UnknownRule.
    """
    made = _made(deal, Rule(rule, minimum=deal.minimum_cents or 0))
    made.made_by_id = by.id if isinstance(by, Person) else None
    made.made_at = at
    session.add(made)
    session.flush()
    parts = {"certificate": made.certificate, "digest": made.digest, "rate": made.rate_text}
    audit.record(action="run.made", actor=by, subject=made, at=at, deal=deal.external_id, rule=rule, **parts)
    return made


def _made(deal: Deal, rule: Rule) -> Run:
    asked = [Asked(request.requested_cents, request.basis_fraction) for request in deal.requests]
    outcome = allocate(deal.available_cents, asked, rule)
    fault = certify(deal.available_cents, asked, outcome, rule)
    return Run(
        deal=deal,
        rule=RuleName(rule.name),
        zero_basis=rule.zero_basis,
        tie=rule.tie,
        minimum_cents=deal.minimum_cents,
        rate_text=_text(outcome.rate),
        level_text=_text(outcome.level),
        certificate="holds" if fault is None else f"fails: {fault}",
        digest=_digest(deal, rule, outcome),
        shares=_shares(deal.requests, asked, outcome),
    )


def _shares(requests: Sequence[Request], asked: Sequence[Asked], outcome: Outcome) -> list[RunShare]:
    groups = dict.fromkeys(outcome.groups.shared, ShareGroup.SHARED) | dict.fromkeys(
        outcome.groups.equal, ShareGroup.EQUAL
    )
    left_as = {i: order for order, i in enumerate(outcome.groups.out, 1)}
    return [
        RunShare(
            request=request,
            allocated_cents=outcome.shares[i],
            is_capped=is_capped,
            share_group=groups.get(i, ShareGroup.OUT),
            left_as=left_as.get(i),
        )
        for i, (request, is_capped) in enumerate(zip(requests, outcome.capped(asked), strict=True))
    ]


def _digest(deal: Deal, rule: Rule, outcome: Outcome) -> str:
    """SHA-256 of the RFC 8785 form of everything that went in and came out; amounts are minor units as text."""
    form = {
        "deal": deal.external_id,
        "available": str(deal.available_cents),
        "rule": {"name": rule.name, "zero_basis": rule.zero_basis, "tie": rule.tie, "minimum": str(rule.minimum)},
        "rate": _text(outcome.rate),
        "level": _text(outcome.level),
        "requests": [
            {"requested": str(request.requested_cents), "basis": request.basis, "allocated": str(share)}
            for request, share in zip(deal.requests, outcome.shares, strict=True)
        ],
    }
    return hashlib.sha256(rfc8785.dumps(form)).hexdigest()


def _text(value: Fraction | None) -> str | None:
    return None if value is None else plain_fraction(value)
