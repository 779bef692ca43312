"""Booking what the payment system answers, and what two people give up. Callers own the transaction."""

import hashlib
from datetime import datetime

from sqlalchemy import Select, func, select

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.settlement import ledger
from app.settlement.answer_rows import Answer, AnswerState, read_answers
from app.settlement.batch_models import AnswerFile, Batch, BatchItem, BatchState, InvoicePayment, ItemState
from app.settlement.matching import Match, match
from app.settlement.models import Settlement
from app.settlement.states import INVOICE, PAYOUT, SettlementState, step

ON_ITS_WAY = frozenset({SettlementState.RELEASED, SettlementState.SENT})


class CannotBook(DomainError):
    """This answer cannot be booked, or not again."""


def book(
    *, incident_id: int, name: str, content: bytes, by: Person, at: datetime, resting: Select[int] | None = None
) -> AnswerFile:
    """Book every row that matches; the others are kept for somebody to clear, as is what is said of `resting` money.

    Raises BadAnswer, CannotBook.
    """
    sha256 = _new_digest(content)
    found = match(read_answers(content), resting=resting)
    file = AnswerFile(
        sha256=sha256,
        incident_id=incident_id,
        name=name[:200],
        booked=found.to_book,
        leftovers=found.leftovers,
        taken_by=by,
        taken_at=at,
    )
    session.add(file)
    session.flush()
    _book_rows(file, found, at)
    left_over = len(found.leftovers)
    audit.record(
        action="answers.taken", actor=by, subject=file, at=at, digest=sha256, booked=file.booked, left_over=left_over
    )
    return file


def _new_digest(content: bytes) -> str:
    """Raises CannotBook for a file that was taken in before."""
    sha256 = hashlib.sha256(content).hexdigest()
    before = session.scalar(select(AnswerFile).where(AnswerFile.sha256 == sha256))
    if before is not None:
        raise CannotBook(f"This very file was taken in already, as {before.name}. Nothing was booked again.")
    return sha256


def _book_rows(file: AnswerFile, found: Match, at: datetime) -> None:
    for answer, item in found.payments:
        _book_payment(answer, item, file.taken_by, at)
    for answer, invoice in found.invoices:
        _book_invoice(answer, invoice, file, file.taken_by, at)
    session.flush()


def clear_leftovers(*, file: AnswerFile, note: str, by: Person, at: datetime) -> None:
    """Somebody says what was done about the rows that could not be booked. Raises CannotBook."""
    if not file.leftovers or file.cleared_at is not None:
        raise CannotBook("Nothing is left over of this file.")
    if not note.strip():
        raise CannotBook("Write what was done about these rows.")
    file.cleared_note, file.cleared_by, file.cleared_at = note.strip(), by, at
    session.flush()
    audit.record(action="answers.cleared", actor=by, subject=file, at=at, note=file.cleared_note)


def _book_payment(answer: Answer, item: BatchItem, by: Person, at: datetime) -> None:
    settlement = item.settlement
    session.refresh(settlement, with_for_update=True)
    if answer.state is AnswerState.SETTLED:
        settlement.paid_cents += item.cents
        rest = SettlementState.DUE if settlement.open_cents else SettlementState.SETTLED
        settlement.state = step(settlement.state, rest, table=PAYOUT)
    else:
        _take_back(item, at)
    item.state, item.answered_on, item.code = ItemState(answer.state.value), answer.on, answer.code
    session.flush()
    _close(item.batch)
    audit.record(
        action=f"settlement.{answer.state.value}",
        actor=by,
        subject=settlement,
        at=at,
        reference=item.reference,
        cents=item.cents,
        on=answer.on.isoformat(),
        code=answer.code,
    )


def _take_back(item: BatchItem, at: datetime) -> None:
    """A payment came back, at once or after it had arrived; another that is on its way goes on."""
    settlement = item.settlement
    if item.state is ItemState.SETTLED:
        settlement.paid_cents -= item.cents
    if item.state is ItemState.OPEN or settlement.state not in ON_ITS_WAY:
        settlement.state = step(settlement.state, SettlementState.RETURNED, table=PAYOUT)
    ledger.post([ledger.returned(settlement, item.cents, attempt=item.attempt)], at=at)


def _book_invoice(answer: Answer, invoice: Settlement, file: AnswerFile, by: Person, at: datetime) -> None:
    session.refresh(invoice, with_for_update=True)
    cents = answer.cents or 0
    before = select(func.count()).select_from(InvoicePayment).where(InvoicePayment.settlement_id == invoice.id)
    attempt = session.scalars(before).one() + 1
    paid = InvoicePayment(settlement_id=invoice.id, file_id=file.id, paid_on=answer.on, cents=cents, code=answer.code)
    session.add(paid)
    invoice.paid_cents += cents
    if not invoice.open_cents:
        invoice.state = step(invoice.state, SettlementState.SETTLED, table=INVOICE)
    ledger.post(ledger.collected(invoice, cents, attempt=attempt), at=at)
    audit.record(
        action="invoice.paid",
        actor=by,
        subject=invoice,
        at=at,
        number=invoice.number,
        cents=cents,
        on=answer.on.isoformat(),
        code=answer.code,
    )


def _close(batch: Batch) -> None:
    if batch.state is BatchState.SENT and all(item.state is not ItemState.OPEN for item in batch.items):
        batch.state = BatchState.ANSWERED
