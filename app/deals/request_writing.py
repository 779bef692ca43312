"""Writing requests and their payments in batches as they go by. Callers own the transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from app.core.db import session
from app.deals.models import Payment, Request
from app.deals.stored import SLICE, StoredRequest

BATCH = 5000


class RequestWriter:
    """Writes what a pass finds. New deals are written as they go by; what concerns stored ones waits for `finish`.

    `deals` and `accounts` are row ids by the platform's own keys; `stored` are the deals that were there before.
    """

    def __init__(self, deals: Mapping[str, int], accounts: Mapping[str, int], stored: Mapping[str, object]) -> None:
        self._deals = deals
        self._accounts = accounts
        self._stored = stored
        self._new: list[tuple[dict[str, Any], Sequence[Any]]] = []
        self._later: list[tuple[dict[str, Any], Sequence[Any]]] = []
        self._changed: list[tuple[dict[str, Any], Sequence[Any]]] = []
        self._removed: list[int] = []

    def add(self, deal_id: str, account_id: str, place: int, values: Sequence[Any]) -> None:
        """A new request; its place in a stored deal may still be taken, so it waits there."""
        key = {"deal_id": self._deals[deal_id], "account_id": self._accounts[account_id]}
        batch = self._later if deal_id in self._stored else self._new
        batch.append(({**key, **_row(place, values)}, values))
        if len(self._new) >= BATCH:
            self._flush()

    def change(self, request: StoredRequest, place: int, values: Sequence[Any]) -> None:
        """A stored request whose cells or place are others."""
        self._changed.append(({"row_id": request.id, **_row(place, values)}, values))

    def remove(self, request: StoredRequest) -> None:
        """A stored request that goes, with its payment."""
        self._removed.append(request.id)

    def finish(self) -> None:
        """Everything that waited: removals free their places, changes move by way of places that nobody has."""
        self._forget_payments(self._removed)
        for some in _slices(self._removed):
            session.execute(delete(Request).where(Request.id.in_(some)))
        ids = [row["row_id"] for row, _ in self._changed]
        self._forget_payments(ids)
        for some in _slices(ids):
            session.execute(
                update(Request).where(Request.id.in_(some)).values(position=-Request.position),
                execution_options={"synchronize_session": False},
            )
        self._move()
        self._new += self._later
        self._flush()
        session.flush()
        session.expire_all()

    def _move(self) -> None:
        if not self._changed:
            return
        columns = [name for name in self._changed[0][0] if name != "row_id"]
        statement = (
            update(Request).where(Request.id == bindparam("row_id")).values({name: bindparam(name) for name in columns})
        )
        session.connection().execute(statement, [row for row, _ in self._changed])
        self._pay({row["row_id"]: values for row, values in self._changed})

    def _forget_payments(self, ids: Sequence[int]) -> None:
        for some in _slices(ids):
            session.execute(delete(Payment).where(Payment.request_id.in_(some)))

    def _flush(self) -> None:
        if not self._new:
            return
        connection = session.connection()
        last = connection.execute(select(Request.id).order_by(Request.id.desc()).limit(1)).scalar() or 0
        connection.execute(insert(Request), [row for row, _ in self._new])
        placed = connection.execute(select(Request.id, Request.deal_id, Request.account_id).where(Request.id > last))
        ids = {(deal_id, account_id): id_ for id_, deal_id, account_id in placed}
        self._pay({ids[row["deal_id"], row["account_id"]]: values for row, values in self._new})
        self._new = []

    def _pay(self, values_by_id: Mapping[int, Sequence[Any]]) -> None:
        payments = [
            {"request_id": request_id, "amount_cents": values[7], "paid_on": values[8]}
            for request_id, values in values_by_id.items()
            if values[7]
        ]
        if payments:
            session.connection().execute(insert(Payment), payments)


def _row(place: int, values: Sequence[Any]) -> dict[str, Any]:
    return {
        "position": place,
        "agreement_signed_on": values[2],
        "requested_cents": values[3],
        "basis": values[4],
        "basis_count": values[5],
        "recorded_cents": values[6],
    }


def _slices(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + SLICE] for start in range(0, len(ids), SLICE)]
