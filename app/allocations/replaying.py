"""Making a replay and keeping it, deal by deal, in transactions of its own: it may take minutes."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import delete, insert, select

from app import audit
from app.allocations.replay import Basis, Bucket, Entered, Figure, Replayed, replay
from app.allocations.replay_models import Replay, ReplayDeal, ReplayShare
from app.allocations.replay_reading import Head, Range, newest_import, read_entered, read_range
from app.allocations.terms import Outcome
from app.core.db import session, transaction
from app.core.errors import DomainError
from app.core.text import plain_fraction, plural
from app.deals import RuleName
from app.identity import Person

SHARES_AT_ONCE = 5_000
Tell = Callable[[int, int | None, str], None]
"""Takes how many deals are done, of how many, and a line for people."""


class CannotReplay(DomainError):
    """The replay cannot be made, or was overtaken."""


@dataclass(frozen=True)
class Commission:
    """For which incident (its row's id and reference) a replay is made, the rule at fault, by whom and when."""

    incident_id: int
    reference: str
    rule: RuleName
    by: Person | str
    at: datetime


def make_replay(commission: Commission, tell: Tell) -> Replay:
    """Replay every deal in range both ways and keep every figure; needs no open transaction.

    Raises CannotReplay when deals were imported meanwhile or a newer replay overtook this one.
    """
    mark, over = newest_import(), read_range(commission.rule)
    making = _begin(commission, over)
    heads = {head.deal.deal: head for head in over.heads}
    total, done = len(over.in_range), 0
    for batch in _batches(replay(read_entered(over.heads))):
        with transaction():
            _check_still_wanted(making)
            for place, each in enumerate(batch, done + 1):
                _keep(making, place, heads[each.deal.deal], each)
        done += len(batch)
        tell(done, total, f"{batch[-1].deal.name} is replayed.")
    if newest_import() != mark:
        raise CannotReplay("Deals were imported while they were replayed. Replay them again.")
    return _finish(making, commission)


def _begin(commission: Commission, over: Range) -> int:
    with transaction():
        begun = Replay(
            incident_id=commission.incident_id,
            rule=commission.rule,
            release_id=over.release_id,
            since_on=over.since_on,
            made_by_id=commission.by.id if isinstance(commission.by, Person) else None,
            begun_at=commission.at,
        )
        session.add(begun)
        session.flush()
        return begun.id


def _batches(replayed: Iterable[Replayed]) -> Iterator[list[Replayed]]:
    batch: list[Replayed] = []
    waiting = 0
    for each in replayed:
        batch.append(each)
        waiting += len(each.figures)
        if waiting >= SHARES_AT_ONCE:
            yield batch
            batch, waiting = [], 0
    if batch:
        yield batch


def _check_still_wanted(making: int) -> None:
    if session.scalar(select(Replay.id).where(Replay.id == making).with_for_update()) is None:
        raise CannotReplay("A newer replay of this incident was finished meanwhile.")


def _keep(making: int, place: int, head: Head, each: Replayed) -> None:
    counts = Counter(figure.bucket for figure in each.figures)
    row = ReplayDeal(
        replay_id=making,
        deal_id=each.deal.deal,
        place=place,
        ran=head.ran,
        obstacle=each.obstacle,
        inputs=_digest(_inputs(each.deal)),
        outcome=_digest(_outcome(each)),
        frozen_rate=_rate(each.frozen),
        recomputed_rate=_rate(each.recomputed),
        **{bucket.value.replace("-", "_"): counts[bucket] for bucket in Bucket},
        **_sums(each.figures),
        frozen_change_cents=_change(each, each.frozen),
        recomputed_change_cents=_change(each, each.recomputed),
    )
    session.add(row)
    session.flush()
    shares = [_share(making, row.id, figure) for figure in each.figures]
    if shares:
        session.execute(insert(ReplayShare), shares)


def _share(making: int, replay_deal_id: int, figure: Figure) -> dict[str, Any]:
    return {
        "replay_id": making,
        "replay_deal_id": replay_deal_id,
        "request_id": figure.entry.request,
        "recorded_cents": figure.entry.recorded,
        "frozen_cents": figure.frozen,
        "recomputed_cents": figure.recomputed,
        "basis": None if figure.basis is None else plain_fraction(Fraction(figure.basis)),
        "bucket": figure.bucket,
        "reason": figure.reason,
    }


def _sums(figures: Sequence[Figure]) -> dict[str, int]:
    frozen = [figure.frozen - figure.entry.recorded for figure in figures if figure.frozen is not None]
    knocked = [figure for figure in figures if figure.bucket is Bucket.KNOCK_ON]
    carried = [each.recomputed - each.entry.recorded for each in knocked if each.recomputed is not None]
    return {
        "over_cents": -sum(change for change in frozen if change < 0),
        "under_cents": sum(change for change in frozen if change > 0),
        "knock_up_cents": sum(change for change in carried if change > 0),
        "knock_down_cents": -sum(change for change in carried if change < 0),
    }


def _change(each: Replayed, outcome: Outcome | None) -> int:
    return 0 if outcome is None else sum(outcome.shares) - sum(entry.recorded for entry in each.deal.entries)


def _rate(outcome: Outcome | None) -> str | None:
    return None if outcome is None or outcome.rate is None else plain_fraction(outcome.rate)


def _inputs(deal: Entered) -> Iterator[str]:
    """What goes in, a line for the deal and one for each request; amounts in minor units."""
    rule = f"{deal.rule.name} {deal.rule.zero_basis} {deal.rule.tie} {deal.rule.minimum}"
    yield f"{deal.number} {deal.closed_on} {deal.currency} {deal.available} {rule} {deal.obstacle or ''}"
    for _, account, requested, basis, averaged_over, recorded in deal.entries:
        yield f"{account} {requested} {basis} {averaged_over or ''} {recorded}"


def _outcome(each: Replayed) -> Iterator[str]:
    """What comes out: the rates, and for each request its figures, its basis if that changed, and its bucket."""
    yield f"{_rate(each.frozen) or ''} {_rate(each.recomputed) or ''}"
    for _, frozen, recomputed, basis, bucket, reason in each.figures:
        yield f"{_text(frozen)} {_text(recomputed)} {_text(basis)} {bucket} {reason or ''}"


def _text(value: Basis | None) -> str:
    return "" if value is None else str(value)


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _finish(making: int, commission: Commission) -> Replay:
    """Close it, forget what earlier attempts left behind, and write it into the log."""
    with transaction():
        _check_still_wanted(making)
        finished = session.get_one(Replay, making)
        finished.digest = _digest(f"{deal.deal.external_id} {deal.inputs} {deal.outcome}" for deal in finished.deals)
        finished.finished_at = commission.at
        _forget_attempts(finished)
        session.flush()
        replayed = sum(deal.obstacle is None for deal in finished.deals)
        audit.record(
            action="replay.made",
            actor=commission.by,
            subject=finished,
            at=commission.at,
            incident=commission.reference,
            rule=commission.rule.value,
            digest=finished.digest,
            coverage=f"{replayed} of {plural(len(finished.deals), 'deal')}",
        )
        return finished


def _forget_attempts(finished: Replay) -> None:
    left = select(Replay.id).where(
        Replay.incident_id == finished.incident_id, Replay.finished_at.is_(None), Replay.id < finished.id
    )
    for table in (ReplayShare, ReplayDeal):
        session.execute(delete(table).where(table.replay_id.in_(left)))
    session.execute(delete(Replay).where(Replay.id.in_(left)))
