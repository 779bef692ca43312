"""Paying what is due, by two people and in batches. Callers own the transaction.

One person prepares a batch, another releases exactly what its page showed, and its file goes to the platform's payment
system. A settlement is in one open payment at most; the database refuses a second.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select

from app import audit
from app.core.bulk import is_among
from app.core.db import session
from app.core.errors import DomainError
from app.core.money import format_money
from app.core.text import plural
from app.identity import Person
from app.settlement import ledger
from app.settlement.batch_models import Batch, BatchItem, BatchState, ItemState
from app.settlement.holding import held_cents, list_holds
from app.settlement.models import Settlement
from app.settlement.numbering import Counter, next_numbers
from app.settlement.payments import PaymentOrder, digest_of, reference_of, write_file
from app.settlement.states import PAYOUT, SettlementState, step
from app.tlog.encoding import JSON

READY = frozenset({SettlementState.DUE, SettlementState.RETURNED, SettlementState.UNCLAIMED})


class CannotPay(DomainError):
    """This cannot be paid like this, or not by this person, or not now."""


def payable(settlements: Sequence[Settlement], *, on: date) -> Mapping[int, int]:
    """What can be paid now of each, by its id, in minor units: all that is open and neither held nor on its way."""
    busy = _on_their_way([each.id for each in settlements])
    holds = list_holds(settlements, on=on)
    amounts = {
        each.id: each.open_cents - held_cents(each, holds.get(each.id, ()))
        for each in settlements
        if not each.direction.is_invoice and each.state in READY and each.id not in busy
    }
    return {id_: cents for id_, cents in amounts.items() if cents > 0}


def prepare(*, incident_id: int, settlement_ids: Collection[int], by: Person, at: datetime) -> Batch:
    """Put all of these that can be paid into a batch for somebody else to release. Raises CannotPay."""
    chosen = _lock(settlement_ids)
    cents = payable(chosen, on=at.date())
    if not cents:
        raise CannotPay("Nothing of this can be paid now: it is held, on its way, or paid already.")
    number = f"B-{next(next_numbers(Counter.BATCHES, at.year))}"
    batch = Batch(number=number, incident_id=incident_id, digest="", prepared_by=by, prepared_at=at)
    session.add(batch)
    batch.items = [_item(each, cents[each.id]) for each in chosen if each.id in cents]
    batch.digest = digest_of(batch.number, orders_of(batch))
    session.flush()
    audit.record(action="batch.prepared", actor=by, subject=batch, at=at, **_facts(batch))
    return batch


def release(*, batch: Batch, digest_seen: str, by: Person, at: datetime) -> None:
    """A second person lets the money go, exactly as the page showed it. Raises CannotPay."""
    session.refresh(batch, with_for_update=True)
    if batch.state is not BatchState.PREPARED:
        raise CannotPay(f"Batch {batch.number} is {batch.state}, so it cannot be released.")
    if by.id == batch.prepared_by_id:
        raise CannotPay("You prepared this batch, so somebody else must release it.")
    if digest_seen != batch.digest or not _is_still_true(batch, at.date()):
        raise CannotPay(
            f"Something in batch {batch.number} changed since it was prepared. Withdraw it, prepare another."
        )
    for item in batch.items:
        item.settlement.state = step(item.settlement.state, SettlementState.RELEASED, table=PAYOUT)
    batch.state, batch.released_by, batch.released_at = BatchState.RELEASED, by, at
    session.flush()
    audit.record(action="batch.released", actor=by, subject=batch, at=at, **_facts(batch))


def take_file(*, batch: Batch, by: Person, at: datetime) -> bytes:
    """The file for the payment system, the same bytes every time; with the first, the payments are sent.

    What was held since the release, by a dispute or a new address, keeps the file from its first taking. Raises
    CannotPay.
    """
    session.refresh(batch, with_for_update=True)
    if batch.state in (BatchState.PREPARED, BatchState.WITHDRAWN):
        raise CannotPay(f"Batch {batch.number} is {batch.state}; its file exists once somebody else has released it.")
    if batch.sent_at is None:
        if not _is_still_true(batch, at.date()):
            raise CannotPay(
                f"Something in batch {batch.number} was held since it was released. Withdraw it, prepare another."
            )
        _send(batch, at)
    content = file_of(batch)
    session.flush()
    audit.record(action="batch.taken", actor=by, subject=batch, at=at, **_facts(batch))
    return content


def sent_cents(settlements: Sequence[Settlement]) -> Mapping[int, int]:
    """What is on its way of each, by its id, in minor units: its file was taken, and no answer came."""
    sent = select(BatchItem.settlement_id, BatchItem.cents).join(Batch, Batch.id == BatchItem.batch_id)
    ids = [each.id for each in settlements]
    theirs = is_among(BatchItem.settlement_id, ids) & (BatchItem.state == ItemState.OPEN) & Batch.sent_at.is_not(None)
    return {id_: int(cents) for id_, cents in session.execute(sent.where(theirs))}


def file_of(batch: Batch) -> bytes:
    """Its file, the same bytes every time."""
    return write_file(batch.number, orders_of(batch))


def withdraw(*, batch: Batch, reason: str, by: Person, at: datetime) -> None:
    """Take a batch back whose file nobody has taken; its settlements are due again. Raises CannotPay."""
    session.refresh(batch, with_for_update=True)
    if batch.state not in (BatchState.PREPARED, BatchState.RELEASED):
        raise CannotPay(f"Batch {batch.number} is {batch.state}; what was sent can only be answered.")
    if not reason.strip():
        raise CannotPay("Write why the batch is withdrawn.")
    for item in batch.items:
        item.state = ItemState.WITHDRAWN
        if item.settlement.state is SettlementState.RELEASED:
            item.settlement.state = step(item.settlement.state, SettlementState.DUE, table=PAYOUT)
    batch.state = BatchState.WITHDRAWN
    session.flush()
    audit.record(action="batch.withdrawn", actor=by, subject=batch, at=at, number=batch.number, reason=reason.strip())


def orders_of(batch: Batch) -> list[PaymentOrder]:
    """What the batch pays, in its order."""
    return [
        PaymentOrder(item.settlement.account.external_id, item.cents, item.settlement.currency, item.reference)
        for item in batch.items
    ]


def list_items(settlement: Settlement) -> Sequence[BatchItem]:
    """Every attempt to pay it, newest first."""
    theirs = select(BatchItem).where(BatchItem.settlement_id == settlement.id).order_by(BatchItem.id.desc())
    return session.scalars(theirs).all()


def totals_of(batch: Batch) -> Mapping[str, int]:
    """Control totals: minor units by currency."""
    totals: dict[str, int] = {}
    for item in batch.items:
        totals[item.settlement.currency] = totals.get(item.settlement.currency, 0) + item.cents
    return totals


def _send(batch: Batch, at: datetime) -> None:
    for item in batch.items:
        item.settlement.state = step(item.settlement.state, SettlementState.SENT, table=PAYOUT)
    ledger.post((ledger.paid_out(each.settlement, each.cents, attempt=each.attempt) for each in batch.items), at=at)
    batch.state, batch.sent_at = BatchState.SENT, at


def _is_still_true(batch: Batch, on: date) -> bool:
    """Whether every item still pays what can be paid: no hold was placed, nothing superseded or changed."""
    _lock([item.settlement_id for item in batch.items])
    settlements = [item.settlement for item in batch.items]
    expected = READY if batch.state is BatchState.PREPARED else {SettlementState.RELEASED}
    holds = list_holds(settlements, on=on)
    return batch.digest == digest_of(batch.number, orders_of(batch)) and all(
        item.settlement.state in expected
        and item.cents == item.settlement.open_cents - held_cents(item.settlement, holds.get(item.settlement_id, ()))
        for item in batch.items
    )


def _lock(settlement_ids: Collection[int]) -> Sequence[Settlement]:
    chosen = select(Settlement).where(is_among(Settlement.id, settlement_ids)).order_by(Settlement.id)
    return session.scalars(chosen.with_for_update().execution_options(populate_existing=True)).all()


def _on_their_way(settlement_ids: Collection[int]) -> set[int]:
    open_items = select(BatchItem.settlement_id).where(BatchItem.state == ItemState.OPEN)
    return set(session.scalars(open_items.where(is_among(BatchItem.settlement_id, settlement_ids))))


def _item(settlement: Settlement, cents: int) -> BatchItem:
    tried = session.query(BatchItem).where(BatchItem.settlement_id == settlement.id).count()
    reference = reference_of(settlement.id, tried + 1)
    return BatchItem(settlement=settlement, attempt=tried + 1, reference=reference, cents=cents)


def _facts(batch: Batch) -> Mapping[str, JSON]:
    totals = [format_money(cents, currency) for currency, cents in sorted(totals_of(batch).items())]
    return {
        "number": batch.number,
        "digest": batch.digest,
        "payments": plural(len(batch.items), "payment"),
        "totals": ", ".join(totals),
    }
