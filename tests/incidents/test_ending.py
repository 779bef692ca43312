"""What becomes of an offer after its last day: it ends, is offered again, or stays due, as the signed policy says."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app import incidents, settlement
from app.audit import AuditEvent
from app.core.db import session
from app.core.text import format_date
from app.incidents import CaseDecision, Decision, Incident, RulingKind, Unpaid, ending, left_over
from app.settlement import Direction, HoldKind, Settlement, SettlementState
from app.web.admin.texts import notice_texts
from tests.incidents.builders import PAY_TO, Staff, an_incident, approve, key_dates, publish, the_staff

pytestmark = pytest.mark.both_databases
AFTER = timedelta(days=45)
"""From the publication to the day after the last day of its offers, and one more."""


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


def _published(staff: Staff, at: datetime, decision: Decision) -> Incident:
    incident = an_incident(staff, at=at, stage="investigating")
    if any(each.is_obliging for each in decision.cases.values()):
        case = next(each for each in incident.cases if each.deal.external_id == "tidewater")
        incidents.rule(case=case, kind=RulingKind.OBLIGED, clause="5.1", reason="It says so.", by=staff.legal, at=at)
    incidents.propose(
        incident=incident,
        decision=decision,
        dates=key_dates(at.date()),
        pay_to=PAY_TO,
        reason="As agreed.",
        texts=notice_texts(),
        by=staff.admin,
        at=at,
    )
    approve(incident, staff, at)
    publish(incident, staff, at)
    return incident


def _offers(incident: Incident) -> dict[str, Settlement]:
    rows = session.scalars(select(Settlement).where(Settlement.direction == Direction.OFFER).order_by(Settlement.id))
    return {each.account.name: each for each in rows if each.deal.external_id == "tidewater"}


ONE_DEAL = frozenset({"tidewater"})
ENDS = Decision({}, covers=ONE_DEAL)
AGAIN = Decision({}, covers=ONE_DEAL, unpaid_offer=Unpaid.OFFERED_AGAIN)
STAYS = Decision({"tidewater": CaseDecision(is_obliging=True)}, covers=ONE_DEAL, unpaid_obliged=Unpaid.STAYS_DUE)


def test_an_unpaid_offer_ends_after_its_last_day_once(staff: Staff, at: datetime) -> None:
    incident = _published(staff, at, ENDS)
    assert ending.list_with_offers(at=at + timedelta(days=43)) == []

    assert ending.list_with_offers(at=at + AFTER) == [incident]
    assert ending.end_batch(incident=incident, at=at + AFTER) == 3
    assert ending.end_batch(incident=incident, at=at + AFTER) == 0

    assert {each.state for each in _offers(incident).values()} == {SettlementState.ENDED}
    ended = session.scalars(select(AuditEvent)).all()
    assert sum(b'"offer.ended"' in each.leaf for each in ended) == 3
    assert [each.is_offered_again for each in left_over.list_left(incident)] == [False] * 3
    assert settlement.find_disagreements() == {}


def test_who_left_a_part_that_is_offered_again_declines_in_the_next_version(staff: Staff, at: datetime) -> None:
    incident = _published(staff, at, AGAIN)
    offers = _offers(incident)
    for name in ("Chen Wei", "Petrova Family Trust"):
        _pay(incident, staff, offers[name], at)

    ending.end_batch(incident=incident, at=at + AFTER)

    assert [each.says for each in left_over.list_left(incident)] == [
        f"did not take the offer of version 1 by {format_date(offers['Hugo Martins'].due_on)}"
    ]
    (case,) = [each for each in incident.cases if each.deal.external_id == "tidewater"]
    hugo = next(each.position for each in case.deal.requests if each.account.name == "Hugo Martins")
    left = {each.adjustment.request.position for each in left_over.list_who_left(case)}
    assert left == {hugo}
    declining = {"tidewater": CaseDecision(declining=frozenset(left))}
    later = at + AFTER
    incidents.propose(
        incident=incident,
        decision=Decision(declining, covers=ONE_DEAL, unpaid_offer=Unpaid.OFFERED_AGAIN),
        dates=key_dates(later.date()),
        pay_to=PAY_TO,
        reason="A part was left.",
        texts=notice_texts(),
        by=staff.admin,
        at=later,
    )
    held = next(each for each in incidents.get_proposal(incident).adjustments if each.is_held)
    assert (held.account.name, held.is_lapsed) == ("Hugo Martins", True)
    assert sum(each.offer_cents for each in incidents.get_proposal(incident).adjustments) == 423528


def test_what_stays_due_is_never_ended_and_somebody_calls(staff: Staff, at: datetime) -> None:
    incident = _published(staff, at, STAYS)

    assert ending.list_with_offers(at=at + AFTER) == []

    late = left_over.list_overdue(incident, on=(at + AFTER).date())
    people = left_over.list_whom_to_call(late, on=(at + AFTER).date())
    assert {each.account.name for each in late} == {"Chen Wei", "Petrova Family Trust", "Hugo Martins"}
    assert {person.full_name for theirs in people.values() for person in theirs} == {
        "Chen Wei",
        "Elena Petrova",
        "Hugo Martins",
    }
    assert all(each.settlement.interest_cents == 0 for each in late)


def _hold(offer: Settlement, incident: Incident, staff: Staff, at: datetime) -> None:
    settlement.hold(settlement=offer, kind=HoldKind.DISPUTE, reason="Disputed.", by=staff.admin, at=at)


def _pay_in_part(offer: Settlement, incident: Incident, staff: Staff, at: datetime) -> None:
    _pay(incident, staff, offer, at, cents=100)


@pytest.mark.parametrize("happened", [_hold, _pay_in_part])
def test_an_offer_that_is_held_or_paid_in_part_is_not_ended(
    staff: Staff, at: datetime, happened: Callable[[Settlement, Incident, Staff, datetime], None]
) -> None:
    incident = _published(staff, at, ENDS)
    hugo = _offers(incident)["Hugo Martins"]
    happened(hugo, incident, staff, at)

    assert ending.end_batch(incident=incident, at=at + AFTER) == 2

    assert hugo.state is SettlementState.DUE
    assert hugo in [each.settlement for each in left_over.list_overdue(incident, on=(at + AFTER).date())]


def _pay(incident: Incident, staff: Staff, invoice: Settlement, at: datetime, *, cents: int | None = None) -> None:
    amount = cents or invoice.total_cents
    row = f"{invoice.number},paid,{at.date()},x,{amount // 100}.{amount % 100:02d},{invoice.currency}"
    content = f"reference,state,date,code,amount,currency\n{row}\n".encode()
    file = settlement.book(incident_id=incident.id, name="a.csv", content=content, by=staff.admin, at=at)
    assert file.leftovers == []
