"""Running a rule on a deal and keeping what came out. Callers own the transaction; see `app.core.db`."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

import rfc8785

from app import audit
from app.allocations.averages import todays_bases
from app.allocations.certificate import certify
from app.allocations.models import BasisKind, Run, RunShare, ShareGroup
from app.allocations.queries import find_newest_run
from app.allocations.rules import allocate
from app.allocations.terms import Asked, Outcome, Rule
from app.core.db import session
from app.core.errors import DomainError
from app.core.text import plain_fraction
from app.deals import Deal, Request, RuleName
from app.identity import Person


class CannotRun(DomainError):
    """The rule cannot be run on the deal like this."""


def run(*, deal: Deal, rule: str, by: Person | str, at: datetime, bases: Mapping[int, Fraction] | None = None) -> Run:
    """Run the named rule on the requests of the deal; the shares and their certificate are kept.

    `bases` are recomputed ones by request id, in minor units; a request not named keeps its frozen basis.
    A failing certificate is kept as well: that is how a defect shows. `current-basis` shares by the averages of
    today and is certified by the bases frozen at the deal, as every run is: where the two differ its certificate says
    by which it fails. Raises UnknownRule, CannotRun.
    """
    return _keep(_draft(deal, rule, bases), by, at)


def run_if_changed(
    *, deal: Deal, rule: str, by: Person | str, at: datetime, bases: Mapping[int, Fraction] | None = None
) -> Run:
    """The newest run of that rule and kind of bases where the same went in and came out, else another as by `run`."""
    made = _draft(deal, rule, bases)
    newest = find_newest_run(deal, rule, basis_kind=made.basis_kind)
    return newest if newest is not None and newest.digest == made.digest else _keep(made, by, at)


def _draft(deal: Deal, rule: str, bases: Mapping[int, Fraction] | None) -> Run:
    made = _made(deal, Rule(rule, minimum=deal.minimum_cents or 0), _bases(deal, bases or {}))
    made.basis_kind = BasisKind.FROZEN if bases is None else BasisKind.RECOMPUTED
    return made


def _keep(made: Run, by: Person | str, at: datetime) -> Run:
    made.made_by_id = by.id if isinstance(by, Person) else None
    made.made_at = at
    session.add(made)
    session.flush()
    audit.record(
        action="run.made",
        actor=by,
        subject=made,
        at=at,
        deal=made.deal.external_id,
        rule=made.rule.value,
        bases=made.basis_kind.value,
        certificate=made.certificate,
        digest=made.digest,
        rate=made.rate_text,
    )
    return made


def _bases(deal: Deal, recomputed: Mapping[int, Fraction]) -> list[str]:
    """The basis of each request as text, in the order of the requests."""
    if recomputed.keys() - {request.id for request in deal.requests}:
        raise CannotRun(f"{deal.name}: a recomputed basis belongs to a request of another deal.")
    if any(basis < 0 for basis in recomputed.values()):
        raise CannotRun(f"{deal.name}: a recomputed basis is below zero.")
    return [
        plain_fraction(recomputed[request.id]) if request.id in recomputed else request.basis
        for request in deal.requests
    ]


def _made(deal: Deal, rule: Rule, bases: Sequence[str]) -> Run:
    asked = [
        Asked(request.requested_cents, Fraction(basis)) for request, basis in zip(deal.requests, bases, strict=True)
    ]
    today = _today(deal, rule)
    outcome = allocate(deal.available_cents, asked, rule, today)
    fault = _fault(deal, asked, outcome, rule, today)
    return Run(
        deal=deal,
        rule=RuleName(rule.name),
        zero_basis=rule.zero_basis,
        tie=rule.tie,
        minimum_cents=deal.minimum_cents,
        rate_text=_text(outcome.rate),
        level_text=_text(outcome.level),
        certificate="holds" if fault is None else f"fails: {fault}",
        digest=_digest(deal, rule, bases, outcome, today),
        shares=_shares(deal.requests, bases, asked, outcome),
    )


def _today(deal: Deal, rule: Rule) -> Sequence[Fraction | None] | None:
    """The averages of today where the rule needs them."""
    if rule.name != RuleName.CURRENT_BASIS:
        return None
    today = todays_bases(deal)
    if all(average is None for average in today):
        raise CannotRun(
            f"{deal.name}: no request of its accounts says over how many investments its basis was averaged, "
            "so the averages of today are not known. Import basis_count."
        )
    return today


def _fault(
    deal: Deal, asked: Sequence[Asked], outcome: Outcome, rule: Rule, today: Sequence[Fraction | None] | None
) -> str | None:
    """What is wrong with the outcome by the bases of the run; with averages of today it is checked by those first."""
    fault = certify(deal.available_cents, asked, outcome, rule)
    if today is None or fault is None:
        return fault
    used = [each if basis is None else Asked(each.requested, basis) for each, basis in zip(asked, today, strict=True)]
    by_todays = certify(deal.available_cents, used, outcome, rule) or "it holds"
    return f"by the averages frozen at the deal, {fault}; by those of today {by_todays}"


def _shares(
    requests: Sequence[Request], bases: Sequence[str], asked: Sequence[Asked], outcome: Outcome
) -> list[RunShare]:
    groups = dict.fromkeys(outcome.groups.shared, ShareGroup.SHARED) | dict.fromkeys(
        outcome.groups.equal, ShareGroup.EQUAL
    )
    left_as = {i: order for order, i in enumerate(outcome.groups.out, 1)}
    return [
        RunShare(
            request=request,
            basis=bases[i],
            allocated_cents=outcome.shares[i],
            is_capped=is_capped,
            share_group=groups.get(i, ShareGroup.OUT),
            left_as=left_as.get(i),
        )
        for i, (request, is_capped) in enumerate(zip(requests, outcome.capped(asked), strict=True))
    ]


def _digest(
    deal: Deal, rule: Rule, bases: Sequence[str], outcome: Outcome, today: Sequence[Fraction | None] | None
) -> str:
    """SHA-256 of the RFC 8785 form of everything that went in and came out; amounts are minor units as text."""
    form: dict[str, Any] = {
        "deal": deal.external_id,
        "available": str(deal.available_cents),
        "rule": {"name": rule.name, "zero_basis": rule.zero_basis, "tie": rule.tie, "minimum": str(rule.minimum)},
        "rate": _text(outcome.rate),
        "level": _text(outcome.level),
        "requests": [
            {"requested": str(request.requested_cents), "basis": basis, "allocated": str(share)}
            for request, basis, share in zip(deal.requests, bases, outcome.shares, strict=True)
        ],
    }
    if today is not None:
        form["today"] = [_text(average) for average in today]
    return hashlib.sha256(rfc8785.dumps(form)).hexdigest()


def _text(value: Fraction | None) -> str | None:
    return None if value is None else plain_fraction(value)
