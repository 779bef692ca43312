"""Reading the ledger: balances, and whether everything adds up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from app.core.bulk import is_among
from app.core.db import session
from app.settlement.batch_models import Batch, BatchItem, ItemState
from app.settlement.ledger import investor
from app.settlement.ledger_models import LedgerAccount, LedgerKind, Transfer
from app.settlement.models import Settlement
from app.settlement.states import SettlementState

GIVEN_UP = frozenset({SettlementState.SUPERSEDED, SettlementState.WRITTEN_OFF})


@dataclass(frozen=True)
class Balance:
    """One account of the ledger: minor units it received less those it gave. Above zero we owe an investor."""

    account: LedgerAccount
    received_cents: int
    given_cents: int

    @property
    def cents(self) -> int:
        """What stands on it."""
        return self.received_cents - self.given_cents


def list_balances(*, kind: LedgerKind | None = None) -> Sequence[Balance]:
    """Every account of the ledger, or those of one kind, by name."""
    wanted = select(LedgerAccount).order_by(LedgerAccount.name)
    accounts = session.scalars(wanted if kind is None else wanted.where(LedgerAccount.kind == kind)).all()
    received, given = _sums(Transfer.to_id), _sums(Transfer.from_id)
    return [Balance(each, received.get(each.id, 0), given.get(each.id, 0)) for each in accounts]


def list_transfers(settlements: Sequence[Settlement]) -> Sequence[Transfer]:
    """What was written for these settlements, oldest first."""
    ids = [each.id for each in settlements]
    return session.scalars(select(Transfer).where(is_among(Transfer.settlement_id, ids)).order_by(Transfer.id)).all()


def find_disagreements() -> Mapping[str, tuple[int, int]]:
    """Ledger accounts of investors whose balance is not what the settlements say: the ledger's cents, and theirs."""
    owed: Counter[str] = Counter()
    for each in session.scalars(select(Settlement).where(Settlement.state.not_in(GIVEN_UP))):
        if not each.direction.is_invoice:
            owed[investor(each).name] += each.open_cents
    for item in session.scalars(_on_their_way()):
        owed[investor(item.settlement).name] -= item.cents
    kept = {each.account.name: each.cents for each in list_balances(kind=LedgerKind.INVESTOR)}
    names = sorted(owed.keys() | kept.keys())
    return {name: (kept.get(name, 0), owed[name]) for name in names if kept.get(name, 0) != owed[name]}


def _on_their_way() -> Select[BatchItem]:
    sent = select(BatchItem).join(Batch).where(BatchItem.state == ItemState.OPEN, Batch.sent_at.is_not(None))
    return sent.options(joinedload(BatchItem.settlement))


def _sums(side: InstrumentedAttribute[int]) -> Mapping[int, int]:
    rows = session.execute(select(side, func.sum(Transfer.cents)).group_by(side))
    return {id_: int(cents) for id_, cents in rows}
