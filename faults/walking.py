"""A random walk over what may happen to the money of an incident, through the operations that its pages use.

Each act is tried in a savepoint; what the rules refuse is rolled back and changes nothing. What the outside world knows
of it is kept in `World`, which holds everything against it after every act.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select

from app import incidents, settlement
from app.core.db import session
from app.core.errors import DomainError
from app.incidents import Adjustment, answering, current, ending, money
from app.incidents.answering import Choice, Complaint, Dispute, DisputeState, Reason, Verdict
from app.incidents.workflow import ProposalState
from app.settlement import Batch, BatchItem, BatchState, HoldKind, ItemState, Settlement, SettlementState
from faults.money_house import AFTER_LOOK, AT, House, owner_of
from faults.money_world import World

OFTEN = ("onward",) * 6 + ("version",) * 4 + ("answer", "pay", "dispute", "settle") * 2
PAID = ("hold", *["onward"] * 6)
"""How half of the walks begin: refunds are on their way or paid, some in part, before anything else happens."""
SELDOM = ("prepare", "release", "take", "withdraw", "hold", "lift", "elect", "unclaim", "forgo", "end")
"""What may happen next; the way of a payment more often, so that many get to its end and some come back."""


@dataclass
class Walk:
    """One sequence from a house, and what the outside world knows of it."""

    house: House
    seed: int
    world: World = field(default_factory=World)
    at: datetime = AT + AFTER_LOOK
    refused: int = 0
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.incident, self.staff = self.house.incident, self.house.staff

    def go(self, steps: int) -> None:
        """Try that many random acts; after each, everything has to add up, and at the end our own report says so."""
        begun = self.random.choice([(), PAID])
        for name in (*begun, *self.random.choices(OFTEN + SELDOM, k=steps - len(begun))):
            self.at += timedelta(hours=self.random.choice([1, 12, 48, 72]))
            self._try(name)
            self.world.check(f"seed {self.seed}, after {name}")
        assert settlement.find_disagreements() == {}, f"seed {self.seed}, at the end"

    def _try(self, name: str) -> None:
        try:
            with session.begin_nested():
                getattr(self, name)()
            self.done[name] += 1
        except DomainError as refusal:
            self.refused += 1
            self.done[f"refused as {type(refusal).__name__}"] += 1

    def onward(self) -> None:
        """The next that has to be done for a payment to arrive."""
        if self._a_batch(BatchState.RELEASED):
            self.take()
        elif self._a_batch(BatchState.PREPARED):
            self.release()
        elif self._a_batch(BatchState.SENT):
            self.answer()
        else:
            self.prepare()

    def prepare(self) -> None:
        """All that can be paid, or a part of it."""
        ready = list(money.list_payable(self.incident, on=self._today()))
        some = self.random.sample(ready, self.random.randint(0, len(ready)))
        with money.moving(self.incident):
            settlement.prepare(
                incident_id=self.incident.id, settlement_ids=some or ready, by=self.staff.admin, at=self.at
            )

    def release(self) -> None:
        """A second person, or by mistake the first, lets a batch go."""
        if batch := self._a_batch(BatchState.PREPARED):
            by = self.random.choice([self.staff.management, self.staff.management, self.staff.admin])
            money.release_batch(incident=self.incident, batch=batch, digest_seen=batch.digest, by=by, at=self.at)

    def take(self) -> None:
        """The file of a batch goes to the payment system, the first time or again."""
        if batch := self._a_batch(BatchState.RELEASED, BatchState.SENT):
            with money.moving(self.incident):
                settlement.take_file(batch=batch, by=self.staff.admin, at=self.at)

    def withdraw(self) -> None:
        """A batch is taken back."""
        if batch := self._a_batch(BatchState.PREPARED, BatchState.RELEASED):
            with money.moving(self.incident):
                settlement.withdraw(batch=batch, reason="A mistake.", by=self.staff.admin, at=self.at)

    def answer(self) -> None:
        """The payment system says of some payment, sent or not, that it arrived or came back."""
        items = session.query(BatchItem).order_by(BatchItem.id).all()
        waiting = [item for item in items if item.state is ItemState.OPEN and item.batch.sent_at]
        chosen = waiting if waiting and self.random.random() < 0.7 else items
        if not chosen:
            return
        item, says = self.random.choice(chosen), self.random.choice(["settled", "settled", "returned"])
        before = item.state
        self._book(f"{item.reference},{says},{self._today()},x,,")
        if item.state is not before:
            self.done[says] += 1
            self.world.arrived[item.settlement_id] += item.cents if says == "settled" else 0
            self.world.arrived[item.settlement_id] -= item.cents if before is ItemState.SETTLED else 0

    def pay(self) -> None:
        """An investor pays some of an invoice, all of it, or too much."""
        invoices = [each for each in self._settlements() if each.number]
        invoice = self.random.choice(invoices)
        cents = self.random.choice([invoice.open_cents or 1, self.random.randint(1, invoice.total_cents + 10)])
        before = invoice.paid_cents
        amount = f"{cents // 100}.{cents % 100:02d}"
        self._book(f"{invoice.number},paid,{self._today()},{self.random.random()},{amount},USD")
        self.world.paid_in[invoice.id] += invoice.paid_cents - before
        self.done["overpaid" if cents > invoice.open_cents and invoice.paid_cents == before else "paid"] += 1

    def hold(self) -> None:
        """Staff hold something back, or a part of it."""
        chosen = self.random.choice(self._settlements())
        cents = self.random.choice([None, self.random.randint(1, max(1, chosen.open_cents))])
        settlement.hold(
            settlement=chosen,
            kind=HoldKind.LEGAL,
            reason="To be looked at.",
            by=self.staff.admin,
            at=self.at,
            cents=cents,
        )

    def lift(self) -> None:
        """Staff let go what is held, whoever held it."""
        found = settlement.list_holds(self._settlements(), on=self._today())
        if holds := [hold for held in found.values() for hold in held]:
            settlement.lift(held=self.random.choice(holds), reason="Looked at.", by=self.staff.admin, at=self.at)

    def dispute(self) -> None:
        """An investor says that something is wrong, of all that we pay or of a part."""
        chosen = self.random.choice(self._standing())
        part = self.random.choice([None, self.random.randint(1, 300_000)])
        answering.file_dispute(
            adjustment=chosen,
            complaint=Complaint(self.random.choice(list(Reason)), "It is wrong.", part),
            person=owner_of(chosen.account, self._today()),
            key=str(self.random.random()),
            at=self.at,
        )

    def settle(self) -> None:
        """A dispute goes on: it is answered, closed, or withdrawn."""
        standing = [each for each in session.query(Dispute).order_by(Dispute.id) if each.is_standing]
        if not standing:
            return
        each = self.random.choice(standing)
        if self.random.random() < 0.3:
            answering.withdraw(dispute=each, by=each.filed_by, at=self.at)
        elif each.state is DisputeState.OPEN:
            verdict = self.random.choice(list(Verdict))
            answering.answer(dispute=each, verdict=verdict, words="We looked.", by=self.staff.admin, at=self.at)
        elif each.awaits_version:
            answering.decide_anew(dispute=each, words="It is right.", by=self.staff.management, at=self.at)
        else:
            answering.close(dispute=each, reason="Answered.", by=self.staff.admin, at=self.at)

    def elect(self) -> None:
        """An investor takes an offer, leaves it, or wants to talk first."""
        about = self.random.choice([each for each in self._standing() if each.offer_cents] or self._standing())
        answering.elect(
            adjustment=about,
            choice=self.random.choice(list(Choice)),
            person=owner_of(about.account, self._today()),
            key=str(self.random.random()),
            at=self.at,
        )

    def unclaim(self) -> None:
        """Nobody takes what came back."""
        if back := [each for each in self._settlements() if each.state is SettlementState.RETURNED]:
            settlement.leave_unclaimed(
                settlement=self.random.choice(back),
                since_on=self._today(),
                reason="Nobody answers.",
                by=self.staff.admin,
                at=self.at,
            )

    def forgo(self) -> None:
        """Two people write off what nobody takes, or waive an invoice."""
        if self.random.random() < 0.3:
            chosen = self.random.choice(self._settlements())
            asked = settlement.ask_to_forgo(settlement=chosen, reason="Not found.", by=self.staff.admin, at=self.at)
            settlement.decide_forgoing(asked=asked, is_granted=True, by=self.staff.management, at=self.at)

    def end(self) -> None:
        """Offers whose last day is over end."""
        ending.end_batch(incident=self.incident, at=self.at)

    def version(self) -> None:
        """Another version is proposed, signed, or published whole."""
        newest = incidents.get_proposal(self.incident)
        if newest.state is ProposalState.PROPOSED:
            self.house.sign(at=self.at)
        elif newest.state is ProposalState.APPROVED:
            self._publish()
        elif self._is_moving() and self.random.random() < 0.8:  # else most versions would only be refused
            self.onward()
        else:
            self.house.propose(self.house.decide(self.random), at=self.at)
            self.done["proposed"] += 1

    def _publish(self) -> None:
        try:
            self.house.publish(at=self.at)
        except DomainError:  # money moved meanwhile: it is proposed anew from what is true now
            self.house.propose(self.house.decide(self.random), at=self.at)
            self.done["proposed anew"] += 1
        else:
            self.done["published"] += 1

    def _is_moving(self) -> bool:
        return session.query(BatchItem).where(BatchItem.state == ItemState.OPEN).first() is not None

    def _today(self) -> date:
        return answering.today_in(self.incident, self.at)

    def _settlements(self) -> Sequence[Settlement]:
        return session.scalars(select(Settlement).order_by(Settlement.id)).all()

    def _standing(self) -> Sequence[Adjustment]:
        return session.scalars(select(Adjustment).where(current.stands()).order_by(Adjustment.id)).all()

    def _book(self, row: str) -> None:
        content = f"reference,state,date,code,amount,currency\n{row}\n".encode()
        with suppress(settlement.CannotBook), money.moving(self.incident):  # the same statement a second time
            settlement.book(
                incident_id=self.incident.id, name="a.csv", content=content, by=self.staff.admin, at=self.at
            )

    def _a_batch(self, *states: BatchState) -> Batch | None:
        found = session.query(Batch).where(Batch.state.in_(states)).order_by(Batch.id).all()
        return self.random.choice(found) if found else None
