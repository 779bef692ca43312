"""Stored replays: one execution over every deal in range, deal by deal and request by request."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.allocations.replay import Bucket
from app.core.db import Base, Cents, Pseudonymous
from app.deals import Deal, Release, Request, RuleName
from app.identity import Person


class Replay(Pseudonymous, Base):
    """Every deal since the first release with the rule at fault, run with its right rule both ways.

    Of no use before `finished_at` is set; never changed afterwards. `digest` is the SHA-256 over what went into and
    came out of every deal, so the same data gives the same digest.
    """

    __tablename__ = "replays"
    __table_args__ = (CheckConstraint("(finished_at IS NULL) = (digest IS NULL)", name="finished_with_digest"),)
    audit_kind: ClassVar[str] = "replay"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    rule: Mapped[RuleName]
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"))
    since_on: Mapped[date]
    digest: Mapped[str | None] = mapped_column(String(64))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    made_by: Mapped[Person | None] = relationship()
    release: Mapped[Release] = relationship()
    deals: Mapped[list["ReplayDeal"]] = relationship(back_populates="replay", order_by="ReplayDeal.place")


class ReplayDeal(Base):
    """One deal in range, in the order in which it was replayed, with counts and sums in minor units.

    `ran` is the rule that really ran. `obstacle` says why it could not be replayed. Sums are of the changes:
    what the over have too much, what the under miss, and what knock-on adds and takes.
    """

    __tablename__ = "replay_deals"
    __table_args__ = (UniqueConstraint("replay_id", "deal_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    replay_id: Mapped[int] = mapped_column(ForeignKey("replays.id"))
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"))
    place: Mapped[int]
    ran: Mapped[RuleName]
    obstacle: Mapped[str | None] = mapped_column(Text)
    inputs: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(64))
    frozen_rate: Mapped[str | None] = mapped_column(Text)
    recomputed_rate: Mapped[str | None] = mapped_column(Text)
    over: Mapped[int]
    under: Mapped[int]
    knock_on: Mapped[int]
    unaffected: Mapped[int]
    not_checkable: Mapped[int]
    over_cents: Mapped[Cents]
    under_cents: Mapped[Cents]
    knock_up_cents: Mapped[Cents]
    knock_down_cents: Mapped[Cents]
    frozen_change_cents: Mapped[Cents]
    recomputed_change_cents: Mapped[Cents]

    replay: Mapped[Replay] = relationship(back_populates="deals")
    deal: Mapped[Deal] = relationship()

    @property
    def is_affected(self) -> bool:
        """Whether a correction may change somebody in it."""
        return bool(self.over or self.under or self.knock_on)


class ReplayShare(Base):
    """One request: recorded, right on frozen bases, right on recomputed ones, each None where nobody can say.

    `basis` is the recomputed one as text where it differs from the frozen; `reason` says why something is missing.
    """

    __tablename__ = "replay_shares"
    __table_args__ = (
        UniqueConstraint("replay_id", "request_id"),
        Index("ix_replay_shares_replay_id_bucket_id", "replay_id", "bucket", "id"),
        Index("ix_replay_shares_replay_deal_id", "replay_deal_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    replay_id: Mapped[int] = mapped_column(ForeignKey("replays.id"))
    replay_deal_id: Mapped[int] = mapped_column(ForeignKey("replay_deals.id"))
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    recorded_cents: Mapped[Cents]
    frozen_cents: Mapped[int | None] = mapped_column(BigInteger)
    recomputed_cents: Mapped[int | None] = mapped_column(BigInteger)
    basis: Mapped[str | None] = mapped_column(Text)
    bucket: Mapped[Bucket]
    reason: Mapped[str | None] = mapped_column(Text)

    replay_deal: Mapped[ReplayDeal] = relationship()
    request: Mapped[Request] = relationship()

    @property
    def frozen_change_cents(self) -> int | None:
        """Right less recorded on frozen bases: negative where too much was given."""
        return None if self.frozen_cents is None else self.frozen_cents - self.recorded_cents

    @property
    def recomputed_change_cents(self) -> int | None:
        """Right less recorded on recomputed bases."""
        return None if self.recomputed_cents is None else self.recomputed_cents - self.recorded_cents
