"""Reading stored replays: sums by bucket, who is in which, and what differs from the replay before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.allocations.replay import Bucket
from app.allocations.replay_models import Replay, ReplayDeal, ReplayShare
from app.core.db import session
from app.deals import Deal, Request


@dataclass(frozen=True, slots=True)
class Sum:
    """How many requests of one currency are in a bucket, and what they gain and lose, in minor units."""

    bucket: Bucket
    currency: str
    count: int
    gain_cents: int
    loss_cents: int


@dataclass(frozen=True, slots=True)
class DealDifference:
    """One deal in which a replay differs from the one before: how many requests, and why, in words."""

    deal: Deal
    requests: int
    why: str


def find_replay(incident_id: int) -> Replay | None:
    """The newest finished replay of the incident, with its deals."""
    return _newest(incident_id, before=None)


def find_replay_before(replay: Replay) -> Replay | None:
    """The finished replay before this one."""
    return _newest(replay.incident_id, before=replay.id)


def _newest(incident_id: int, before: int | None) -> Replay | None:
    query = select(Replay).where(Replay.incident_id == incident_id, Replay.finished_at.is_not(None))
    if before is not None:
        query = query.where(Replay.id < before)
    whole = query.options(selectinload(Replay.deals).joinedload(ReplayDeal.deal))
    return session.scalars(whole.order_by(Replay.id.desc()).limit(1)).one_or_none()


def sums_of(replay: Replay) -> list[Sum]:
    """Every bucket that somebody is in, by currency: over and under on frozen bases, knock-on on recomputed."""
    deals: dict[str, list[ReplayDeal]] = {}
    for each in replay.deals:
        deals.setdefault(each.deal.currency, []).append(each)
    found = [_sum(bucket, currency, theirs) for currency, theirs in sorted(deals.items()) for bucket in Bucket]
    return [each for each in found if each.count]


def _sum(bucket: Bucket, currency: str, deals: Sequence[ReplayDeal]) -> Sum:
    def total(column: str) -> int:
        return sum(getattr(each, column) for each in deals)

    gain, loss = {
        Bucket.OVER: (0, total("over_cents")),
        Bucket.UNDER: (total("under_cents"), 0),
        Bucket.KNOCK_ON: (total("knock_up_cents"), total("knock_down_cents")),
    }.get(bucket, (0, 0))
    return Sum(bucket, currency, total(bucket.value.replace("-", "_")), gain, loss)


def list_replay_shares(
    replay: Replay, *, buckets: Sequence[Bucket] = (), after: int = 0, at_most: int
) -> Sequence[ReplayShare]:
    """The next requests behind the row `after`, of these buckets or of all, with deal and account."""
    query = select(ReplayShare).where(ReplayShare.replay_id == replay.id, ReplayShare.id > after)
    if buckets:
        query = query.where(ReplayShare.bucket.in_(buckets))
    return session.scalars(
        query.order_by(ReplayShare.id)
        .limit(at_most)
        .options(
            joinedload(ReplayShare.request).joinedload(Request.account),
            joinedload(ReplayShare.replay_deal).joinedload(ReplayDeal.deal),
        )
    ).all()


def recomputed_bases(replay: Replay, deal: Deal) -> Mapping[int, Fraction] | None:
    """The recomputed bases by request id where they differ from the frozen; None where the deal was not replayed."""
    there = select(ReplayDeal).where(
        ReplayDeal.replay_id == replay.id, ReplayDeal.deal_id == deal.id, ReplayDeal.obstacle.is_(None)
    )
    replayed = session.scalars(there).one_or_none()
    if replayed is None:
        return None
    rows = session.execute(
        select(ReplayShare.request_id, ReplayShare.basis).where(
            ReplayShare.replay_deal_id == replayed.id, ReplayShare.basis.is_not(None)
        )
    )
    return {request_id: Fraction(str(basis)) for request_id, basis in rows}


def differences_between(replay: Replay, before: Replay) -> list[DealDifference]:
    """Every deal in which they differ, in order: what was imported or changed, and what carried on from that."""
    earlier = {each.deal_id: each for each in before.deals}
    found: list[DealDifference] = []
    for each in replay.deals:
        old = earlier.pop(each.deal_id, None)
        if old is None:
            words = "It was not imported when the replay before was made."
            found.append(DealDifference(each.deal, _requests(each), words))
        elif (each.inputs, each.outcome) != (old.inputs, old.outcome):
            found.append(DealDifference(each.deal, _changed(each, old), _why(each, old, found)))
    gone = "It is no longer among the deals in range."
    return found + [DealDifference(old.deal, _requests(old), gone) for old in earlier.values()]


def _why(each: ReplayDeal, old: ReplayDeal, before: Sequence[DealDifference]) -> str:
    if each.inputs != old.inputs:
        return "What was imported for it changed."
    if before:
        return "Averages in it carry on what changed in earlier deals."
    return "Its data is the same; this portal calculates it otherwise since an update."


def _requests(each: ReplayDeal) -> int:
    return each.over + each.under + each.knock_on + each.unaffected + each.not_checkable


def _changed(each: ReplayDeal, old: ReplayDeal) -> int:
    """How many requests have another figure or bucket, or came in or went."""
    then = aliased(ReplayShare)
    same = (
        select(func.count())
        .select_from(ReplayShare)
        .join(then, (then.request_id == ReplayShare.request_id) & (then.replay_deal_id == old.id))
        .where(
            ReplayShare.replay_deal_id == each.id,
            ReplayShare.bucket == then.bucket,
            ReplayShare.recorded_cents == then.recorded_cents,
            ReplayShare.frozen_cents.is_not_distinct_from(then.frozen_cents),
            ReplayShare.recomputed_cents.is_not_distinct_from(then.recomputed_cents),
        )
    )
    return max(_requests(each), _requests(old)) - (session.scalar(same) or 0)
