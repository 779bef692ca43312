"""Mail to staff about their own way in, so that a change that somebody else made is noticed. Facts only. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from app.notices.kinds import Content, Kind, Lane


class AccessChange(StrEnum):
    """What became different about how somebody signs in."""

    SET_UP = "set-up"
    PASSWORD = "password"
    APP = "app"
    APP_REMOVED = "app-removed"
    PASSKEY = "passkey"
    PASSKEY_REMOVED = "passkey-removed"
    RECOVERY_CODES = "recovery-codes"
    RESET = "reset"


@dataclass(frozen=True, kw_only=True)
class AccessChanged(Content):
    """To a member of staff: their sign-in was changed; `zone` is theirs. It carries no link and no code."""

    kind: ClassVar[Kind] = Kind.ACCESS_CHANGED
    lane: ClassVar[Lane] = Lane.SIGN_IN

    change: AccessChange
    changed_at: datetime
    zone: str

    @property
    def day(self) -> date:
        """The date of the change in the reader's zone."""
        return self.changed_at.astimezone(ZoneInfo(self.zone)).date()
