"""A version after publication, and versions over some of the deals: what they replace, keep, pay and tell."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app import incidents, settlement
from app.core.db import session
from app.identity import Person, Role
from app.incidents import (
    CannotPropose,
    CannotPublish,
    CaseDecision,
    Decision,
    Distributions,
    Incident,
    IncompleteDecision,
    Proposal,
    Remedy,
    current,
)
from app.incidents.replacing import CannotReplace
from app.notices import AllClear, Correction, Message, read_content
from app.settlement import HoldKind, Settlement, SettlementState
from app.web.admin.texts import notice_texts
from tests.incidents.builders import AS_AGREED, PAY_TO, Staff, an_incident, approve, key_dates, publish, the_staff

pytestmark = pytest.mark.both_databases
TIDEWATER = frozenset({"tidewater"})
ORBIT = frozenset({"orbit"})
CAPPED = "simple-act/365f, at most 1%"
"""Another policy of interest: every refund is said anew."""


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


@pytest.fixture
def published(staff: Staff, at: datetime) -> Incident:
    return an_incident(staff, at=at, stage="published")


def _position(incident: Incident, deal: str, name: str) -> int:
    case = next(each for each in incident.cases if each.deal.external_id == deal)
    return next(each.position for each in case.deal.requests if each.account.name == name)


def _without_hugo(incident: Incident) -> Decision:
    declining = frozenset({_position(incident, "tidewater", "Hugo Martins")})
    return Decision({"tidewater": CaseDecision(declining=declining)}, covers=TIDEWATER)


def _propose(incident: Incident, staff: Staff, at: datetime, decision: Decision) -> Proposal:
    return incidents.propose(
        incident=incident,
        decision=decision,
        dates=key_dates(at.date()),
        pay_to=PAY_TO,
        reason="Somebody declined.",
        texts=notice_texts(),
        by=staff.admin,
        at=at,
    )


def _publish(incident: Incident, staff: Staff, at: datetime, decision: Decision) -> Proposal:
    proposal = _propose(incident, staff, at, decision)
    approve(incident, staff, at)
    publish(incident, staff, at)
    return proposal


def _person(name: str) -> Person:
    return session.scalars(select(Person).where(Person.full_name == name)).one()


def _told(proposal: Proposal) -> dict[str, Correction | AllClear]:
    wanted = select(Message).where(Message.subject_key == proposal.audit_name)
    told = {}
    for each in session.scalars(wanted):
        content = read_content(each)
        assert isinstance(content, Correction | AllClear)
        told[each.person.full_name] = content
    return told


def _settlements(account: str) -> list[Settlement]:
    found = session.scalars(select(Settlement).order_by(Settlement.id))
    return [each for each in found if each.account.name == account and each.deal.external_id == "tidewater"]


def _standing(incident: Incident, name: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Version and corrected amount of the figures that stand for this person, by deal and account."""
    concerned = incidents.find_concerned(incident, _person(name), on=incident.opened_at.date())
    assert concerned is not None
    return {
        (each.case.deal.external_id, each.account.name): (each.proposal.version, each.corrected_cents)
        for each in current.list_current(incident, concerned.account_ids)
    }


def test_only_people_whose_figures_change_are_told_and_read_what_is_replaced(
    published: Incident, staff: Staff, at: datetime
) -> None:
    second = _publish(published, staff, at + timedelta(days=3), _without_hugo(published))

    told = _told(second)
    assert set(told) == {"Chen Wei", "Elena Petrova", "Hugo Martins"}
    chen = told["Chen Wei"]
    assert isinstance(chen, Correction)
    (was,) = chen.replaced
    assert (was.was_correct_cents, was.ends_invoice, was.written_on) == (8581395, True, at.date())
    assert was.correct_cents is not None
    assert was.correct_cents > was.was_correct_cents
    hugo = told["Hugo Martins"]
    assert isinstance(hugo, Correction)
    assert [each.recorded_cents for each in hugo.held] == [2506705]
    assert hugo.replaced[0].correct_cents is None
    assert second.publication is not None
    assert (second.publication.done, second.publication.total) == (3, 3)


