"""How corrections are carried out in money: interest, refunds and offers, the ledger, payments and their answers."""

from app.settlement.answer_rows import BadAnswer, read_answers
from app.settlement.batch_models import AnswerFile, Batch, BatchItem, BatchState, InvoicePayment, ItemState
from app.settlement.booking import CannotBook, book, clear_leftovers
from app.settlement.declining import CannotDecline, decline, take_up
from app.settlement.ending import end_offer
from app.settlement.hold_models import Forgoing, ForgoingKind, Hold, HoldKind
from app.settlement.holding import (
    CannotForgo,
    CannotHold,
    ask_to_forgo,
    carry_hold,
    decide_forgoing,
    find_forgoing,
    get_forgoing,
    get_hold,
    held_cents,
    hold,
    lift,
    list_every_hold,
    list_holds,
)
from app.settlement.interest import Interest, Line, in_whole_cents, interest
from app.settlement.interest_policies import INTEREST_POLICIES, CannotCalculate, InterestPolicy, get_policy
from app.settlement.ledger import bridge
from app.settlement.ledger_models import LedgerAccount, LedgerKind, Transfer, TransferReason
from app.settlement.matching import Match, list_named, match
from app.settlement.models import Direction, Settlement
from app.settlement.operations import Due, make_all_due, make_due
from app.settlement.paying import (
    READY,
    CannotPay,
    file_of,
    list_items,
    payable,
    prepare,
    release,
    sent_cents,
    take_file,
    totals_of,
    withdraw,
)
from app.settlement.postponing import postpone
from app.settlement.queries import (
    list_invoice_payments,
    list_rates,
    list_settlements,
    rates_of,
    settlements_by_adjustment,
)
from app.settlement.statements import Balance, find_disagreements, list_balances, list_transfers
from app.settlement.states import NotAllowed, SettlementState
from app.settlement.superseding import may_be_superseded, supersede
from app.settlement.unclaiming import CannotLeaveUnclaimed, leave_unclaimed

__all__ = [
    "INTEREST_POLICIES",
    "READY",
    "AnswerFile",
    "BadAnswer",
    "Balance",
    "Batch",
    "BatchItem",
    "BatchState",
    "CannotBook",
    "CannotCalculate",
    "CannotDecline",
    "CannotForgo",
    "CannotHold",
    "CannotLeaveUnclaimed",
    "CannotPay",
    "Direction",
    "Due",
    "Forgoing",
    "ForgoingKind",
    "Hold",
    "HoldKind",
    "Interest",
    "InterestPolicy",
    "InvoicePayment",
    "ItemState",
    "LedgerAccount",
    "LedgerKind",
    "Line",
    "Match",
    "NotAllowed",
    "Settlement",
    "SettlementState",
    "Transfer",
    "TransferReason",
    "ask_to_forgo",
    "book",
    "bridge",
    "carry_hold",
    "clear_leftovers",
    "decide_forgoing",
    "decline",
    "end_offer",
    "file_of",
    "find_disagreements",
    "find_forgoing",
    "get_forgoing",
    "get_hold",
    "get_policy",
    "held_cents",
    "hold",
    "in_whole_cents",
    "interest",
    "leave_unclaimed",
    "lift",
    "list_balances",
    "list_every_hold",
    "list_holds",
    "list_invoice_payments",
    "list_items",
    "list_named",
    "list_rates",
    "list_settlements",
    "list_transfers",
    "make_all_due",
    "make_due",
    "match",
    "may_be_superseded",
    "payable",
    "postpone",
    "prepare",
    "rates_of",
    "read_answers",
    "release",
    "sent_cents",
    "settlements_by_adjustment",
    "supersede",
    "take_file",
    "take_up",
    "totals_of",
    "withdraw",
]
