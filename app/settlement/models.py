"""How adjustments are carried out: refunds we owe, and offers an investor may take up by paying an invoice."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Cents, Pseudonymous
from app.deals import Deal
from app.identity import Account
from app.settlement.states import SettlementState


class Direction(StrEnum):
    """Who pays whom, and for what.

    The platform refunds what it collected too much, pays cash for what its error cost, or pays what somebody missed of
    a distribution. The investor may take an offer of the missing part at its original price, or owes a claim: what a
    distribution paid too much, only where legal decided so.
    """

    REFUND = "refund"
    OFFER = "offer"
    CASH = "cash"
    DISTRIBUTION = "distribution"
    CLAIM = "claim"

    @property
    def label(self) -> str:
        """What staff call one of them."""
        return {
            Direction.REFUND: "refund",
            Direction.OFFER: "offer",
            Direction.CASH: "cash payment",
            Direction.DISTRIBUTION: "missed distribution",
            Direction.CLAIM: "claim",
        }[self]

    @property
    def is_invoice(self) -> bool:
        """Whether the investor pays; the others are paid by the platform."""
        return self in (Direction.OFFER, Direction.CLAIM)


class Settlement(Pseudonymous, Base):
    """What one adjustment comes to in money, one row a direction. Interest is the platform's own, only on refunds.

    What the investor pays is an invoice with a number, `2026-0007`: the year it became due and a count within it.
    `paid_cents` is what has arrived of it, at the investor's or, for an invoice, with the platform. `unclaimed_on` is
    the day since which nobody claims what came back.
    """

    __tablename__ = "settlements"
    __table_args__ = (
        UniqueConstraint("adjustment_id", "direction"),
        UniqueConstraint("number"),
        CheckConstraint("principal_cents >= 0 AND interest_cents >= 0", name="not_negative"),
        CheckConstraint("direction = 'refund' OR interest_cents = 0", name="interest_only_on_refunds"),
        CheckConstraint("direction = 'refund' OR principal_cents > 0", name="offers_something"),
        CheckConstraint("(direction IN ('offer', 'claim')) = (number IS NOT NULL)", name="offers_are_numbered"),
        CheckConstraint("length(currency) = 3", name="currency_code"),
        CheckConstraint("paid_cents >= 0 AND paid_cents <= principal_cents + interest_cents", name="never_paid_twice"),
        CheckConstraint("state <> 'unclaimed' OR unclaimed_on IS NOT NULL", name="unclaimed_since_a_day"),
    )
    audit_kind: ClassVar[str] = "settlement"

    id: Mapped[int] = mapped_column(primary_key=True)
    adjustment_id: Mapped[int] = mapped_column(ForeignKey("adjustments.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"))
    direction: Mapped[Direction]
    principal_cents: Mapped[Cents]
    interest_cents: Mapped[Cents]
    currency: Mapped[str] = mapped_column(String(3))
    due_on: Mapped[date]
    state: Mapped[SettlementState]
    paid_cents: Mapped[Cents] = mapped_column(default=0)
    number: Mapped[str | None] = mapped_column(String(20))
    made_at: Mapped[datetime]
    unclaimed_on: Mapped[date | None]

    account: Mapped[Account] = relationship()
    deal: Mapped[Deal] = relationship()

    @property
    def total_cents(self) -> int:
        """Principal and interest together."""
        return self.principal_cents + self.interest_cents

    @property
    def paid_principal_cents(self) -> int:
        """The principal in what has arrived: a payment of a part brings its share of the interest with it.

        So whatever takes the place of the rest bears interest on the rest alone, and none is lost or paid twice.
        """
        return self.paid_cents * self.principal_cents // self.total_cents if self.total_cents else 0

    @property
    def open_cents(self) -> int:
        """What has not arrived of it."""
        return self.total_cents - self.paid_cents


class InvoiceYear(Base):
    """How many invoices of a year have their number; the row is the lock that makes numbers gapless."""

    __tablename__ = "invoice_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    issued: Mapped[int]
