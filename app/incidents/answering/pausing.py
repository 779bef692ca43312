"""The money that a dispute holds back. Callers own the transaction; see `app.core.db`.

An invoice waits whole, and its due date does not run. Of what we pay only the part in question waits: all of it while
nobody has said which part that is.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_

from app import settlement
from app.core.db import session
from app.identity import Person
from app.incidents.answering.deadlines import parts_in_question, paused_days
from app.incidents.answering.dispute_models import Dispute
from app.incidents.answering.states import STANDING
from app.incidents.models import Incident
from app.incidents.proposal_models import Adjustment
from app.settlement import Hold, HoldKind, Settlement


def pause(dispute: Dispute, settlements: Sequence[Settlement], *, at: datetime) -> None:
    """Hold the invoices among these, and of what we pay the part in question."""
    payouts = list_payouts(settlements)
    parts = parts_in_question([each.open_cents for each in payouts], dispute.in_question_cents)
    held: dict[int, int | None] = {each.id: part for each, part in zip(payouts, parts, strict=True) if part}
    held |= {each.id: None for each in settlements if each.direction.is_invoice and not each.state.is_over}
    for each in settlements:
        if each.id in held:
            hold_part(dispute, each, held[each.id], by=dispute.filed_by, at=at)


def hold_part(dispute: Dispute, held: Settlement, cents: int | None, *, by: Person, at: datetime) -> None:
    """Hold one of them, or so much of it."""
    whole = cents is None or cents == held.open_cents
    settlement.hold(
        settlement=held,
        kind=HoldKind.DISPUTE,
        reason=f"The investor says: {dispute.reason.label}.",
        by=by,
        at=at,
        cents=None if whole else cents,
    )


def resume(dispute: Dispute, *, because: str, by: Person | None, at: datetime) -> None:
    """Let the money go; what an invoice waited, its due date moves."""
    settlements = list_disputed(dispute)
    today = today_in(dispute.case.incident, at)
    for each in settlements:
        holds = list_dispute_holds([each], on=today)
        let_go(holds, because=because, by=by, at=at)
        if holds and each.direction.is_invoice and not each.state.is_over:
            since = min(today_in(dispute.case.incident, hold.placed_at) for hold in holds)
            if days := paused_days(since, today):
                settlement.postpone(settlement=each, days=days, by=by, at=at)


def lift_by_hand(*, incident: Incident, held: Hold, reason: str, by: Person, at: datetime) -> None:
    """Staff let go what somebody holds; with the last hold of a dispute the due date of an invoice runs again."""
    settlement.lift(held=held, reason=reason, by=by, at=at)
    of, today = held.settlement, today_in(incident, at)
    waited = paused_days(today_in(incident, held.placed_at), today) if held.kind is HoldKind.DISPUTE else 0
    runs_again = of.direction.is_invoice and not of.state.is_over and not list_dispute_holds([of], on=today)
    if waited and runs_again:
        settlement.postpone(settlement=of, days=waited, by=by, at=at)


def let_go(holds: Sequence[Hold], *, because: str, by: Person | None, at: datetime) -> None:
    """Lift these holds."""
    for each in holds:
        settlement.lift(held=each, reason=because, by=by, at=at)


def hold_what_is_disputed(adjustments: Sequence[Adjustment], *, at: datetime) -> None:
    """What a newer version makes due waits where the figures are disputed still."""
    figures = {(each.case_id, each.account_id): each for each in adjustments}
    cases = {case_id for case_id, _ in figures}
    standing = select(Dispute).where(Dispute.case_id.in_(cases), Dispute.state.in_(STANDING))
    disputes = {key: each for each in session.scalars(standing) if (key := (each.case_id, each.account_id)) in figures}
    made = settlement.settlements_by_adjustment([figures[key].id for key in disputes]) if disputes else {}
    for key, dispute in disputes.items():
        pause(dispute, list(made.get(figures[key].id, {}).values()), at=at)


def list_disputed(dispute: Dispute) -> Sequence[Settlement]:
    """What every version of these figures made due, oldest first."""
    return list_settlements_of({(dispute.case_id, dispute.account_id)})


def list_settlements_of(figures: Collection[tuple[int, int]]) -> Sequence[Settlement]:
    """What every version of the figures of these (case, account) made due, oldest first."""
    theirs = (
        select(Settlement)
        .join(Adjustment, Adjustment.id == Settlement.adjustment_id)
        .where(tuple_(Adjustment.case_id, Adjustment.account_id).in_(list(figures)))
    )
    return session.scalars(theirs.order_by(Settlement.id)).all()


def list_payouts(settlements: Sequence[Settlement]) -> list[Settlement]:
    """Those that we pay and have not paid."""
    return [each for each in settlements if not each.direction.is_invoice and not each.state.is_over]


def list_dispute_holds(settlements: Sequence[Settlement], *, on: date) -> list[Hold]:
    """The holds of disputes that stand on these."""
    return [hold for holds in _by_settlement(settlements, on).values() for hold in holds]


def still_pays(adjustment: Adjustment) -> bool:
    """Whether any money to the investor has still to leave for these figures."""
    payouts = list_payouts(list_settlements_of({(adjustment.case_id, adjustment.account_id)}))
    left = settlement.sent_cents(payouts)
    return any(each.open_cents > left.get(each.id, 0) for each in payouts)


def waiting_cents(settlements: Sequence[Settlement], *, on: date) -> Mapping[int, int]:
    """How many minor units of each wait for a dispute; those of which nothing does are missing.

    What had left before the dispute does not wait: it is on its way.
    """
    holds = _by_settlement(settlements, on)
    left = settlement.sent_cents(settlements)
    amounts = {
        each.id: min(settlement.held_cents(each, holds.get(each.id, ())), each.open_cents - left.get(each.id, 0))
        for each in settlements
    }
    return {id_: cents for id_, cents in amounts.items() if cents}


def today_in(incident: Incident, at: datetime) -> date:
    """The date at the incident's contact."""
    return at.astimezone(ZoneInfo(incident.zone)).date()


def _by_settlement(settlements: Sequence[Settlement], on: date) -> dict[int, list[Hold]]:
    found = settlement.list_holds(settlements, on=on)
    return {id_: [hold for hold in holds if hold.kind is HoldKind.DISPUTE] for id_, holds in found.items()}
