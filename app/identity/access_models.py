"""Rows behind signing in: requests for a link, links, sessions and counters. None holds a token, a code or a nonce."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Pseudonymous
from app.identity.links import hash_nonce
from app.identity.models import Person

FRESH_FOR = timedelta(minutes=5)
CONFIRMED_FOR = timedelta(minutes=10)
OPENS_A_PATH = "substr(opens, 1, 1) = '/' AND substr(opens, 2, 1) <> '/'"


class LinkKind(StrEnum):
    """Where a sign-in link came from. A rehearsal's link, and the code that confirms an act, never sign anybody in."""

    ASKED = "asked"
    NOTICE = "notice"
    REHEARSAL = "rehearsal"
    CONFIRMING = "confirming"


SIGN_IN_KINDS = (LinkKind.ASKED, LinkKind.NOTICE)


class SignInRequest(Base):
    """Somebody typed an address at `/sign-in`. The worker turns the row into a link or nothing, and deletes it."""

    __tablename__ = "sign_in_requests"
    __table_args__ = (CheckConstraint(OPENS_A_PATH, name="opens_a_path_of_ours"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    opens: Mapped[str] = mapped_column(String(200))
    nonce_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    asked_at: Mapped[datetime]


class SignInLink(Pseudonymous, Base):
    """An e-mailed link with its code. Token and code are derived from the pseudonym; only their hashes are kept.

    `message_pseudonym` is the notice the link came with, or which it renews: the links of a notice end together.
    `opens` is the path it leads to. `nonce_hash` is NULL unless a browser asked for the link.
    """

    __tablename__ = "sign_in_links"
    __table_args__ = (
        CheckConstraint(OPENS_A_PATH, name="opens_a_path_of_ours"),
        CheckConstraint("wrong_codes BETWEEN 0 AND 10", name="ten_wrong_codes_at_most"),
        CheckConstraint("expires_at > made_at", name="expires_after_it_was_made"),
    )
    audit_kind: ClassVar[str] = "link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[LinkKind]
    message_pseudonym: Mapped[str | None] = mapped_column(String(36), index=True)
    opens: Mapped[str] = mapped_column(String(200))
    key_id: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    nonce_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    wrong_codes: Mapped[int] = mapped_column(default=0)
    rests_until: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    def was_asked_with(self, nonce: str | None) -> bool:
        """True in the browser that asked for it, which kept the nonce."""
        return nonce is not None and self.nonce_hash == hash_nonce(nonce)

    def is_open(self, at: datetime) -> bool:
        """True while it can still sign its person in; it may be resting."""
        if self.kind not in SIGN_IN_KINDS:
            return False
        return self.is_current(at)

    def is_current(self, at: datetime) -> bool:
        """True while it was neither used nor ended, whatever it is for."""
        return self.used_at is None and self.voided_at is None and at < self.expires_at


class SessionKind(StrEnum):
    """Whose pages a session opens: an e-mailed link opens the investor's, password and second factor the staff's.

    ENTERING: the password was right and the second factor is still missing. ENROLLING: somebody with an enrolment code
    has chosen a password and sets up their first factor. Neither opens anything else.
    """

    INVESTOR = "investor"
    STAFF = "staff"
    ENTERING = "entering"
    ENROLLING = "enrolling"


STAFF_SESSIONS = (SessionKind.STAFF, SessionKind.ENTERING, SessionKind.ENROLLING)
"""Everything that ends when somebody's staff access does."""
LISTED_SESSIONS = (SessionKind.INVESTOR, SessionKind.STAFF)
"""What counts as being signed in."""


class LoginSession(Base):
    """One browser that is signed in. `device` is what its browser called itself, in plain words."""

    __tablename__ = "login_sessions"
    __table_args__ = (CheckConstraint("expires_at > started_at", name="expires_after_it_started"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[SessionKind]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("sign_in_links.id"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolments.id"))
    device: Mapped[str] = mapped_column(String(80), default="")
    started_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    def is_confirmed(self, at: datetime) -> bool:
        """True for 10 minutes after an investor typed a code that was mailed for it; never by signing in."""
        return self.confirmed_at is not None and at < self.confirmed_at + CONFIRMED_FOR

    def is_fresh(self, at: datetime) -> bool:
        """True for 5 minutes after a member of staff showed password and second factor; never for a link's session.

        `proved_at` is the earlier of the two.
        """
        return self.kind is SessionKind.STAFF and at < self.proved_at + FRESH_FOR


class RequestCount(Base):
    """How often something was asked for in one window of time, by the HMAC of who asked or for whom."""

    __tablename__ = "request_counts"

    purpose: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    window_seconds: Mapped[int] = mapped_column(primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    times: Mapped[int]
