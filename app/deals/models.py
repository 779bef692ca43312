"""Deals as they were recorded: what was offered, agreed, asked for, allocated and paid."""

from datetime import date, datetime
from fractions import Fraction
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Cents, Pseudonymous
from app.deals.rule_names import RuleName
from app.identity import Account, Person


class Import(Pseudonymous, Base):
    """One set of files that was taken in whole, named by the digest of its contents; how many rows of each sheet."""

    __tablename__ = "imports"
    audit_kind: ClassVar[str] = "import"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    added: Mapped[dict[str, int]] = mapped_column(JSON)
    changed: Mapped[dict[str, int]] = mapped_column(JSON, server_default="{}")
    removed: Mapped[dict[str, int]] = mapped_column(JSON, server_default="{}")
    unchanged: Mapped[dict[str, int]] = mapped_column(JSON)
    imported_at: Mapped[datetime]
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    deals: Mapped[list["Deal"]] = relationship(back_populates="imported", order_by="Deal.closed_on, Deal.external_id")
    imported_by: Mapped[Person | None] = relationship()


class Release(Base):
    """A version of the platform's software and the rule it ran, defects included."""

    __tablename__ = "releases"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    deployed_on: Mapped[date]
    rule: Mapped[RuleName]
    note: Mapped[str] = mapped_column(Text)


class Agreement(Base):
    """The pro-rata clause of one version of the signed terms."""

    __tablename__ = "agreements"
    __table_args__ = (UniqueConstraint("version", "clause"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(64))
    clause: Mapped[str] = mapped_column(String(64))
    clause_text: Mapped[str] = mapped_column(Text)


class Deal(Pseudonymous, Base):
    """One offering. `rule` is what the agreement says; what really ran is `release.rule`."""

    __tablename__ = "deals"
    __table_args__ = (
        CheckConstraint("available_cents >= 0", name="not_negative"),
        CheckConstraint("minimum_cents IS NULL OR minimum_cents > 0", name="minimum_is_positive"),
    )
    audit_kind: ClassVar[str] = "deal"

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    currency: Mapped[str] = mapped_column(String(3))
    available_cents: Mapped[Cents]
    minimum_cents: Mapped[int | None] = mapped_column(BigInteger)
    closed_on: Mapped[date]
    allocated_at: Mapped[datetime]
    rule: Mapped[RuleName]
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"))
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))

    release: Mapped[Release] = relationship()
    agreement: Mapped[Agreement] = relationship()
    imported: Mapped[Import] = relationship(back_populates="deals")
    requests: Mapped[list["Request"]] = relationship(back_populates="deal", order_by="Request.position")
    marks: Mapped[list["Mark"]] = relationship(back_populates="deal", order_by="Mark.as_of")
    distributions: Mapped[list["Distribution"]] = relationship(back_populates="deal", order_by="Distribution.paid_on")


class Request(Base):
    """What one account asked to invest in one deal, and what it was recorded with.

    `position` counts from 1 in the order of the file: ties between equal remainders go by it.
    """

    __tablename__ = "requests"
    __table_args__ = (
        UniqueConstraint("deal_id", "account_id"),
        UniqueConstraint("deal_id", "position"),
        CheckConstraint("requested_cents >= 0 AND recorded_cents >= 0", name="not_negative"),
        CheckConstraint("basis_count IS NULL OR basis_count > 0", name="count_is_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    position: Mapped[int]
    agreement_signed_on: Mapped[date]
    requested_cents: Mapped[Cents]
    basis: Mapped[str] = mapped_column(Text)
    basis_count: Mapped[int | None]
    recorded_cents: Mapped[Cents]

    deal: Mapped[Deal] = relationship(back_populates="requests")
    account: Mapped[Account] = relationship()
    payments: Mapped[list["Payment"]] = relationship(back_populates="request", order_by="Payment.paid_on")

    @property
    def basis_fraction(self) -> Fraction:
        """The historical average in minor units, exactly; an average need not be whole."""
        return Fraction(self.basis)


class Payment(Base):
    """Money the platform collected for one request."""

    __tablename__ = "payments"
    __table_args__ = (CheckConstraint("amount_cents > 0", name="positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    amount_cents: Mapped[Cents]
    paid_on: Mapped[date]

    request: Mapped[Request] = relationship(back_populates="payments")


class Mark(Base):
    """The price of a deal then, as an exact multiple of the price paid."""

    __tablename__ = "marks"
    __table_args__ = (UniqueConstraint("deal_id", "as_of"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"))
    as_of: Mapped[date]
    multiple: Mapped[str] = mapped_column(Text)

    deal: Mapped[Deal] = relationship(back_populates="marks")

    @property
    def multiple_fraction(self) -> Fraction:
        """Price then divided by price paid, exactly."""
        return Fraction(self.multiple)


class Distribution(Base):
    """Money a deal paid out to its holders, in total, on the holdings recorded then."""

    __tablename__ = "distributions"
    __table_args__ = (
        UniqueConstraint("deal_id", "paid_on"),
        CheckConstraint("total_cents > 0", name="positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"))
    paid_on: Mapped[date]
    total_cents: Mapped[Cents]

    deal: Mapped[Deal] = relationship(back_populates="distributions")


class Rate(Base):
    """The yearly rate of an interest policy from a day on, in versions of which the newest counts.

    A corrected rate is a new version, and one without a rate withdraws it; none is overwritten.
    """

    __tablename__ = "rates"
    __table_args__ = (
        UniqueConstraint("policy", "valid_from", "version"),
        CheckConstraint("version >= 1", name="first_version_is_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    policy: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[date]
    rate: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @property
    def rate_fraction(self) -> Fraction | None:
        """0.08 is eight percent a year, exactly; None where it was withdrawn."""
        return None if self.rate is None else Fraction(self.rate)
