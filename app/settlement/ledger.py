"""Writing the ledger. Callers own the transaction.

What we owe for a refund comes from the deal's money, with interest from the platform; cash for what the error cost
and a missed distribution come from the platform. A payment leaves through the bank account, and comes back to it when
it is returned. An offer or a claim is written down once it is paid: before that nobody owes anything by it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.bulk import insert_missing, insert_rows, is_among
from app.core.db import session, table_of
from app.settlement.ledger_models import LedgerAccount, LedgerKind, Transfer, TransferReason
from app.settlement.models import Direction, Settlement

_ACCOUNT, _TRANSFER = table_of(LedgerAccount), table_of(Transfer)


@dataclass(frozen=True)
class Place:
    """An account of the ledger before it is looked up: the id of its investor account or deal, if it has one."""

    kind: LedgerKind
    currency: str
    id: int | None = None

    @property
    def name(self) -> str:
        """As it is kept: `investor:12:USD`."""
        return ":".join(str(part) for part in (self.kind.value, self.id, self.currency) if part is not None)


@dataclass(frozen=True)
class Move:
    """One transfer that is to be written."""

    origin: Place
    target: Place
    cents: int
    reason: TransferReason
    settlement_id: int | None = None
    attempt: int = 0


@dataclass(frozen=True)
class Owed:
    """What a settlement leaves to be paid, in minor units."""

    settlement_id: int
    direction: Direction
    account_id: int
    deal_id: int
    currency: str
    principal_cents: int
    interest_cents: int


def post(moves: Iterable[Move], *, at: datetime) -> None:
    """Write transfers; those of nothing are left out. A step written before raises IntegrityError."""
    wanted = [move for move in moves if move.cents]
    if not wanted:
        return
    ids = _ids_of({place for move in wanted for place in (move.origin, move.target)})
    session.flush()
    insert_rows(
        _TRANSFER,
        [
            {
                "from_id": ids[move.origin],
                "to_id": ids[move.target],
                "currency": move.origin.currency,
                "cents": move.cents,
                "reason": move.reason,
                "settlement_id": move.settlement_id,
                "attempt": move.attempt,
                "at": at,
            }
            for move in wanted
        ],
    )


def owing(due: Sequence[Owed]) -> list[Move]:
    """What becoming due writes down: nothing for an offer or a claim."""
    return [move for each in due if not each.direction.is_invoice for move in _moves(each)]


def no_longer_owing(settlement: Settlement, reason: TransferReason) -> list[Move]:
    """Back to whoever would have paid what is still open: it was superseded, or written off."""
    if settlement.direction.is_invoice:
        return []
    return [Move(move.target, move.origin, move.cents, reason, settlement.id) for move in _moves(_left_of(settlement))]


def paid_out(settlement: Settlement, cents: int, *, attempt: int) -> Move:
    """A payment left for the investor."""
    return Move(investor(settlement), _bank(settlement), cents, TransferReason.PAID, settlement.id, attempt)


def returned(settlement: Settlement, cents: int, *, attempt: int) -> Move:
    """A payment came back."""
    return Move(_bank(settlement), investor(settlement), cents, TransferReason.RETURNED, settlement.id, attempt)


def collected(settlement: Settlement, cents: int, *, attempt: int) -> list[Move]:
    """An investor paid an invoice: for the deal, or back to the platform what a distribution paid too much."""
    target = _deal(settlement) if settlement.direction is Direction.OFFER else _platform(settlement)
    arrived = Move(_bank(settlement), investor(settlement), cents, TransferReason.COLLECTED, settlement.id, attempt)
    return [arrived, Move(investor(settlement), target, cents, TransferReason.ALLOCATED, settlement.id, attempt)]


def bridged(deal_id: int, currency: str, cents: int) -> Move:
    """The platform pays for what the deal's refunds cost beyond the offers that were taken."""
    return Move(
        Place(LedgerKind.PLATFORM, currency),
        Place(LedgerKind.DEAL, currency, deal_id),
        cents,
        TransferReason.BRIDGED,
    )


def bridge(*, deal_id: int, currency: str, cents: int, at: datetime) -> None:
    """Let the platform's own account bear that much of a deal."""
    post([bridged(deal_id, currency, cents)], at=at)


def investor(settlement: Settlement | Owed) -> Place:
    """The ledger account of whoever it is about."""
    return Place(LedgerKind.INVESTOR, settlement.currency, settlement.account_id)


def _left_of(settlement: Settlement) -> Owed:
    principal = settlement.principal_cents - settlement.paid_principal_cents
    return Owed(
        settlement_id=settlement.id,
        direction=settlement.direction,
        account_id=settlement.account_id,
        deal_id=settlement.deal_id,
        currency=settlement.currency,
        principal_cents=principal,
        interest_cents=settlement.open_cents - principal,
    )


def _moves(owed: Owed) -> list[Move]:
    source = _deal(owed) if owed.direction is Direction.REFUND else _platform(owed)
    to, why = investor(owed), TransferReason.DUE
    return [
        Move(source, to, owed.principal_cents, why, owed.settlement_id),
        Move(_platform(owed), to, owed.interest_cents, why, owed.settlement_id),
    ]


def _deal(settlement: Settlement | Owed) -> Place:
    return Place(LedgerKind.DEAL, settlement.currency, settlement.deal_id)


def _platform(settlement: Settlement | Owed) -> Place:
    return Place(LedgerKind.PLATFORM, settlement.currency)


def _bank(settlement: Settlement) -> Place:
    return Place(LedgerKind.BANK, settlement.currency)


def _ids_of(places: set[Place]) -> dict[Place, int]:
    """The rows of these accounts; those that do not exist yet are opened, by whoever comes first."""
    known = _known(places)
    missing = sorted((place for place in places if place not in known), key=lambda place: place.name)
    if not missing:
        return known
    rows = [
        {
            "name": place.name,
            "kind": place.kind,
            "currency": place.currency,
            "account_id": place.id if place.kind is LedgerKind.INVESTOR else None,
            "deal_id": place.id if place.kind is LedgerKind.DEAL else None,
        }
        for place in missing
    ]
    insert_missing(_ACCOUNT, rows, key="name")
    return known | _known(missing)


def _known(places: Iterable[Place]) -> dict[Place, int]:
    by_name = {place.name: place for place in places}
    rows = session.execute(select(LedgerAccount.name, LedgerAccount.id).where(is_among(LedgerAccount.name, by_name)))
    return {by_name[name]: id_ for name, id_ in rows}
