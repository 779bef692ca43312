"""When the worker comes back to the outbox by itself: once, however many bells rang. Callers own the transaction.

Without it every bell would begin a chain of deliveries of its own, each calling for the next, while messages wait.
"""

from datetime import datetime

from sqlalchemy import or_, update

from app.core.db import database_now, session
from app.notices.models import Outlet


def arrive() -> None:
    """A delivery begins: what was called for up to now is done by it."""
    mine = update(Outlet).where(Outlet.id == 1, Outlet.back_at <= database_now())
    session.execute(mine.values(back_at=None))


def call_back(*, at: datetime) -> bool:
    """Whether a delivery has to be called for then; False where one comes no later anyway."""
    is_late = or_(Outlet.back_at.is_(None), Outlet.back_at > at)
    called = session.connection().execute(update(Outlet).where(Outlet.id == 1, is_late).values(back_at=at))
    return bool(called.rowcount)
