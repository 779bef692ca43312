"""What an attestation says: each check with its outcome. Amounts are minor units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from app.allocations import BasisKind, ShareGroup, Tie, ZeroBasis
from app.deals import RuleName


@dataclass(frozen=True)
class AttestedShare:
    """One request in one run: everything that is needed to work out its share again.

    `product` is rate or level times what it is shared by, before floor and cap; None where nobody was cut, or out.
    `account` is pseudonymous. `second_cents` is what the second calculation gives.
    """

    position: int
    account: str
    requested_cents: int
    basis: Fraction
    group: ShareGroup
    left_as: int | None
    product: Fraction | None
    is_capped: bool
    allocated_cents: int
    second_cents: int

    @property
    def floor_cents(self) -> int:
        """The product without its fraction, and never above the request; the request where nobody was cut."""
        if self.group is ShareGroup.OUT:
            return 0
        return self.requested_cents if self.product is None else min(self.requested_cents, int(self.product))

    @property
    def left_over(self) -> int:
        """The left-over minor unit that came on top of the floor: 0 or 1."""
        return self.allocated_cents - self.floor_cents

    @property
    def agrees(self) -> bool:
        """Whether both calculations give the same."""
        return self.allocated_cents == self.second_cents


@dataclass(frozen=True)
class AttestedRun:
    """One run of a right rule, calculated a second time and certified again."""

    run: str
    digest: str
    deal_id: str
    deal_name: str
    currency: str
    closed_on: date
    available_cents: int
    rule: RuleName
    bases: BasisKind
    zero_basis: ZeroBasis
    tie: Tie
    minimum_cents: int | None
    rate: Fraction | None
    level: Fraction | None
    made_at: datetime
    certificate: str
    shares: Sequence[AttestedShare]

    @property
    def differing(self) -> Sequence[int]:
        """The positions at which the two calculations differ."""
        return [share.position for share in self.shares if not share.agrees]

    @property
    def allocated_cents(self) -> int:
        """What the run gives, all together."""
        return sum(share.allocated_cents for share in self.shares)


@dataclass(frozen=True)
class Check:
    """One thing that was examined: what, and whether it holds; `says` gives the figures or what is wrong."""

    what: str
    holds: bool
    says: str


@dataclass(frozen=True)
class Step:
    """One request of the sample, with how its share comes about in words."""

    deal_id: str
    run: str
    position: int
    account: str
    words: Sequence[str]


@dataclass(frozen=True)
class ErasedFact:
    """One erasure: which event's parts are gone, who asked and who released it, and where the log says so."""

    idx: int | None
    action: str
    parts: Sequence[str]
    asked_by: str
    asked_at: datetime | None
    asked_because: str
    released_by: str
    released_at: datetime
    released_because: str
    logged_as: int


@dataclass(frozen=True)
class Attestation:
    """The figures of an incident as they were checked. `seed` is the SHA-256 of the re-performance file."""

    v: int
    kind: str
    reference: str
    title: str
    as_of: datetime
    log_size: int
    holds: bool
    checks: Sequence[Check]
    erased: Sequence[ErasedFact]
    runs: Sequence[AttestedRun]
    seed: str
    sample: Sequence[Step]
