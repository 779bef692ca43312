"""Taking or leaving an offer. Callers own the transaction; see `app.core.db`.

Silence is never a yes: whoever says nothing owes nothing. Until its last day an offer that was left can be taken up
again, and the other way round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import audit, settlement
from app.core import signals
from app.core.db import ring, session
from app.core.errors import DomainError
from app.core.text import format_date
from app.identity import Person
from app.incidents.answering.deadlines import paused_days
from app.incidents.answering.disputing import check_answers_for
from app.incidents.answering.election_models import Choice, Election
from app.incidents.answering.mailing import tell_of_election
from app.incidents.answering.pausing import list_dispute_holds, today_in
from app.incidents.answers import figure_seen, new_number
from app.incidents.canonical import canonical
from app.incidents.proposal_models import Adjustment
from app.settlement import Direction, Settlement, SettlementState

CHOOSABLE = (SettlementState.DUE, SettlementState.DECLINED)


class CannotElect(DomainError):
    """There is no such choice, or not any more, or not for this person."""


@dataclass(frozen=True)
class Option:
    """An offer that may be taken or left through `until_on`; `chosen` is the last answer, None while nobody gave one.

    `is_open`: it can still be chosen.
    """

    adjustment: Adjustment
    offer: Settlement
    until_on: date
    is_open: bool
    chosen: Election | None

    @property
    def is_left(self) -> bool:
        """Whether the offer was left, so that there is nothing to pay."""
        return self.offer.state is SettlementState.DECLINED


def elect(
    *,
    adjustment: Adjustment,
    choice: Choice,
    person: Person,
    key: str,
    at: datetime,
    taken_by: Person | None = None,
) -> Election:
    """Record the choice, and tell the account's other people; leaving declines the invoice.

    The same choice again, or the same key, answers what is recorded. `taken_by` is who of us took it by phone. Raises
    CannotElect, CannotDispute, CannotDecline.
    """
    session.refresh(adjustment, with_for_update=True)
    known = session.scalar(select(Election).where(Election.person_id == person.id, Election.key == key))
    if known is not None:
        return known
    check_answers_for(adjustment.account_id, adjustment, person, at)
    if adjustment.case.incident.is_over:
        raise CannotElect("Your case is closed, so nothing can be chosen any more. Please call us.")
    option = next(iter(list_options([adjustment], on=today_in(adjustment.case.incident, at))), None)
    if option is None:
        raise CannotElect("There is nothing to choose here.")
    if not option.is_open:
        raise CannotElect(f"This could be chosen through {format_date(option.until_on)}. Please call us.")
    if option.chosen is not None and option.chosen.choice is choice:
        return option.chosen
    election = _record(option, choice, person, key, at)
    _carry_out(election, option.offer, taken_by, at)
    return election


def _record(option: Option, choice: Choice, person: Person, key: str, at: datetime) -> Election:
    election = Election(
        number=new_number("E", Election.number),
        adjustment=option.adjustment,
        person=person,
        key=key,
        choice=choice,
        figures=canonical({"figures": [figure_seen(option.adjustment)]}),
        until_on=option.until_on,
        event_id="",
        at=at,
    )
    session.add(election)
    session.flush()
    return election


def _record_event(election: Election, actor: Person, at: datetime) -> str:
    proposal = election.adjustment.proposal
    event = audit.record(
        action="election.made",
        actor=actor,
        subject=election,
        at=at,
        number=election.number,
        incident=proposal.incident.reference,
        version=proposal.version,
        choice=election.choice.value,
        figures=[figure_seen(election.adjustment)],
        until_on=election.until_on.isoformat(),
    )
    return event.id


def _carry_out(election: Election, offer: Settlement, taken_by: Person | None, at: datetime) -> None:
    """Whoever leaves it declines the invoice; whoever takes it, or wants to talk first, keeps it open."""
    by = taken_by or election.person
    election.event_id = _record_event(election, by, at)
    is_left, is_declined = election.choice is Choice.LEAVE, offer.state is SettlementState.DECLINED
    if is_left and not is_declined:
        settlement.decline(settlement=offer, by=by, at=at)
    elif is_declined and not is_left:
        settlement.take_up(settlement=offer, by=by, at=at)
    tell_of_election(election=election, taken_by=taken_by, at=at)
    session.flush()
    ring(signals.checkpoint_wanted)


def list_options(adjustments: Sequence[Adjustment], *, on: date) -> list[Option]:
    """The offers among these that may be left, in their order; what the agreement obliges to take is none."""
    made = settlement.settlements_by_adjustment([each.id for each in adjustments])
    chosen = _newest([each.id for each in adjustments])
    found = []
    for each in adjustments:
        offer = made.get(each.id, {}).get(Direction.OFFER)
        if offer is not None and each.published_at is not None and _may_leave(each):
            found.append(_option(each, offer, chosen.get(each.id), on))
    return found


def _option(adjustment: Adjustment, offer: Settlement, chosen: Election | None, today: date) -> Option:
    until_on = _until(adjustment, offer, today)
    is_open = offer.state in CHOOSABLE and today <= until_on and not adjustment.case.incident.is_over
    return Option(adjustment, offer, until_on, is_open, chosen)


def _until(adjustment: Adjustment, offer: Settlement, today: date) -> date:
    """Its last day; while it waits for a dispute, as many days later as it has waited."""
    holds = list_dispute_holds([offer], on=today)
    since = min((today_in(adjustment.case.incident, each.placed_at) for each in holds), default=today)
    return offer.due_on + timedelta(days=paused_days(since, today))


def _may_leave(adjustment: Adjustment) -> bool:
    return any(part.case_id == adjustment.case_id and part.obliged_by == "" for part in adjustment.proposal.parts)


def _newest(adjustment_ids: Sequence[int]) -> Mapping[int, Election]:
    theirs = select(Election).where(Election.adjustment_id.in_(adjustment_ids)).order_by(Election.id)
    return {each.adjustment_id: each for each in session.scalars(theirs.options(joinedload(Election.person)))}


def list_elections_by(person: Person) -> Sequence[Election]:
    """Every choice that this person made, newest first."""
    return session.scalars(select(Election).where(Election.person_id == person.id).order_by(Election.id.desc())).all()


def get_election(number: str, *, person: Person) -> Election:
    """One's own choice by the number of its receipt. Raises NoResultFound."""
    theirs = select(Election).where(Election.number == number, Election.person_id == person.id)
    return session.scalars(theirs).one()


def counts(election: Election) -> bool:
    """Whether it is the last answer to its offer."""
    return _newest([election.adjustment_id])[election.adjustment_id].id == election.id
