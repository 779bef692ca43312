"""What each row of an answer means for our own books, before anything is booked: to book, known, or left over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.core.bulk import is_among
from app.core.db import session
from app.core.money import format_money
from app.settlement.answer_rows import Answer, AnswerState
from app.settlement.batch_models import BatchItem, BatchState, InvoicePayment, ItemState, Leftover
from app.settlement.models import Settlement
from app.settlement.states import SettlementState

FOLLOWS = {
    (ItemState.OPEN, AnswerState.SETTLED),
    (ItemState.OPEN, AnswerState.RETURNED),
    (ItemState.SETTLED, AnswerState.RETURNED),
}
GIVEN_UP = frozenset({SettlementState.SUPERSEDED, SettlementState.WRITTEN_OFF})
CLOSED = (
    "Its incident is closed, so nothing is booked or paid here any more. If the money came back, reach the investor,"
    " pay them from your own system or open another incident, and say in a note which."
)
BACK_AND_OVER = (
    "This money came back, and its settlement is {state}, so nothing of it is paid again from here. Say in a note how"
    " the investor gets it."
)
SENT = frozenset({BatchState.SENT, BatchState.ANSWERED})


@dataclass
class Match:
    """Rows that can be booked, with what they are about; rows that were booked before; rows that need somebody."""

    payments: list[tuple[Answer, BatchItem]] = field(default_factory=list)
    invoices: list[tuple[Answer, Settlement]] = field(default_factory=list)
    known: list[Answer] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)

    @property
    def to_book(self) -> int:
        """How many rows would be booked."""
        return len(self.payments) + len(self.invoices)


def list_named(answers: Sequence[Answer]) -> frozenset[int]:
    """The ids of the settlements that these rows are about; unknown references are about none."""
    of_payments = {item.settlement_id for item in _items(answers).values()}
    return frozenset(of_payments | {each.id for each in _invoices(answers).values()})


def match(answers: Sequence[Answer], *, resting: Select[int] | None = None) -> Match:
    """Hold every row against batches and invoices; nothing is written.

    `resting` asks for the ids of settlements whose money moves no more: what is said of them is left over.
    """
    found, items, invoices = Match(), _items(answers), _invoices(answers)
    about = {each.settlement_id for each in items.values()} | {each.id for each in invoices.values()}
    at_rest = set() if resting is None else set(session.scalars(resting.where(is_among(Settlement.id, about))))
    open_cents = {each.id: each.open_cents for each in invoices.values() if each.id not in at_rest}
    stands = {each.reference: each.state for each in items.values()}
    for answer in answers:
        if answer.state is AnswerState.PAID:
            _match_invoice(found, answer, invoices.get(answer.reference), open_cents)
        else:
            _match_payment(found, answer, items.get(answer.reference), at_rest, stands)
    return found


def _match_payment(
    found: Match, answer: Answer, item: BatchItem | None, at_rest: Collection[int], stands: dict[str, ItemState]
) -> None:
    """`stands` is where each payment is after the rows before this one."""
    if item is None:
        _leave(found, answer, "No payment of ours has this reference. Ask the payment system what it was for.")
    elif problem := _differs(answer, item.cents, item.settlement.currency):
        _leave(found, answer, problem)
    elif (state := stands[item.reference]).value == answer.state.value:
        found.known.append(answer)
    elif item.settlement_id in at_rest:
        _leave(found, answer, CLOSED)
    elif item.batch.state not in SENT:
        _leave(found, answer, f"Batch {item.batch.number} is {item.batch.state}; its file was never taken from here.")
    elif (state, answer.state) not in FOLLOWS:
        _leave(found, answer, f"This payment is {state}, as a row or file before says. Ask which is true.")
    elif state is ItemState.SETTLED and item.settlement.state in GIVEN_UP:
        _leave(found, answer, BACK_AND_OVER.format(state=item.settlement.state))
    else:
        stands[item.reference] = ItemState(answer.state.value)
        found.payments.append((answer, item))


def _match_invoice(found: Match, answer: Answer, invoice: Settlement | None, open_cents: dict[int, int]) -> None:
    cents = answer.cents or 0
    if invoice is None:
        _leave(found, answer, "No invoice has this number. Find out who paid, and send it back or name the invoice.")
    elif answer.currency != invoice.currency:
        _leave(
            found,
            answer,
            f"The invoice is in {invoice.currency}, the answer says {answer.currency}. Have the money sent back, or"
            " exchanged and reported so.",
        )
    elif _is_booked(answer, invoice):
        found.known.append(answer)
    elif invoice.id not in open_cents:
        _leave(found, answer, "Its incident is closed. Send the money back, tell the investor, and say so in a note.")
    elif invoice.state is not SettlementState.DUE:
        _leave(found, answer, f"This invoice is {invoice.state}. Send the money back, or ask the investor.")
    elif cents > open_cents[invoice.id]:
        _leave(found, answer, _too_much(cents, open_cents[invoice.id], invoice.currency))
    else:
        open_cents[invoice.id] -= cents
        found.invoices.append((answer, invoice))


def _too_much(paid_cents: int, open_cents: int, currency: str) -> str:
    paid, still, over = (format_money(each, currency) for each in (paid_cents, open_cents, paid_cents - open_cents))
    if not open_cents:
        return f"{paid} was paid, and the invoice is paid already by the rows before. Have it sent back."
    return f"{paid} was paid, {still} is open: {over} too much. Have it reported as {still}, and the rest sent back."


def _differs(answer: Answer, cents: int, currency: str) -> str | None:
    if answer.currency not in (None, currency):
        return f"We sent {currency}, the answer says {answer.currency}. Ask the payment system what was paid."
    if answer.cents is not None and answer.cents != cents:
        sent, said = format_money(cents, currency), format_money(answer.cents, currency)
        return f"We sent {sent}, the answer says {said}. Ask what was paid, and compare its file with the batch's here."
    return None


def _leave(found: Match, answer: Answer, says: str) -> None:
    found.leftovers.append({"row": answer.row, "reference": answer.reference, "says": says})


def _is_booked(answer: Answer, invoice: Settlement) -> bool:
    same = select(InvoicePayment.id).where(
        InvoicePayment.settlement_id == invoice.id,
        InvoicePayment.paid_on == answer.on,
        InvoicePayment.cents == answer.cents,
        InvoicePayment.code == answer.code,
    )
    return session.scalar(same) is not None


def _items(answers: Sequence[Answer]) -> dict[str, BatchItem]:
    named = {each.reference for each in answers if each.state is not AnswerState.PAID}
    wanted = select(BatchItem).where(is_among(BatchItem.reference, named))
    loaded = wanted.options(joinedload(BatchItem.batch), joinedload(BatchItem.settlement))
    return {item.reference: item for item in session.scalars(loaded)}


def _invoices(answers: Sequence[Answer]) -> dict[str, Settlement]:
    named = {each.reference for each in answers if each.state is AnswerState.PAID}
    wanted = select(Settlement).where(is_among(Settlement.number, named))
    return {each.number or "": each for each in session.scalars(wanted)}
