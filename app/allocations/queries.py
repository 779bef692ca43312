"""Reading runs: what they reproduce, whom they put right, and whether they still hold."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from app.allocations.certificate import certify
from app.allocations.models import BasisKind, Run, RunShare, ShareGroup
from app.allocations.replay import Bucket
from app.allocations.terms import Asked, Groups, Outcome, Rule
from app.core.db import session
from app.deals import Deal, Request


@dataclass(frozen=True, slots=True)
class Reproduction:
    """How many of the recorded allocations a run reproduces to the cent."""

    matching: int
    total: int

    @property
    def is_complete(self) -> bool:
        """Every recorded amount, and at least one. It supports a finding; it proves nothing."""
        return self.matching == self.total > 0


@dataclass(frozen=True, slots=True)
class Difference:
    """What one request was recorded with, and what the run gives it."""

    request: Request
    recorded_cents: int
    correct_cents: int

    @property
    def excess_cents(self) -> int:
        """Recorded above the run's share if positive, below it if negative."""
        return self.recorded_cents - self.correct_cents

    @property
    def bucket(self) -> Bucket:
        """Over, under or unaffected."""
        if self.excess_cents == 0:
            return Bucket.UNAFFECTED
        return Bucket.OVER if self.excess_cents > 0 else Bucket.UNDER


def reproduces(run: Run) -> Reproduction:
    """Compare every share of the run with what was recorded."""
    matching = sum(share.allocated_cents == share.request.recorded_cents for share in run.shares)
    return Reproduction(matching, len(run.shares))


def differences(run: Run) -> list[Difference]:
    """One for every request of the deal, in the order of the file, the unaffected included."""
    return [
        Difference(share.request, share.request.recorded_cents, share.allocated_cents)
        for share in sorted(run.shares, key=lambda share: share.request.position)
    ]


def recheck(run: Run) -> str | None:
    """Certify the stored run again from its rows and the bases it shared by: None when it holds, else what fails."""
    shares = sorted(run.shares, key=lambda share: share.request.position)
    asked = [Asked(share.request.requested_cents, share.basis_fraction) for share in shares]
    found = [
        [i for i, share in enumerate(shares) if share.share_group is group]
        for group in (ShareGroup.SHARED, ShareGroup.EQUAL, ShareGroup.OUT)
    ]
    outcome = Outcome([share.allocated_cents for share in shares], Groups(*found), run.rate, run.level)
    rule = Rule(run.rule, run.zero_basis, run.tie, run.minimum_cents or 0)
    return certify(run.deal.available_cents, asked, outcome, rule)


def get_run(pseudonym: str) -> Run:
    """The run with its deal, shares and requests. Raises NoResultFound."""
    return session.scalars(_whole().where(Run.pseudonym == pseudonym)).one()


def list_runs(deal: Deal) -> list[Run]:
    """Every run of a deal, oldest first."""
    return list(session.scalars(_whole().where(Run.deal_id == deal.id).order_by(Run.id)))


def find_newest_run(deal: Deal, rule: str, *, basis_kind: BasisKind = BasisKind.FROZEN) -> Run | None:
    """The last run of the named rule on a deal, by bases of that kind."""
    theirs = _whole().where(Run.deal_id == deal.id, Run.rule == rule, Run.basis_kind == basis_kind)
    return session.scalars(theirs.order_by(Run.id.desc()).limit(1)).one_or_none()


def _whole() -> Select[Run]:
    return select(Run).options(selectinload(Run.deal), selectinload(Run.shares).selectinload(RunShare.request))