def test_what_is_open_ends_and_what_does_not_change_stays_due(published: Incident, staff: Staff, at: datetime) -> None:
    before = {each.id: each.state for name in ("Farid Haddad", "Jonah Reyes") for each in _settlements(name)}

    _publish(published, staff, at + timedelta(days=3), _without_hugo(published))

    old, new = _settlements("Chen Wei")
    assert (old.state, new.state) == (SettlementState.SUPERSEDED, SettlementState.DUE)
    assert new.principal_cents > old.principal_cents
    assert new.number != old.number
    assert [each.state for each in _settlements("Hugo Martins")] == [SettlementState.SUPERSEDED]
    after = {each.id: each.state for name in ("Farid Haddad", "Jonah Reyes") for each in _settlements(name)}
    assert after == before
    assert settlement.find_disagreements() == {}


def test_figures_that_are_kept_stand_as_they_were_told(published: Incident, staff: Staff, at: datetime) -> None:
    second = _publish(published, staff, at + timedelta(days=3), _without_hugo(published))

    standing = _standing(published, "Farid Haddad")
    assert set(standing.values()) == {(1, 4000000), (1, 4318182)}
    kept = next(each for each in second.adjustments if each.account.name == "Farid Haddad")
    assert kept.is_kept
    assert (kept.refund_cents, kept.interest_cents) == (kept.replaces.refund_cents, kept.replaces.interest_cents)  # type: ignore[union-attr]  # a kept one replaces one
    assert _standing(published, "Chen Wei")["tidewater", "Chen Wei"][0] == 2
    assert _standing(published, "Chen Wei")["orbit", "Chen Wei"][0] == 1


def test_the_changes_of_a_version_sum_to_zero_with_what_it_keeps(
    published: Incident, staff: Staff, at: datetime
) -> None:
    second = _propose(published, staff, at + timedelta(days=3), _without_hugo(published))

    assert incidents.balance_of(second).is_conserved
    assert incidents.balance_of(second).deals[0].refund_cents == 0  # what is kept was made due before


def test_what_an_investor_paid_is_counted_and_offered_only_the_rest(
    published: Incident, staff: Staff, at: datetime
) -> None:
    (invoice,) = _settlements("Chen Wei")
    _pay(published, staff, invoice, invoice.principal_cents, at)

    second = _publish(published, staff, at + timedelta(days=3), _without_hugo(published))

    chen = next(each for each in second.adjustments if each.account.name == "Chen Wei")
    assert chen.taken_cents == invoice.principal_cents
    old, new = _settlements("Chen Wei")
    assert old.state is SettlementState.SETTLED
    assert new.principal_cents == chen.corrected_cents - chen.recorded_cents - invoice.principal_cents > 0
    told = _told(second)["Chen Wei"]
    assert isinstance(told, Correction)
    assert (told.offers[0].missing_cents, told.replaced[0].ends_invoice) == (new.principal_cents, False)


def test_an_investor_who_pays_between_signature_and_publishing_is_not_asked_twice(
    published: Incident, staff: Staff, at: datetime
) -> None:
    _propose(published, staff, at + timedelta(days=3), _without_hugo(published))
    approve(published, staff, at + timedelta(days=3))
    (invoice,) = _settlements("Chen Wei")
    _pay(published, staff, invoice, invoice.principal_cents, at)

    with pytest.raises(CannotPublish, match="Tidewater Energy: money moved since this version counted it"):
        publish(published, staff, at + timedelta(days=3))


def test_nobody_is_made_to_give_back_what_they_bought(published: Incident, staff: Staff, at: datetime) -> None:
    (invoice,) = _settlements("Hugo Martins")
    _pay(published, staff, invoice, invoice.principal_cents, at)

    with pytest.raises(CannotReplace, match=r"Hugo Martins paid \$4,235\.28 for the missing part"):
        _propose(published, staff, at + timedelta(days=3), _without_hugo(published))


def test_a_refund_that_was_paid_is_never_paid_twice(published: Incident, staff: Staff, at: datetime) -> None:
    _pay_refunds(published, staff, at + timedelta(days=20))
    later = at + timedelta(days=30)
    capped = Decision(
        {"tidewater": CaseDecision()}, covers=TIDEWATER, interest_policy=CAPPED
    )  # other interest, so every refund is said anew

    second = _publish(published, staff, later, capped)

    jonah = next(each for each in second.adjustments if each.account.name == "Jonah Reyes")
    assert (jonah.is_kept, jonah.repaid_cents, jonah.refund_cents) == (False, 633382, 0)
    (only,) = _settlements("Jonah Reyes")
    assert only.state is SettlementState.SETTLED
    assert settlement.find_disagreements() == {}


