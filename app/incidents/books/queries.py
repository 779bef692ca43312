"""Whether the books were changed: for an incident, and for the accounts of one reader."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.bulk import is_among
from app.core.db import session
from app.incidents.books.models import BooksChange, BooksEntry
from app.incidents.books.standing import Carried, carried
from app.incidents.models import Incident
from app.incidents.proposal_models import Adjustment, Proposal
from app.settlement import Direction, settlements_by_adjustment


class BookState(StrEnum):
    """How far the books are for some accounts; `WAITS` for the investor to take a missing part."""

    UNTOUCHED = "untouched"
    WAITS = "waits"
    CORRECTING = "correcting"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class Books:
    """`on` is the last day on which one of them was changed, once all are."""

    state: BookState
    on: date | None = None


def list_changes(incident: Incident) -> Sequence[BooksChange]:
    """Every record of a change, newest first."""
    theirs = select(BooksChange).where(BooksChange.incident_id == incident.id).order_by(BooksChange.id.desc())
    return session.scalars(theirs.options(joinedload(BooksChange.recorded_by))).all()


def find_change(proposal: Proposal) -> BooksChange | None:
    """The newest record that the books carry this correction."""
    theirs = select(BooksChange).where(BooksChange.proposal_id == proposal.id)
    return session.scalar(theirs.order_by(BooksChange.id.desc()).limit(1))


def books_of(adjustments: Sequence[Adjustment]) -> Books:
    """How far the books are for these."""
    offers = settlements_by_adjustment([each.id for each in adjustments])
    wanted: dict[int, int] = {}
    waits = False
    for each in adjustments:
        offer = offers.get(each.id, {}).get(Direction.OFFER)
        held, missing = each.recorded_cents + each.taken_cents, each.change_cents - each.taken_cents
        cents, standing = carried(held, missing, offer.state if offer else None)
        waits = waits or standing is Carried.OPEN
        if cents != each.recorded_cents:
            wanted[each.id] = cents
    if not wanted:
        return Books(BookState.WAITS if waits else BookState.UNTOUCHED)
    since = _carried_since(wanted)
    if len(since) < len(wanted):
        return Books(BookState.CORRECTING)
    return Books(BookState.CORRECTED, max(since.values()))


def _carried_since(wanted: Mapping[int, int]) -> Mapping[int, date]:
    """Since when the books say so of each adjustment; those of which they do not say it are missing."""
    since: dict[int, date] = {}
    otherwise: set[int] = set()
    for adjustment_id, cents, done_on in _entries(wanted):
        if cents != wanted[adjustment_id]:
            otherwise.add(adjustment_id)
        elif adjustment_id not in otherwise:
            since[adjustment_id] = done_on
    return since


def _entries(adjustment_ids: Collection[int]) -> Sequence[tuple[int, int, date]]:
    """Newest first."""
    rows = session.execute(
        select(BooksEntry.adjustment_id, BooksEntry.carried_cents, BooksChange.done_on)
        .join(BooksChange, BooksChange.id == BooksEntry.change_id)
        .where(is_among(BooksEntry.adjustment_id, adjustment_ids))
        .order_by(BooksEntry.change_id.desc())
    )
    return [(adjustment_id, cents, done_on) for adjustment_id, cents, done_on in rows]
