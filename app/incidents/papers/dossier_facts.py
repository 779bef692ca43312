"""What a dossier holds: records that are printed and written as JSON under these names. Amounts are minor units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from app.deals import RuleName
from app.incidents.papers.dossier_evidence import EvidenceFact, ReleaseFact, StatementFact
from app.incidents.papers.timeline import Happening


@dataclass(frozen=True)
class LogMark:
    """Where the log stood: how many of its events the dossier's newest one is, and the first checkpoint over it."""

    size: int
    checkpoint: str | None


@dataclass(frozen=True)
class Explained:
    """How many recorded amounts one defect gives to the cent; `unexplained` are positions in the file, from 1."""

    rule: RuleName
    matching: int
    total: int
    unexplained: Sequence[int]


@dataclass(frozen=True)
class Affected:
    """One request: what was recorded and what is right."""

    position: int
    account_id: str
    account_name: str
    requested_cents: int
    recorded_cents: int
    correct_cents: int
    bucket: str

    @property
    def change_cents(self) -> int:
        """Right less recorded."""
        return self.correct_cents - self.recorded_cents


@dataclass(frozen=True)
class DealFact:
    """One deal of the incident. The certificates say "holds", or what fails first; None where nothing was run."""

    deal_id: str
    name: str
    currency: str
    available_cents: int
    closed_on: date
    release: str
    rule: RuleName
    agreement: str
    clause: str
    clause_text: str
    rate: Fraction | None
    recorded_certificate: str | None
    run: str | None
    run_digest: str | None
    correct_certificate: str | None
    explained: Sequence[Explained]
    shows_no_defect: bool
    tied: Sequence[RuleName]
    affected: Sequence[Affected]

    def count(self, bucket: str) -> int:
        """How many requests are in the bucket."""
        return sum(each.bucket == bucket for each in self.affected)


@dataclass(frozen=True)
class SignatureFact:
    """Somebody's signature on a digest."""

    role: str
    name: str
    digest: str
    note: str
    at: datetime


@dataclass(frozen=True)
class WorkedLine:
    """One line of interest, exact amounts as fractions of minor units."""

    from_on: date
    to_on: date
    days: int
    year_days: int
    rate: Fraction
    percent: str
    base: Fraction
    exact: Fraction
    is_limited: bool


@dataclass(frozen=True)
class InterestFact:
    """The interest of one adjustment, and the lines whose sum it is, rounded half up once."""

    deal_id: str
    deal_name: str
    account_id: str
    account_name: str
    currency: str
    interest_cents: int
    lines: Sequence[WorkedLine]


@dataclass(frozen=True)
class ReplayedDeal:
    """One deal of the replay: how many of its requests are in each bucket, or why it could not be replayed."""

    deal_id: str
    name: str
    over: int
    under: int
    knock_on: int
    unaffected: int
    not_checkable: int
    obstacle: str | None


@dataclass(frozen=True)
class ReplayedShare:
    """One request that is not plainly right, by frozen and by recomputed bases; None where nobody can say."""

    deal_id: str
    currency: str
    account_id: str
    account_name: str
    bucket: str
    recorded_cents: int
    frozen_cents: int | None
    recomputed_cents: int | None
    reason: str | None


@dataclass(frozen=True)
class ReplayFact:
    """The newest replay over every deal since the first faulty release, and what it covers."""

    digest: str | None
    since_on: date
    finished_at: datetime | None
    replayed: int
    in_range: int
    sentence: str
    deals: Sequence[ReplayedDeal]
    shares: Sequence[ReplayedShare]


@dataclass(frozen=True)
class OptionFact:
    """One remedy on one deal, on the dates of the newest proposal. `missing` says what it cannot do without."""

    deal_id: str
    deal_name: str
    currency: str
    remedy: str
    is_chosen: bool
    missing: str
    involved: int
    received_cents: int
    offer_cents: int
    new_capital_cents: int
    dilution: Fraction
    cost_cents: int
    left_wrong: int
    above_request: int
    risk: str
    risk_reason: str


@dataclass(frozen=True)
class PartFact:
    """What a proposal decides for one deal, and why."""

    deal_id: str
    deal_name: str
    remedy: str
    reason: str
    risk: str
    risk_reason: str
    multiple: Fraction | None
    distributions: str
    distributions_reason: str
    obliged_by: str
    held: Sequence[int]


@dataclass(frozen=True)
class BindingFact:
    """Which bases bind, and whose decision that was; nobody decided it where `by` is None."""

    bases: str
    reason: str
    by: str | None
    at: datetime | None


@dataclass(frozen=True)
class PartyFact:
    """Whether somebody else was told, or why they need not be; neither where it is still open."""

    party: str
    told_on: date | None
    because: str


@dataclass(frozen=True)
class ProposalFact:
    """One version of the proposal. Its policy carries the rates that interest was worked out by."""

    version: int
    state: str
    digest: str
    proposed_by: str
    proposed_at: datetime
    reason: str
    dates: Mapping[str, date]
    policy: Mapping[str, object]
    parts: Sequence[PartFact]
    threshold: Sequence[Mapping[str, int] | str]
    assumptions: Sequence[Mapping[str, str]]
    signatures: Sequence[SignatureFact]
    rejection: str
    rejected_by: str | None


@dataclass(frozen=True)
class Dossier:
    """The evidence for management and legal. `as_of` is the newest event about the incident, not the clock's time.

    Two dossiers of the same state are the same. Privileged notes of legal and pay-to details are never part of it.
    """

    v: int
    kind: str
    reference: str
    title: str
    state: str
    rule: RuleName
    cause: str
    detected_on: date
    owner: str
    as_of: datetime
    log: LogMark
    timeline: Sequence[Happening]
    faulty_release: ReleaseFact
    statements: Sequence[StatementFact]
    evidence: Sequence[EvidenceFact]
    deals: Sequence[DealFact]
    replay: ReplayFact | None
    binding: BindingFact
    options: Sequence[OptionFact]
    parties: Sequence[PartyFact]
    proposals: Sequence[ProposalFact]
    interest: Sequence[InterestFact]
