"""The only clock, for facts. Expiry and leases compare with `app.core.db.database_now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """The time as an aware UTC datetime."""
    return datetime.now(UTC)
