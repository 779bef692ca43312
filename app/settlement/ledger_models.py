"""The ledger: accounts, and transfers from one of them to another.

A transfer takes from one account exactly what it gives to the other, so the ledger cannot be out of balance: there is
no row that would say so. Transfers are never changed or removed; the database's own triggers refuse it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Cents

KEPT: dict[str, Any] = {"info": {"app_may": "SELECT, INSERT"}}
"""Table arguments: on PostgreSQL the app's own role may add to the ledger and do no more (`app.core.schema.grant`)."""


class LedgerKind(StrEnum):
    """Whose account: what we owe an investor, the money of a deal, what the error costs the platform, the bank."""

    INVESTOR = "investor"
    DEAL = "deal"
    PLATFORM = "platform"
    BANK = "bank"


class TransferReason(StrEnum):
    """Why money moved between accounts; see `app.settlement.ledger` for which accounts."""

    DUE = "due"
    SUPERSEDED = "superseded"
    PAID = "paid"
    RETURNED = "returned"
    COLLECTED = "collected"
    ALLOCATED = "allocated"
    WRITTEN_OFF = "written off"
    BRIDGED = "bridged"


class LedgerAccount(Base):
    """One account of the ledger in one currency; its `name` says which, such as `deal:3:USD`."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint("name"),
        UniqueConstraint("id", "currency"),
        CheckConstraint("(kind = 'investor') = (account_id IS NOT NULL)", name="investors_have_an_account"),
        CheckConstraint("(kind = 'deal') = (deal_id IS NOT NULL)", name="deals_have_a_deal"),
        KEPT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[LedgerKind]
    currency: Mapped[str] = mapped_column(String(3))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id"))


class Transfer(Base):
    """Money that left one account of the ledger for another, in the same currency, above zero minor units.

    `attempt` counts payments of one settlement, so that the same step is never written twice.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        UniqueConstraint("settlement_id", "reason", "attempt", "from_id", "to_id"),
        ForeignKeyConstraint(["from_id", "currency"], ["ledger_accounts.id", "ledger_accounts.currency"]),
        ForeignKeyConstraint(["to_id", "currency"], ["ledger_accounts.id", "ledger_accounts.currency"]),
        CheckConstraint("cents > 0", name="moves_something"),
        CheckConstraint("from_id <> to_id", name="moves_somewhere"),
        CheckConstraint("(reason = 'bridged') = (settlement_id IS NULL)", name="of_a_settlement"),
        KEPT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(index=True)
    to_id: Mapped[int] = mapped_column(index=True)
    currency: Mapped[str] = mapped_column(String(3))
    cents: Mapped[Cents]
    reason: Mapped[TransferReason]
    settlement_id: Mapped[int | None] = mapped_column(ForeignKey("settlements.id"), index=True)
    attempt: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]

    from_account: Mapped[LedgerAccount] = relationship(
        primaryjoin="Transfer.from_id == LedgerAccount.id", foreign_keys=from_id, viewonly=True
    )
    to_account: Mapped[LedgerAccount] = relationship(
        primaryjoin="Transfer.to_id == LedgerAccount.id", foreign_keys=to_id, viewonly=True
    )
