"""One person's money over all their accounts and deals: what was recorded, what is right, and who pays what when."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, select

from app import settlement
from app.core.db import session
from app.identity import Person
from app.incidents.audience import find_concerned
from app.incidents.current import list_current
from app.incidents.interest_due import worked_lines
from app.incidents.models import Incident
from app.incidents.proposal_models import Adjustment
from app.incidents.queries import list_told
from app.incidents.remedies import Remedy
from app.settlement import Direction, Line, Settlement, SettlementState, Transfer

COUNTS = frozenset(SettlementState) - {
    SettlementState.SUPERSEDED,
    SettlementState.WRITTEN_OFF,
    SettlementState.DECLINED,
    SettlementState.ENDED,
    SettlementState.WAIVED,
}
"""Whose money has moved or still may."""


@dataclass(frozen=True)
class Owed:
    """One payment: minor units, who pays it, by when, and how far it has come."""

    direction: Direction
    principal_cents: int
    interest_cents: int
    paid_cents: int
    due_on: date
    state: SettlementState
    number: str | None

    @property
    def total_cents(self) -> int:
        """Principal and interest together."""
        return self.principal_cents + self.interest_cents

    @property
    def counted_cents(self) -> int:
        """What it adds to a total: nothing once it was left, ended, waived or given up."""
        return self.total_cents if self.state in COUNTS else 0


@dataclass(frozen=True)
class Missed:
    """What was missed of one distribution, below 0 what was paid too much; minor units."""

    paid_on: date
    cents: int


@dataclass(frozen=True)
class StatementLine:
    """One account in one deal; minor units. `interest` is worked line by line, `is_bought` what a new round offers."""

    reference: str
    version: int
    deal_name: str
    account_name: str
    currency: str
    original_cents: int
    correct_cents: int
    interest: Sequence[Line]
    missed: Sequence[Missed]
    owed: Sequence[Owed]
    is_bought: bool

    @property
    def difference_cents(self) -> int:
        """Below 0 where too much was recorded."""
        return self.correct_cents - self.original_cents


@dataclass(frozen=True)
class Net:
    """The sums in one currency, held against each other only to be read: no payment is ever taken from another."""

    currency: str
    we_pay_cents: int
    you_pay_cents: int

    @property
    def net_cents(self) -> int:
        """Above 0 in the reader's favour."""
        return self.we_pay_cents - self.you_pay_cents


@dataclass(frozen=True)
class MoneyStatement:
    """Everything of one person. `as_of` is when the newest of it happened."""

    person_name: str
    as_of: datetime | None
    lines: Sequence[StatementLine]

    @property
    def nets(self) -> Sequence[Net]:
        """One for each currency, in the order of the lines."""
        return [self._net(currency) for currency in dict.fromkeys(line.currency for line in self.lines)]

    def _net(self, currency: str) -> Net:
        owed = [each for line in self.lines if line.currency == currency for each in line.owed]
        asked = sum(each.counted_cents for each in owed if each.direction.is_invoice)
        return Net(currency, sum(each.counted_cents for each in owed) - asked, asked)


def find_statement(person: Person, *, on: date, among: Iterable[Incident] | None = None) -> MoneyStatement:
    """What is published to this person of the accounts they may see on that day, in all incidents or `among` some."""
    lines: list[StatementLine] = []
    moments: list[datetime] = []
    for incident in reversed(list_told(person, on)) if among is None else among:
        concerned = find_concerned(incident, person, on=on)
        found = list_current(incident, concerned.account_ids) if concerned else []
        if found:
            owed = _owed(found)
            lines += [_line(each, owed) for each in found]
            moments += _moments(found, owed)
    return MoneyStatement(person.full_name, max(moments, default=None), lines)


def _owed(adjustments: Sequence[Adjustment]) -> Sequence[Settlement]:
    """Of this version and of those before it, but for what a newer one took the place of."""
    deals = {each.case.deal_id for each in adjustments}
    theirs = settlement.list_settlements({each.account_id for each in adjustments})
    return [each for each in theirs if each.deal_id in deals and each.state is not SettlementState.SUPERSEDED]


def _line(each: Adjustment, owed: Collection[Settlement]) -> StatementLine:
    mine = [one for one in owed if (one.account_id, one.deal_id) == (each.account_id, each.case.deal_id)]
    return StatementLine(
        reference=each.proposal.incident.reference,
        version=each.proposal.version,
        deal_name=each.case.deal.name,
        account_name=each.account.name,
        currency=each.case.deal.currency,
        original_cents=each.recorded_cents,
        correct_cents=each.corrected_cents,
        interest=worked_lines(each.interest_lines),
        missed=[Missed(date.fromisoformat(one["paid_on"]), one["cents"]) for one in each.distribution_lines],
        owed=[_one(one) for one in mine],
        is_bought=each.remedy is Remedy.NEW_ROUND,
    )


def _one(each: Settlement) -> Owed:
    return Owed(
        direction=each.direction,
        principal_cents=each.principal_cents,
        interest_cents=each.interest_cents,
        paid_cents=each.paid_cents,
        due_on=each.due_on,
        state=each.state,
        number=each.number,
    )


def _moments(adjustments: Sequence[Adjustment], owed: Sequence[Settlement]) -> list[datetime]:
    ids = [each.id for each in owed]
    moved = session.scalar(select(func.max(Transfer.at)).where(Transfer.settlement_id.in_(ids)))
    found = [each.published_at for each in adjustments if each.published_at is not None]
    return [each.astimezone(UTC) for each in (*found, *([moved] if moved else []))]