def test_no_interest_is_lost_or_paid_twice_where_a_part_was_paid(
    published: Incident, staff: Staff, at: datetime
) -> None:
    (refund,) = _settlements("Jonah Reyes")
    held = settlement.hold(
        settlement=refund, kind=HoldKind.DISPUTE, reason="Disputed.", by=staff.admin, at=at, cents=200_000
    )
    _pay_refunds(published, staff, at + timedelta(days=20))
    settlement.lift(held=held, reason="Answered.", by=staff.admin, at=at)
    later = at + timedelta(days=30)
    almost = Decision({"tidewater": CaseDecision()}, covers=TIDEWATER, interest_policy="simple-act/365f, at most 90%")

    _publish(published, staff, later, almost)

    old, new = _settlements("Jonah Reyes")
    assert old.paid_principal_cents + new.principal_cents == old.principal_cents
    interest = old.paid_cents - old.paid_principal_cents + new.interest_cents
    as_if_none_was_paid = new.interest_cents * old.principal_cents // new.principal_cents
    assert old.interest_cents <= interest <= as_if_none_was_paid  # the rest bears it for longer than the part
    assert settlement.find_disagreements() == {}


def test_nothing_of_what_a_coming_version_changes_is_paid_meanwhile(
    published: Incident, staff: Staff, at: datetime
) -> None:
    later = at + timedelta(days=20)
    before = incidents.money.list_payable(published, on=later.date())
    other = Decision({"tidewater": CaseDecision()}, covers=TIDEWATER, interest_policy=CAPPED)

    proposal = _propose(published, staff, later, other)

    waiting = {each.id for name in ("Farid Haddad", "Jonah Reyes") for each in _settlements(name)}
    after = incidents.money.list_payable(published, on=later.date())
    assert before.keys() - after.keys() == {each for each in waiting if each in before}
    incidents.reject(
        proposal=proposal,
        digest_seen=proposal.digest,
        approver=staff.legal,
        role=Role.LEGAL,
        reason="No.",
        at=later,
    )
    assert incidents.money.list_payable(published, on=later.date()) == before


def test_no_version_is_proposed_while_money_that_it_changes_is_on_its_way(
    published: Incident, staff: Staff, at: datetime
) -> None:
    later = at + timedelta(days=20)
    incidents.money.prepare_batch(incident=published, by=staff.admin, at=later)
    other = Decision({"tidewater": CaseDecision()}, covers=TIDEWATER, interest_policy=CAPPED)

    with pytest.raises(CannotReplace, match=r"is in B-2026-0001\. Book the answer, or withdraw the batch"):
        _propose(published, staff, later, other)


def test_a_version_in_which_nothing_changes_is_refused(published: Incident, staff: Staff, at: datetime) -> None:
    with pytest.raises(CannotReplace, match="nothing changes for anybody against version 1"):
        _propose(published, staff, at, replace(AS_AGREED, covers=TIDEWATER))


def test_the_remedy_stays_once_money_was_paid_under_it(published: Incident, staff: Staff, at: datetime) -> None:
    _pay_refunds(published, staff, at + timedelta(days=20))
    none = CaseDecision(remedy=Remedy.NONE, reason="Nothing is left.")

    with pytest.raises(CannotReplace, match="money was paid under B redistribution"):
        _propose(published, staff, at + timedelta(days=30), Decision({"tidewater": none}, covers=TIDEWATER))


def test_a_version_that_leaves_just_now_cannot_be_replaced(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="approved")
    proposal = incidents.get_proposal(incident)
    incidents.start(proposal=proposal, typed_reference=incident.reference, texts=notice_texts(), by=staff.admin, at=at)

    with pytest.raises(CannotPropose, match="Version 1 is publishing"):
        _propose(incident, staff, at, _without_hugo(incident))


