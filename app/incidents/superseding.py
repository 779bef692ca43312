"""Ending what an earlier version made due, once another says what is due instead. Callers own the transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app import settlement
from app.incidents.proposal_models import Adjustment
from app.settlement import Direction, Settlement

PAID_BACK = (Direction.REFUND, Direction.CASH)


def end_what_is_replaced(adjustments: Sequence[Adjustment], *, by: str, at: datetime) -> Mapping[int, int]:
    """Nothing that these replace is owed any more.

    Answers what was paid for the offers that end since the new figures were signed, in minor units by adjustment: an
    investor may have paid meanwhile, and is not asked for it twice. A payment that came back meanwhile was counted as
    paid, so what it was for stays due as it is.
    """
    made = _made_before(adjustments)
    arrived: dict[int, int] = {}
    for each in adjustments:
        for old in made.get(each.replaces_id or 0, {}).values():
            if settlement.may_be_superseded(old) and not _came_back(each, old):
                settlement.supersede(settlement=old, by=by, at=at)
            if old.direction is Direction.OFFER:
                arrived[each.id] = old.paid_cents - (each.taken_cents - _before(each).taken_cents)
    return arrived


def carry_holds(adjustments: Sequence[Adjustment], *, at: datetime) -> None:
    """What is held of a settlement that ended is held of the one in its place: a question is not answered by it.

    But for what is held there already for the same reason.
    """
    old = _made_before(adjustments)
    if not old:
        return
    new = settlement.settlements_by_adjustment([each.id for each in adjustments])
    holds = settlement.list_holds([each for theirs in old.values() for each in theirs.values()], on=at.date())
    pairs = [
        (placed, new.get(each.id, {}).get(direction))
        for each in adjustments
        for direction, ended in old.get(each.replaces_id or 0, {}).items()
        for placed in holds.get(ended.id, ())
    ]
    held = settlement.list_holds([target for _, target in pairs if target is not None], on=at.date())
    for placed, target in pairs:
        if target is not None and placed.kind not in {each.kind for each in held.get(target.id, ())}:
            settlement.carry_hold(held=placed, to=target, at=at)


def _made_before(adjustments: Sequence[Adjustment]) -> Mapping[int, Mapping[Direction, Settlement]]:
    ids = [each.replaces_id for each in adjustments if each.replaces_id is not None]
    return settlement.settlements_by_adjustment(ids) if ids else {}


def _came_back(each: Adjustment, old: Settlement) -> bool:
    counted = each.repaid_cents - _before(each).repaid_cents
    return old.direction in PAID_BACK and old.paid_principal_cents < counted


def _before(each: Adjustment) -> Adjustment:
    if each.replaces is None:
        raise LookupError("it replaces nothing")
    return each.replaces
