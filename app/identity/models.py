"""People, accounts, who acts for them, and what staff hold. Sign-in rows are in `app.identity.access_models`."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous


class AccountType(StrEnum):
    """What kind of investor account holds an allocation."""

    PERSONAL = "personal"
    JOINT = "joint"
    TRUST = "trust"
    COMPANY = "company"
    IRA = "ira"


class Scope(StrEnum):
    """What a person may do for an account: owner and acts answer for it, sees only reads."""

    OWNER = "owner"
    ACTS = "acts"
    SEES = "sees"


class Role(StrEnum):
    """What a member of staff may do."""

    SUPPORT = "support"
    ADMIN = "admin"
    MANAGEMENT = "management"
    LEGAL = "legal"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        """As pages name the role."""
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.SUPPORT: "Support",
    Role.ADMIN: "Admin",
    Role.MANAGEMENT: "Management approver",
    Role.LEGAL: "Legal approver",
    Role.AUDITOR: "Auditor",
}
APPROVERS = frozenset({Role.MANAGEMENT, Role.LEGAL})


class Person(Pseudonymous, Base):
    """Somebody who can sign in: an investor, a delegate or a member of staff. One e-mail address each."""

    __tablename__ = "people"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_is_lower_case"),)
    audit_kind: ClassVar[str] = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str] = mapped_column(String(200))
    greeting: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    postal_address: Mapped[str | None] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(String(64))

    authorities: Mapped[list["Authority"]] = relationship(back_populates="person", order_by="Authority.id")
    staff_roles: Mapped[list["StaffRole"]] = relationship(foreign_keys="StaffRole.person_id", order_by="StaffRole.id")
    staff_password: Mapped["StaffPassword | None"] = relationship()

    @property
    def called(self) -> str:
        """The name that follows "Hello": the greeting, or the full name where none was given."""
        return self.greeting or self.full_name

    @property
    def roles(self) -> frozenset[Role]:
        """The staff roles held now; empty for investors."""
        return frozenset(held.role for held in self.staff_roles if held.ended_at is None)


class Account(Pseudonymous, Base):
    """An investor account: what holds an allocation. `external_id` is the platform's own number."""

    __tablename__ = "accounts"
    __table_args__ = (CheckConstraint("payment_last4 IS NULL OR length(payment_last4) = 4", name="last4_is_four"),)
    audit_kind: ClassVar[str] = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[AccountType]
    payment_last4: Mapped[str | None] = mapped_column(String(4))

    authorities: Mapped[list["Authority"]] = relationship(back_populates="account", order_by="Authority.id")


class Authority(Base):
    """A person may act for an account, or see it, through `ends_on` (that day included) or without an end."""

    __tablename__ = "authorities"
    __table_args__ = (UniqueConstraint("person_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    scope: Mapped[Scope]
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="authorities")
    account: Mapped[Account] = relationship(back_populates="authorities")

    def is_in_force(self, on: date) -> bool:
        """True through its last day."""
        return self.ends_on is None or on <= self.ends_on


class StaffRole(Base):
    """A role that somebody holds or held; `granted_by_id` is NULL when it was given at the shell."""

    __tablename__ = "staff_roles"
    __table_args__ = (
        Index(
            "uq_staff_roles_held",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("ended_at IS NULL OR ended_at >= granted_at", name="ends_after_it_began"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    role: Mapped[Role]
    granted_at: Mapped[datetime]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]


class StaffPassword(Base):
    """What a member of staff signs in with: an argon2 hash, and since when the access is closed.

    `password_hash` is None until somebody has used their enrolment code. `reset_at` is when the second factors were
    last taken away.
    """

    __tablename__ = "staff_passwords"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    changed_at: Mapped[datetime]
    reset_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class ChangeKind(StrEnum):
    """What waits for an approver of the other kind."""

    ROLE = "role"
    RESET = "reset"


class StaffChange(Pseudonymous, Base):
    """An approver's role to be given, or an approver's factors to be reset. It counts once confirmed.

    `asked_by_id` is NULL when it was asked at the shell.
    """

    __tablename__ = "staff_changes"
    __table_args__ = (
        CheckConstraint("(kind = 'role') = (role IS NOT NULL)", name="role_where_one_is_given"),
        CheckConstraint("(decided_by_id IS NULL) = (decided_at IS NULL)", name="decided_by_somebody"),
        CheckConstraint("decided_by_id <> person_id", name="not_decided_by_oneself"),
        CheckConstraint("decided_by_id <> asked_by_id", name="not_decided_by_who_asked"),
    )
    audit_kind: ClassVar[str] = "staff-change"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[ChangeKind]
    role: Mapped[Role | None]
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    is_confirmed: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    asked_by: Mapped[Person | None] = relationship(foreign_keys=asked_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)
