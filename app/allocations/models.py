"""Recorded runs: one execution of a rule on a deal, with every share and its certificate."""

from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.allocations.terms import Tie, ZeroBasis
from app.core.db import Base, Cents, Pseudonymous
from app.deals import Deal, Request, RuleName


class ShareGroup(StrEnum):
    """How a request took part: by its basis, equally with others that have none, or not at all."""

    SHARED = "shared"
    EQUAL = "equal"
    OUT = "out"


class BasisKind(StrEnum):
    """Which bases are shared by: those frozen at the deal, or those recomputed from corrected earlier allocations."""

    FROZEN = "frozen"
    RECOMPUTED = "recomputed"


class Run(Pseudonymous, Base):
    """A rule as it was run on the requests of one deal; never changed afterwards.

    `certificate` is "holds", or "fails: " and the first fault. `digest` is the SHA-256 of inputs and outcome.
    """

    __tablename__ = "runs"
    __table_args__ = (CheckConstraint("minimum_cents IS NULL OR minimum_cents > 0", name="minimum_is_positive"),)
    audit_kind: ClassVar[str] = "run"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    rule: Mapped[RuleName]
    zero_basis: Mapped[ZeroBasis]
    tie: Mapped[Tie]
    minimum_cents: Mapped[int | None] = mapped_column(BigInteger)
    basis_kind: Mapped[BasisKind] = mapped_column(default=BasisKind.FROZEN, server_default=BasisKind.FROZEN.value)
    rate_text: Mapped[str | None] = mapped_column(Text)
    level_text: Mapped[str | None] = mapped_column(Text)
    certificate: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]

    deal: Mapped[Deal] = relationship()
    shares: Mapped[list["RunShare"]] = relationship(back_populates="run", order_by="RunShare.id")

    @property
    def rate(self) -> Fraction | None:
        """The one fraction of the deal, minor units per minor unit of basis; null when nobody was cut by it."""
        return None if self.rate_text is None else Fraction(self.rate_text)

    @property
    def level(self) -> Fraction | None:
        """Minor units for each who shared equally; null when nobody among them was cut."""
        return None if self.level_text is None else Fraction(self.level_text)

    @property
    def is_certified(self) -> bool:
        """Whether the independent check held when the run was made."""
        return self.certificate == "holds"


class RunShare(Base):
    """What a run gave one request, and the basis it shared by, in minor units as text: `41000` or `p/q`.

    `left_as` counts those who are out, in the order they left, from 1.
    """

    __tablename__ = "run_shares"
    __table_args__ = (
        UniqueConstraint("run_id", "request_id"),
        CheckConstraint("allocated_cents >= 0", name="not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    basis: Mapped[str] = mapped_column(Text)
    allocated_cents: Mapped[Cents]
    is_capped: Mapped[bool]
    share_group: Mapped[ShareGroup]
    left_as: Mapped[int | None]

    run: Mapped[Run] = relationship(back_populates="shares")
    request: Mapped[Request] = relationship()

    @property
    def basis_fraction(self) -> Fraction:
        """The basis this run shared by, exactly, in minor units."""
        return Fraction(self.basis)

    @property
    def by_the_rate(self) -> Fraction | None:
        """The rate times the basis, exactly and before the cap, in minor units; null where no rate applied."""
        if self.share_group is not ShareGroup.SHARED or self.run.rate is None:
            return None
        return self.run.rate * self.basis_fraction
