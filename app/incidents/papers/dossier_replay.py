"""What a dossier says of the replay: how far everybody affected was looked for, and who was found."""

from collections.abc import Iterator

from app import allocations
from app.allocations import Bucket, Replay, ReplayDeal, ReplayShare
from app.incidents.coverage import find_coverage, find_replay
from app.incidents.models import Incident
from app.incidents.papers.dossier_facts import ReplayedDeal, ReplayedShare, ReplayFact

AT_ONCE = 1000
NOT_RIGHT = [bucket for bucket in Bucket if bucket is not Bucket.UNAFFECTED]


def describe_replay(incident: Incident) -> ReplayFact | None:
    """The newest replay with everybody who is not plainly unaffected; None before the first."""
    replay, coverage = find_replay(incident), find_coverage(incident)
    if replay is None or coverage is None:
        return None
    return ReplayFact(
        digest=replay.digest,
        since_on=replay.since_on,
        finished_at=replay.finished_at,
        replayed=coverage.replayed,
        in_range=coverage.in_range,
        sentence=coverage.sentence,
        deals=[_deal(each) for each in replay.deals],
        shares=[_share(each) for each in _shares(replay)],
    )


def _deal(each: ReplayDeal) -> ReplayedDeal:
    return ReplayedDeal(
        deal_id=each.deal.external_id,
        name=each.deal.name,
        over=each.over,
        under=each.under,
        knock_on=each.knock_on,
        unaffected=each.unaffected,
        not_checkable=each.not_checkable,
        obstacle=each.obstacle,
    )


def _shares(replay: Replay) -> Iterator[ReplayShare]:
    after = 0
    while page := allocations.list_replay_shares(replay, buckets=NOT_RIGHT, after=after, at_most=AT_ONCE):
        yield from page
        after = page[-1].id


def _share(each: ReplayShare) -> ReplayedShare:
    deal, account = each.replay_deal.deal, each.request.account
    return ReplayedShare(
        deal_id=deal.external_id,
        currency=deal.currency,
        account_id=account.external_id,
        account_name=account.name,
        bucket=each.bucket,
        recorded_cents=each.recorded_cents,
        frozen_cents=each.frozen_cents,
        recomputed_cents=each.recomputed_cents,
        reason=each.reason,
    )
