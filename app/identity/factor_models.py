"""Second factors of staff and how they are first set up. No table holds a secret that can be read without the keys."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity.models import Person


class FactorKind(StrEnum):
    """What somebody showed beside the password."""

    AUTHENTICATOR = "authenticator"
    PASSKEY = "passkey"
    RECOVERY = "recovery code"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {"authenticator": "Authenticator app", "passkey": "Passkey"}.get(self.value, "Recovery code")


class Authenticator(Base):
    """An app that shows six digits every 30 seconds; one for each person.

    `sealed` is its secret under the key `key_id`; `last_step` the newest time step whose code was accepted.
    """

    __tablename__ = "authenticators"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, autoincrement=False)
    key_id: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary(200))
    last_step: Mapped[int]
    added_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class Passkey(Pseudonymous, Base):
    """A WebAuthn credential; its private key never leaves the person's device."""

    __tablename__ = "passkeys"
    __table_args__ = (CheckConstraint("sign_count >= 0", name="sign_count_not_negative"),)
    audit_kind: ClassVar[str] = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(2048))
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One printed code, by its hash; it stands in for a factor once."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Enrolment(Base):
    """A code, handed over once, with which somebody chooses a password and sets up the first factor."""

    __tablename__ = "enrolments"
    __table_args__ = (CheckConstraint("expires_at > issued_at", name="expires_after_it_was_issued"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
