"""What the outside world knows of the money, held against ledger, settlements and the signed versions.

The rows are read by plain SQL, so that this shares nothing with the code that is asked about: which payments left,
which of them came back, what investors paid, and what each version that was signed and published says somebody gets.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import text

from app.core.db import session

GIVEN_UP = frozenset({"superseded", "written off"})
INVOICES = frozenset({"offer", "claim"})
FORGONE = frozenset({"written off"})
_SETTLEMENTS = text(
    "SELECT s.id, s.account_id, s.deal_id, s.direction, s.principal_cents, s.interest_cents, s.paid_cents, s.state"
    " FROM settlements s ORDER BY s.id"
)
_BALANCES = text(
    "SELECT a.name, COALESCE((SELECT SUM(cents) FROM transfers WHERE to_id = a.id), 0)"
    " - COALESCE((SELECT SUM(cents) FROM transfers WHERE from_id = a.id), 0) FROM ledger_accounts a"
)
_OPEN = text(
    "SELECT i.settlement_id, i.cents, b.sent_at IS NOT NULL FROM batch_items i JOIN batches b ON b.id = i.batch_id"
    " WHERE i.state = 'open'"
)
_SAID = text(
    "SELECT a.account_id, c.deal_id, a.recorded_cents, a.corrected_cents, a.is_held, a.refund_cents, a.interest_cents,"
    " a.cash_cents + a.repaid_cents, p.remedy FROM adjustments a JOIN cases c ON c.id = a.case_id"
    " JOIN proposal_parts p ON p.proposal_id = a.proposal_id AND p.case_id = a.case_id"
    " WHERE a.published_at IS NOT NULL AND NOT a.is_kept ORDER BY a.id"
)


class Row(NamedTuple):
    """One settlement as it stands."""

    id: int
    account_id: int
    deal_id: int
    direction: str
    principal: int
    interest: int
    paid: int
    state: str

    @property
    def total(self) -> int:
        """Principal and interest."""
        return self.principal + self.interest

    @property
    def promised(self) -> tuple[int, int]:
        """Principal and interest that arrived or still will; of what was given up only what arrived, in proportion."""
        if self.state not in GIVEN_UP or not self.total:
            return self.principal, self.interest
        principal = self.paid * self.principal // self.total
        return principal, self.paid - principal


class Said(NamedTuple):
    """What one published version says of an account in a deal."""

    account_id: int
    deal_id: int
    recorded: int
    corrected: int
    is_held: bool
    refund: int
    interest: int
    cash: int
    remedy: str

    @property
    def excess(self) -> int:
        """What it says was too much and comes back."""
        return max(0, self.recorded - self.corrected) if self.remedy == "redistribution" else 0

    @property
    def missing(self) -> int:
        """What may be taken by it."""
        return max(0, self.corrected - self.recorded)


@dataclass
class World:
    """Payments that arrived at investors and were not sent back, and what investors paid, by settlement."""

    arrived: Counter[int] = field(default_factory=Counter)
    paid_in: Counter[int] = field(default_factory=Counter)

    def check(self, where: str) -> None:
        """Balanced, nobody paid twice, nothing lost. Raises AssertionError that says where."""
        session.flush()
        rows = [Row(*row) for row in session.execute(_SETTLEMENTS)]
        moving = session.execute(_OPEN).all()
        self._check_payments(rows, where)
        on_the_way = Counter({id_: int(cents) for id_, cents, is_sent in moving if is_sent})
        assert len({id_ for id_, _, _ in moving}) == len(moving), f"{where}: two payments of one settlement"
        self._check_ledger(rows, on_the_way, where)
        _check_versions(rows, where)

    def _check_payments(self, rows: Sequence[Row], where: str) -> None:
        for row in rows:
            came = self.paid_in if row.direction in INVOICES else self.arrived
            assert row.paid == came[row.id] <= row.total, f"{where}: settlement {row.id} does not say what arrived"

    def _check_ledger(self, rows: Sequence[Row], on_the_way: Mapping[int, int], where: str) -> None:
        """Every account stands where what is owed, what arrived and what is on its way put it."""
        expected: Counter[str] = Counter()
        for row in rows:
            expected.update(_stands(row, on_the_way.get(row.id, 0)))
        kept = {name: int(cents) for name, cents in session.execute(_BALANCES)}
        differing = sorted(name for name in kept.keys() | expected.keys() if kept.get(name, 0) != expected[name])
        assert not differing, f"{where}: the ledger differs in {differing}"


def _stands(row: Row, on_the_way: int) -> dict[str, int]:
    """What one settlement adds to each account: received less given."""
    investor, bank = f"investor:{row.account_id}:USD", "bank:USD"
    if row.direction in INVOICES:
        target = f"deal:{row.deal_id}:USD" if row.direction == "offer" else "platform:USD"
        return {bank: -row.paid, target: row.paid}
    principal, interest = row.promised
    source = f"deal:{row.deal_id}:USD" if row.direction == "refund" else "platform:USD"
    left = row.paid + on_the_way
    found = Counter({investor: principal + interest - left, bank: left, source: -principal})
    found["platform:USD"] -= interest
    return dict(found)


def _check_versions(rows: Sequence[Row], where: str) -> None:
    """Over all versions nobody gets, or is asked for, more than the largest of them says, nor less than the last."""
    said: defaultdict[tuple[int, int], list[Said]] = defaultdict(list)
    for found in session.execute(_SAID):
        each = Said(*found)
        said[each.account_id, each.deal_id].append(each)
    theirs: defaultdict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in rows:
        theirs[row.account_id, row.deal_id].append(row)
    for key, versions in said.items():
        _check_one(theirs[key], versions, f"{where}: account {key[0]} in deal {key[1]}")


def _check_one(rows: Sequence[Row], versions: Sequence[Said], where: str) -> None:
    refunds = [row for row in rows if row.direction == "refund"]
    principal = sum(row.promised[0] for row in refunds)
    assert principal <= max(each.excess for each in versions), f"{where}: more is paid back than any version says"
    asked = sum(row.paid if row.state != "due" else row.principal for row in rows if row.direction == "offer")
    assert asked <= max(each.missing for each in versions), f"{where}: more is asked for than any version says"
    cash = sum(row.total if row.state not in GIVEN_UP else row.paid for row in rows if row.direction == "cash")
    assert cash <= max(each.cash for each in versions), f"{where}: more is paid in cash than any version says"
    if not any(row.state in FORGONE for row in rows):
        assert principal >= versions[-1].excess, f"{where}: less is paid back than the last version says"
        _check_interest(sum(row.promised[1] for row in refunds), principal, versions, where)


def _check_interest(interest: int, principal: int, versions: Sequence[Said], where: str) -> None:
    """It follows what is paid back, at no less than the lowest and no more than the highest rate of any version."""
    rates = [Fraction(each.interest, each.refund) for each in versions if each.refund]
    cents = len(versions)  # each version rounds once
    assert interest >= min(rates, default=0) * principal - cents, f"{where}: interest is lost"
    assert interest <= max(rates, default=0) * principal + cents, f"{where}: interest is paid twice"
