"""What a dossier holds: records that are printed and written as JSON under these names. Amounts are minor units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from app.deals import RuleName
from app.incidents.timeline import Happening


@dataclass(frozen=True)
class LogMark:
    """Where the log stood: how many of its events the dossier's newest one is, and the first checkpoint over it."""

    size: int
    checkpoint: str | None


@dataclass(frozen=True)
class ReleaseFact:
    """A release and the rule it ran."""

    name: str
    deployed_on: date
    rule: RuleName
    note: str


@dataclass(frozen=True)
class StatementFact:
    """Somebody's word with its evidence. `text` is the file where it is text, `is_cut` where only its beginning.

    `size_bytes` is None where the file is gone or no longer what was stated: `problem` says so.
    """

    kind: str
    release: ReleaseFact
    done_by: str
    done_on: date
    note: str
    recorded_by: str
    recorded_at: datetime
    evidence: str
    sha256: str
    size_bytes: int | None
    text: str | None
    is_cut: bool
    problem: str | None


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
    account_id: str
    account_name: str
    currency: str
    interest_cents: int
    lines: Sequence[WorkedLine]


@dataclass(frozen=True)
class ProposalFact:
    """One version of the proposal; `canonical` is the text that its digest is of, for the newest only."""

    version: int
    state: str
    digest: str
    proposed_by: str
    proposed_at: datetime
    reason: str
    dates: Mapping[str, date]
    policy: Mapping[str, object]
    remedies: Mapping[str, str]
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
    deals: Sequence[DealFact]
    proposals: Sequence[ProposalFact]
    interest: Sequence[InterestFact]
