"""A random walk over what may happen to the money of one deal, with an oracle of its own that never reads the ledger.

Each step is tried in a savepoint; what the rules refuse is rolled back and changes nothing. The oracle keeps only what
the outside world would know: which payments left, which of them came back, what investors paid.
"""

import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from app import settlement
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person, Role
from app.incidents import Adjustment
from app.settlement import (
    Batch,
    BatchItem,
    BatchState,
    Direction,
    HoldKind,
    ItemState,
    LedgerKind,
    Settlement,
    SettlementState,
)
from tests.allocations.rows import AT, an_admin
from tests.identity.builders import a_member_of_staff
from tests.settlement.builders import a_newer_adjustment, adjustments_of_a_demo_deal

PAYING = ("prepare", "release", "take", "answer")
STEPS = (*PAYING, "withdraw", "pay", "hold", "lift", "decline", "supersede", "renew", "forgo", *PAYING, *PAYING)
"""What may happen next; the way of a payment more often, so that many get to its end and some come back."""


class House:
    """Adjustments of a deal and two people, to begin any number of walks from."""

    def __init__(self) -> None:
        self.adjustments = adjustments_of_a_demo_deal()
        self.maker, self.checker = an_admin(), a_member_of_staff(roles={Role.MANAGEMENT})


@dataclass
class Walk:
    """The rows of one walk, and what the outside world knows of them."""

    house: House
    seed: int
    incident_id: int = 0
    settlements: list[Settlement] = field(default_factory=list)
    arrived: Counter[int] = field(default_factory=Counter)
    paid_in: Counter[int] = field(default_factory=Counter)
    refused: int = 0
    done: Counter[str] = field(default_factory=Counter)
    at: datetime = AT
    maker: Person = field(init=False)
    checker: Person = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.maker, self.checker = self.house.maker, self.house.checker
        self.incident_id = self.house.adjustments[0].proposal.incident_id
        for each in self.house.adjustments:
            self._publish(each)

    def _publish(self, adjustment: Adjustment) -> None:
        direction = self.random.choice(list(Direction))
        made = settlement.make_due(
            adjustment_id=adjustment.id,
            account=adjustment.account,
            deal=adjustment.case.deal,
            direction=direction,
            principal_cents=self.random.randrange(1, 5_000),
            interest_cents=self.random.randrange(0, 500) if direction is Direction.REFUND else 0,
            due_on=date(2026, 12, 10),
            at=self.at,
        )
        self.settlements.append(made)

    def go(self, steps: int) -> None:
        """Try that many random steps; after each, everything has to add up."""
        for _ in range(steps):
            name = self.random.choice(STEPS)
            self.at += timedelta(minutes=1)
            try:
                with session.begin_nested():
                    getattr(self, name)()
                self.done[name] += 1
            except DomainError:
                self.refused += 1
            self.check(name)

    def prepare(self) -> None:
        chosen = self.random.sample(self.settlements, self.random.randint(1, len(self.settlements)))
        ids = [each.id for each in chosen]
        settlement.prepare(incident_id=self.incident_id, settlement_ids=ids, by=self.maker, at=self.at)

    def release(self) -> None:
        if batch := self._a_batch(BatchState.PREPARED):
            settlement.release(batch=batch, digest_seen=batch.digest, by=self.checker, at=self.at)

    def take(self) -> None:
        if batch := self._a_batch(BatchState.RELEASED, BatchState.SENT):
            settlement.take_file(batch=batch, by=self.maker, at=self.at)

    def withdraw(self) -> None:
        if batch := self._a_batch(BatchState.PREPARED, BatchState.RELEASED):
            settlement.withdraw(batch=batch, reason="A mistake.", by=self.maker, at=self.at)

    def answer(self) -> None:
        """The payment system says of some payments, sent or not, that they arrived or came back."""
        items = session.query(BatchItem).join(Settlement).order_by(BatchItem.id).all()
        if not items:
            return
        item, says = self.random.choice(items), self.random.choice(["settled", "returned"])
        before = item.state
        self._book(f"{item.reference},{says},2026-12-11,x,,")
        if item.state is not before:
            self.done[says] += 1
            self.arrived[item.settlement_id] += item.cents if says == "settled" else 0
            self.arrived[item.settlement_id] -= item.cents if before is ItemState.SETTLED else 0

    def pay(self) -> None:
        """An investor pays some of an invoice, or too much."""
        invoices = [each for each in self.settlements if each.number]
        if not invoices:
            return
        invoice = self.random.choice(invoices)
        cents, before = self.random.randint(1, invoice.total_cents + 10), invoice.paid_cents
        amount = f"{cents // 100}.{cents % 100:02d}"
        self._book(f"{invoice.number},paid,2026-12-11,{self.random.random()},{amount},USD")
        self.paid_in[invoice.id] += invoice.paid_cents - before

    def hold(self) -> None:
        chosen = self.random.choice(self.settlements)
        cents = self.random.choice([None, self.random.randint(1, max(1, chosen.open_cents))])
        settlement.hold(
            settlement=chosen, kind=HoldKind.DISPUTE, reason="Disputed.", by=self.maker, at=self.at, cents=cents
        )

    def lift(self) -> None:
        holds = [hold for held in self._holds().values() for hold in held]
        if holds:
            settlement.lift(held=self.random.choice(holds), reason="Answered.", by=self.maker, at=self.at)

    def decline(self) -> None:
        """An investor leaves an offer, or takes up again what they left."""
        offers = [each for each in self.settlements if each.direction is Direction.OFFER]
        if offers:
            offer = self.random.choice(offers)
            is_left = offer.state is SettlementState.DECLINED
            choose = settlement.take_up if is_left else settlement.decline
            choose(settlement=offer, by=self.maker, at=self.at)

    def renew(self) -> None:
        """A newer version takes the place of what one adjustment made due."""
        if self.random.random() < 0.3:
            before = self.random.choice(self.settlements)
            settlement.supersede(settlement=before, by=self.maker, at=self.at)
            adjustment = session.get_one(Adjustment, before.adjustment_id)
            self._publish(a_newer_adjustment(adjustment))

    def supersede(self) -> None:
        if self.random.random() < 0.2:
            settlement.supersede(settlement=self.random.choice(self.settlements), by=self.maker, at=self.at)

    def forgo(self) -> None:
        if self.random.random() < 0.2:
            chosen = self.random.choice(self.settlements)
            asked = settlement.ask_to_forgo(settlement=chosen, reason="Not found.", by=self.maker, at=self.at)
            settlement.decide_forgoing(asked=asked, is_granted=True, by=self.checker, at=self.at)

    def check(self, after: str) -> None:
        """Balanced, nobody paid twice, nothing lost; told with seed and step."""
        where = f"seed {self.seed}, after {after}"
        session.flush()
        assert settlement.find_disagreements() == {}, where
        assert sum(each.cents for each in settlement.list_balances()) == 0, where
        for each in self.settlements:
            session.refresh(each)
            came = self.paid_in if each.number else self.arrived
            assert each.paid_cents == came[each.id] <= each.total_cents, where
        on_their_way = Counter(
            item.settlement_id for item in session.query(BatchItem).where(BatchItem.state == ItemState.OPEN)
        )
        assert all(count == 1 for count in on_their_way.values()), where
        assert self._in_bank() == self._outside(), where

    def _in_bank(self) -> int:
        """What the ledger says went out through the bank, less what came in."""
        return sum(each.cents for each in settlement.list_balances(kind=LedgerKind.BANK))

    def _outside(self) -> int:
        """What arrived at investors or is on its way, less what they paid in."""
        sent = select(func.coalesce(func.sum(BatchItem.cents), 0)).join(Batch)
        on_the_way = session.scalars(sent.where(BatchItem.state == ItemState.OPEN, Batch.sent_at.is_not(None))).one()
        return self.arrived.total() + int(on_the_way) - self.paid_in.total()

    def _book(self, row: str) -> None:
        content = f"reference,state,date,code,amount,currency\n{row}\n".encode()
        with suppress(settlement.CannotBook):  # the same statement a second time
            settlement.book(incident_id=self.incident_id, name="a.csv", content=content, by=self.maker, at=self.at)

    def _a_batch(self, *states: BatchState) -> Batch | None:
        found = session.query(Batch).where(Batch.state.in_(states)).order_by(Batch.id).all()
        return self.random.choice(found) if found else None

    def _holds(self) -> dict[int, list[settlement.Hold]]:
        return {k: list(v) for k, v in settlement.list_holds(self.settlements, on=self.at.date()).items()}
