"""Reading the deals that a replay goes over: in order, a few thousand requests at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from itertools import groupby

from sqlalchemy import ColumnElement, func, or_, select

from app.allocations.replay import Basis, Entered, Entry
from app.allocations.terms import Rule
from app.core.db import session
from app.deals import Deal, Import, Release, Request, RuleName

REQUESTS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Head:
    """A deal without its requests: what really ran, and how many requests it has."""

    deal: Entered
    ran: RuleName
    requests: int


@dataclass(frozen=True)
class Range:
    """What a replay goes over: the first release with the rule at fault, its day, and every deal in order."""

    release_id: int
    since_on: date
    heads: Sequence[Head]

    @property
    def in_range(self) -> Sequence[Head]:
        """The deals to be replayed; the others only stand behind averages."""
        return [head for head in self.heads if head.deal.is_in_range]


def first_faulty(rule: RuleName) -> Release:
    """The first release that ran the rule. Raises NoResultFound."""
    return session.scalars(
        select(Release).where(Release.rule == rule).order_by(Release.deployed_on, Release.id).limit(1)
    ).one()


def is_since(release: Release) -> ColumnElement[bool]:
    """Deals in range: closed or allocated since the first faulty release, or allocated by its rule."""
    since_at = datetime.combine(release.deployed_on, time(), UTC)
    ran = select(Release.id).where(Release.rule == release.rule)
    return or_(Deal.closed_on >= release.deployed_on, Deal.allocated_at >= since_at, Deal.release_id.in_(ran))


def read_range(rule: RuleName) -> Range:
    """Every imported deal in order of (closed_on, number), those since the first faulty release in range."""
    release = first_faulty(rule)
    counts = select(Request.deal_id, func.count().label("requests")).group_by(Request.deal_id).subquery()
    rows = session.execute(
        select(Deal, Release.rule, func.coalesce(counts.c.requests, 0), is_since(release))
        .join(Deal.release)
        .outerjoin(counts, counts.c.deal_id == Deal.id)
    )
    heads = [_head(deal, ran, requests, is_in_range=bool(since)) for deal, ran, requests, since in rows]
    ordered = sorted(heads, key=lambda head: (head.deal.closed_on, head.deal.number))
    return Range(release.id, release.deployed_on, ordered)


def _head(deal: Deal, ran: RuleName, requests: int, *, is_in_range: bool) -> Head:
    obstacle = None
    if deal.rule.is_defect:
        obstacle = f"Its agreement names {deal.rule}, a contained rule."
    elif requests == 0:
        obstacle = "None of its requests was imported."
    entered = Entered(
        deal=deal.id,
        name=deal.name,
        number=deal.external_id,
        closed_on=deal.closed_on,
        currency=deal.currency,
        available=deal.available_cents,
        rule=Rule(deal.rule, minimum=deal.minimum_cents or 0),
        entries=(),
        is_in_range=is_in_range,
        obstacle=obstacle,
    )
    return Head(entered, ran, requests)


def read_entered(heads: Sequence[Head]) -> Iterator[Entered]:
    """The deals with their requests in order of position; no query stays open between two of them."""
    for batch in _batches(heads):
        entries = _entries([head.deal.deal for head in batch])
        for head in batch:
            yield replace(head.deal, entries=entries.get(head.deal.deal, ()))


def _batches(heads: Sequence[Head]) -> Iterator[list[Head]]:
    batch: list[Head] = []
    waiting = 0
    for head in heads:
        batch.append(head)
        waiting += head.requests
        if waiting >= REQUESTS_AT_ONCE:
            yield batch
            batch, waiting = [], 0
    if batch:
        yield batch


def _entries(deal_ids: Sequence[int]) -> dict[int, list[Entry]]:
    rows = session.execute(
        select(
            Request.deal_id,
            Request.id,
            Request.account_id,
            Request.requested_cents,
            Request.basis,
            Request.basis_count,
            Request.recorded_cents,
        )
        .where(Request.deal_id.in_(deal_ids))
        .order_by(Request.deal_id, Request.position)
    ).all()
    return {
        deal_id: [
            Entry(request, account, requested, _basis(basis), count, recorded)
            for _, request, account, requested, basis, count, recorded in theirs
        ]
        for deal_id, theirs in groupby(rows, key=lambda row: row[0])
    }


def _basis(text: str) -> Basis:
    return int(text) if text.isdecimal() else Fraction(text)


def newest_import() -> int:
    """The id of the last import: read before and after, it shows whether something came in between."""
    return session.scalar(select(func.max(Import.id))) or 0
