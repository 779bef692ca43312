"""Mail to staff about their own way in, and what it opens: what somebody else changed is noticed. Facts only. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from app.notices.kinds import Content, Kind, Lane


class AccessChange(StrEnum):
    """What became different about how somebody signs in, or in which roles."""

    SET_UP = "set-up"
    PASSWORD = "password"
    APP = "app"
    APP_REMOVED = "app-removed"
    PASSKEY = "passkey"
    PASSKEY_REMOVED = "passkey-removed"
    RECOVERY_CODES = "recovery-codes"
    RESET = "reset"
    ROLE_GIVEN = "role-given"
    ROLE_TAKEN = "role-taken"


@dataclass(frozen=True, kw_only=True)
class AccessChanged(Content):
    """To a member of staff: their sign-in or a role was changed; `zone` is theirs. It carries no link and no code.

    `role` is the role in words, where one was given or taken away.
    """

    kind: ClassVar[Kind] = Kind.ACCESS_CHANGED
    lane: ClassVar[Lane] = Lane.SIGN_IN

    change: AccessChange
    changed_at: datetime
    zone: str
    role: str | None = None

    @property
    def day(self) -> date:
        """The date of the change in the reader's zone."""
        return self.changed_at.astimezone(ZoneInfo(self.zone)).date()