def test_the_digest_binds_which_version_is_replaced(published: Incident, staff: Staff, at: datetime) -> None:
    first = incidents.get_proposal(published)

    second = _propose(published, staff, at + timedelta(days=3), _without_hugo(published))

    assert f'"replaces":[1,"{first.digest}"]' in second.canonical
    assert '"replaces":null' in first.canonical


def test_the_receipt_of_the_old_version_stays_and_the_new_one_asks_again(
    published: Incident, staff: Staff, at: datetime
) -> None:
    first, chen = incidents.get_proposal(published), _person("Chen Wei")
    old = incidents.acknowledge(proposal=first, person=chen, at=at)

    second = _publish(published, staff, at + timedelta(days=3), _without_hugo(published))

    assert incidents.find_acknowledgment(second, chen) is None
    new = incidents.acknowledge(proposal=second, person=chen, at=at + timedelta(days=3))
    assert new.number != old.number
    assert incidents.get_acknowledgment(old.number, person=chen).figures == old.figures
    assert "8581395" in old.figures
    assert "8581395" not in new.figures
    assert "13818182" in new.figures  # Orbit's figures, which stand since version 1


# Some of the deals


def test_a_version_over_one_deal_tells_only_its_people(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="investigating")

    first = _publish(incident, staff, at, Decision({}, covers=TIDEWATER))

    told = set(_told(first))
    assert {"Jonah Reyes", "Chen Wei", "Hugo Martins"} <= told
    assert not told & {"Grace Lindqvist", "Bruno Keller"}
    assert incident.state == "investigating"
    assert [each.deal.external_id for each in current.list_uncovered(incident)] == ["orbit"]
    assert _looked_at(incident, "Chen Wei") == ["Orbit Robotics"]
    assert _looked_at(incident, "Jonah Reyes") == []


def test_the_other_deals_follow_as_another_version(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="investigating")
    _publish(incident, staff, at, Decision({}, covers=TIDEWATER))

    left = CaseDecision(distributions=Distributions.LEFT, distributions_reason="They have a letter of their own.")
    second = _publish(incident, staff, at + timedelta(days=5), Decision({"orbit": left}, covers=ORBIT))

    assert incident.state == "published"
    assert "Jonah Reyes" not in _told(second)
    assert not any(each.replaced for each in _told(second).values())
    assert {version for version, _ in _standing(incident, "Chen Wei").values()} == {1, 2}
    assert _looked_at(incident, "Chen Wei") == []


@pytest.mark.parametrize(
    ("covers", "words"), [(frozenset(), "at least one deal"), (frozenset({"comet"}), "no case for: comet")]
)
def test_a_version_covers_deals_of_the_incident(
    staff: Staff, at: datetime, covers: Collection[str], words: str
) -> None:
    incident = an_incident(staff, at=at, stage="investigating")

    with pytest.raises(IncompleteDecision, match=words):
        _propose(incident, staff, at, Decision({}, covers=frozenset(covers)))


def _looked_at(incident: Incident, name: str) -> list[str]:
    concerned = incidents.find_concerned(incident, _person(name), on=incident.opened_at.date())
    assert concerned is not None
    return list(current.list_looked_at(incident, concerned.account_ids))


def _pay(incident: Incident, staff: Staff, invoice: Settlement, cents: int, at: datetime) -> None:
    row = f"{invoice.number},paid,{at.date().isoformat()},x,{cents // 100}.{cents % 100:02d},{invoice.currency}"
    _book(incident, staff, [row], at)


def _pay_refunds(incident: Incident, staff: Staff, at: datetime) -> None:
    """Everything that can be paid is paid, and arrives."""
    batch = incidents.money.prepare_batch(incident=incident, by=staff.admin, at=at)
    incidents.money.release_batch(incident=incident, batch=batch, digest_seen=batch.digest, by=staff.management, at=at)
    settlement.take_file(batch=batch, by=staff.admin, at=at)
    _book(incident, staff, [f"{each.reference},settled,{at.date()},,," for each in batch.items], at)


def _book(incident: Incident, staff: Staff, rows: list[str], at: datetime) -> None:
    content = "\n".join(["reference,state,date,code,amount,currency", *rows, ""]).encode()
    file = settlement.book(incident_id=incident.id, name="a.csv", content=content, by=staff.admin, at=at)
    assert file.leftovers == []
    assert file.booked == len(rows)
