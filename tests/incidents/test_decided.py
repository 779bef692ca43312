"""A decision becomes a proposal, its money becomes due, and the database refuses what may never be."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app import incidents
from app.core.db import session
from app.identity import Person
from app.incidents import (
    Adjustment,
    CaseDecision,
    Decision,
    Distributions,
    Incident,
    Proposal,
    ProposalState,
    Remedy,
    RulingKind,
    Threshold,
    Unpaid,
    Waiver,
    WhatIf,
    money,
)
from app.incidents.decisions import IncompleteDecision
from app.incidents.making_due import publish_adjustments
from app.incidents.remedies import CannotCompute
from app.incidents.ruling import CannotRule
from app.incidents.unpaid import CannotBeUnpaid
from app.incidents.worded import CLAIMED_TEXT, HELD_TEXT, REMEDY_TEXTS, TRUED_UP_TEXT, UNPAID_TEXT, WAIVED_TEXT
from app.notices import Correction, Message
from app.settlement import Direction, Settlement
from app.web.admin.texts import notice_texts
from tests.incidents.builders import (
    AS_AGREED,
    PAY_TO,
    Staff,
    an_incident,
    approve,
    key_dates,
    notice_to,
    publish,
    the_staff,
)

WORDED = dict.fromkeys([*REMEDY_TEXTS.values(), CLAIMED_TEXT, HELD_TEXT, TRUED_UP_TEXT, WAIVED_TEXT], "ab" * 32)
"""As if a text had been written about everything that can be decided."""
LEFT = {"distributions": Distributions.LEFT, "distributions_reason": "They have a letter of their own."}


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


@pytest.fixture
def incident(staff: Staff, at: datetime) -> Incident:
    return an_incident(staff, at=at, stage="investigating")


def propose(
    incident: Incident, staff: Staff, at: datetime, decision: Decision, texts: Mapping[str, str] = WORDED
) -> Proposal:
    return incidents.propose(
        incident=incident,
        decision=decision,
        dates=key_dates(at.date()),
        pay_to=PAY_TO,
        reason="It is right.",
        texts=notice_texts() | dict(texts),
        by=staff.admin,
        at=at,
    )


def orbit(**decided: Any) -> Decision:
    """One decision for Orbit; Tidewater is redistributed."""
    return Decision({"orbit": CaseDecision(**(LEFT | {"reason": "It is right."} | decided))})


def due(proposal: Proposal, name: str = "Orbit Robotics") -> dict[str, list[tuple[Direction, int]]]:
    """By account, what publishing makes due in one deal."""
    found: dict[str, list[tuple[Direction, int]]] = {}
    for each in money.list_due(proposal.incident, on=proposal.notice_on):
        if each.settlement.deal.name == name:
            pair = (each.settlement.direction, each.settlement.total_cents)
            found.setdefault(each.settlement.account.external_id, []).append(pair)
    return found


def publish_as_if_sent(proposal: Proposal, at: datetime) -> None:
    """Every adjustment published; the texts of these tests exist on no disk, so nothing is written to anybody."""
    publish_adjustments(proposal, proposal.adjustments, at)


def test_a_new_round_makes_the_shortfalls_offers_and_leaves_the_others_alone(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    proposal = propose(incident, staff, at, orbit(remedy=Remedy.NEW_ROUND))
    publish_as_if_sent(proposal, at)

    assert due(proposal) == {
        "INV-003": [(Direction.OFFER, 14_238_16)],
        "INV-005": [(Direction.OFFER, 10_678_61)],
        "INV-006": [(Direction.OFFER, 4_449_43)],
    }
    balance = incidents.balance_of(proposal)
    assert balance.is_conserved
    assert [deal.change_cents for deal in balance.deals] == [29_366_20, 0]
    assert (balance.deals[0].taken_cents, balance.deals[0].given_cents) == (0, 29_366_20)
    assert balance.totals[0].new_capital_cents == 29_366_20
    assert balance.totals[0].platform_cents == balance.totals[0].interest_cents


def test_cash_is_paid_by_the_platform_and_nothing_else_moves(incident: Incident, staff: Staff, at: datetime) -> None:
    proposal = propose(incident, staff, at, orbit(remedy=Remedy.CASH))
    publish_as_if_sent(proposal, at)

    assert due(proposal) == {
        "INV-003": [(Direction.CASH, 5_695_26)],
        "INV-005": [(Direction.CASH, 4_271_44)],
        "INV-006": [(Direction.CASH, 1_779_77)],
    }
    assert proposal.parts[0].multiple == Fraction("1.4")
    balance = incidents.balance_of(proposal)
    assert (balance.deals[0].taken_cents, balance.deals[0].given_cents) == (0, 0)
    (total,) = balance.totals
    assert total.cash_cents == 11_746_47
    assert total.paid_out_cents == total.paid_in_cents + total.interest_cents + total.cash_cents


def test_no_action_makes_nothing_due(incident: Incident, staff: Staff, at: datetime) -> None:
    proposal = propose(incident, staff, at, orbit(remedy=Remedy.NONE))
    publish_as_if_sent(proposal, at)

    assert due(proposal) == {}
    assert [part.risk.value for part in proposal.parts] == ["high", "medium"]


def test_distributions_are_trued_up_and_the_platform_pays_what_others_would_owe_back(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    proposal = propose(incident, staff, at, orbit(distributions=Distributions.TRUED_UP, distributions_reason=""))
    publish_as_if_sent(proposal, at)

    theirs = {each.account.external_id: each for each in proposal.adjustments if each.case is incident.cases[0]}
    assert sum(each.distribution_cents for each in theirs.values()) == 0
    assert theirs["INV-007"].distribution_cents == -587_32
    assert due(proposal)["INV-003"] == [(Direction.OFFER, 14_238_16), (Direction.DISTRIBUTION, 284_76)]
    assert due(proposal)["INV-007"] == [(Direction.REFUND, 33_585_28)]
    (total,) = incidents.balance_of(proposal).totals
    assert (total.distribution_cents, total.claim_cents) == (587_32, 0)
    assert total.platform_cents == total.interest_cents + 587_32


def test_distributions_are_asked_back_only_where_legal_said_so(incident: Incident, staff: Staff, at: datetime) -> None:
    claimed = orbit(distributions=Distributions.CLAIMED)
    with pytest.raises(IncompleteDecision, match="only legal may decide"):
        propose(incident, staff, at, claimed)
    case = incident.cases[0]
    with pytest.raises(CannotRule, match="Only legal"):
        incidents.rule(case=case, kind=RulingKind.CLAIMED, clause="6", reason="So agreed.", by=staff.admin, at=at)
    ruling = incidents.rule(case=case, kind=RulingKind.CLAIMED, clause="6", reason="So agreed.", by=staff.legal, at=at)

    proposal = propose(incident, staff, at, claimed)
    assert incidents.balance_of(proposal).totals[0].claim_cents == 587_32
    incidents.withdraw_ruling(ruling=ruling, by=staff.legal, at=at)

    assert proposal.state is ProposalState.VOID
    with pytest.raises(IncompleteDecision, match="only legal may decide"):
        propose(incident, staff, at, claimed)


def test_a_claim_is_an_invoice_with_a_number(incident: Incident, staff: Staff, at: datetime) -> None:
    incidents.rule(
        case=incident.cases[0], kind=RulingKind.CLAIMED, clause="6", reason="So agreed.", by=staff.legal, at=at
    )
    publish_as_if_sent(propose(incident, staff, at, orbit(distributions=Distributions.CLAIMED)), at)

    (claim,) = session.scalars(select(Settlement).where(Settlement.direction == Direction.CLAIM))
    assert (claim.principal_cents, claim.due_on) == (587_32, key_dates(at.date()).due_by)
    assert claim.number is not None


def test_who_declined_keeps_what_they_have_and_the_rest_follows_the_rate_among_them(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    proposal = propose(incident, staff, at, orbit(declining=frozenset({3})))

    part = proposal.parts[0]
    chen = next(each for each in proposal.adjustments if each.is_held)
    assert (chen.request.position, chen.corrected_cents, chen.difference_cents) == (3, 123_943_66, 0)
    assert part.held == [3]
    assert part.rate == Fraction(8_052_817, 2_125_000)
    assert incidents.balance_of(proposal).is_conserved
    says = "without those who declined the rule gives other shares"
    texts = notice_texts() | WORDED
    assert not [each for each in incidents.list_obstacles(proposal, texts=texts) if says in each]
    part.held = [5]
    assert [each for each in incidents.list_obstacles(proposal, texts=texts) if says in each]


def test_every_word_and_cent_of_a_decision_is_in_the_digest(incident: Incident, staff: Staff, at: datetime) -> None:
    usual = orbit()
    others = [
        orbit(reason="Another reason."),
        orbit(risk_reason="Another risk."),
        orbit(distributions_reason="Another reason."),
        orbit(declining=frozenset({3})),
        orbit(remedy=Remedy.CASH),
        orbit(remedy=Remedy.CASH, multiple=Fraction("1.41")),
        orbit(remedy=Remedy.NEW_ROUND),
        replace(usual, threshold=Threshold({"USD": 1}, Waiver.NOTICE, "Small.")),
        replace(usual, threshold=Threshold({"USD": 2}, Waiver.NOTICE, "Small.")),
        replace(usual, assumptions=[{"doubt": "Is it?", "resolved": "It is."}]),
        replace(usual, interest_policy="simple-act/365f, at most 10%"),
        replace(usual, unpaid_offer=Unpaid.OFFERED_AGAIN),
    ]

    def digest(decision: Decision) -> str:
        return incidents.draft(
            incident=incident,
            decision=decision,
            dates=key_dates(at.date()),
            pay_to=PAY_TO,
            reason="It is right.",
            texts=notice_texts() | WORDED,
        ).digest

    digests = {digest(each) for each in [usual, usual, *others]}

    assert len(digests) == len(others) + 1


def test_a_waived_payment_is_not_made_due_but_the_correction_stands(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    threshold = Threshold({"USD": 5_000_00}, Waiver.PAYMENT, "For this test.")
    proposal = propose(incident, staff, at, replace(orbit(), threshold=threshold))
    publish_as_if_sent(proposal, at)

    assert set(due(proposal)) == {"INV-003", "INV-005", "INV-007"}
    farid = next(each for each in proposal.adjustments if each.waived is Waiver.PAYMENT)
    assert (farid.offer_cents, farid.change_cents, farid.published_at) == (4_449_43, 4_449_43, at)


def test_nobody_is_written_to_about_small_changes_alone_if_the_threshold_waives_it(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    threshold = Threshold({"USD": 30_000_00}, Waiver.NOTICE, "For this test.")
    decision = replace(AS_AGREED, threshold=threshold)
    proposal = propose(incident, staff, at, decision, texts={})
    dry = incidents.dry_run(proposal, at=at)
    approve(incident, staff, at)
    publish(incident, staff, at)

    told = set(session.scalars(select(Message.person_id).where(Message.subject_key == proposal.audit_name)))
    names = {each.person.full_name for each in incidents.list_concerned(incident, at.date()) if each.person.id in told}
    assert "Grace Lindqvist" in names  # her refund and its interest are more
    assert "Bruno Keller" in names  # nothing changes for him, and he reads so
    assert not {"Hugo Martins", "Chen Wei"} & names
    assert len(money.list_due(proposal.incident, on=proposal.notice_on)) == 9
    everybody = incidents.count_concerned(incident, at.date())
    assert (dry.people, dry.unwritten) == (len(told), everybody - len(told))
    publication = incidents.get_publication(incident)
    assert (publication.done, publication.total) == (len(told), len(told))
    assert incidents.count_reached(incident).written == everybody + len(told)  # the first notice went to everybody


@pytest.mark.parametrize(
    ("decided", "says"),
    [
        ({"remedy": Remedy.CASH, "reason": " "}, "Orbit Robotics: write why C cash make-whole"),
        ({"distributions": Distributions.LEFT, "distributions_reason": ""}, "write why its distributions"),
        ({"distributions": Distributions.NOTHING}, "paid a distribution: say what happens to it"),
        ({"remedy": Remedy.NONE, "distributions": Distributions.TRUED_UP}, "leaves its distributions as they are"),
        ({"declining": frozenset({99})}, "has no request at position 99"),
        (
            {"declining": frozenset({7})},
            r"Grace Lindqvist \(INV-007\) is offered nothing more, so there is nothing to decline",
        ),
        ({"is_obliging": True}, "may be declined until legal names the clause"),
    ],
)
def test_an_incomplete_decision_says_what_is_missing(
    incident: Incident, staff: Staff, at: datetime, decided: dict[str, Any], says: str
) -> None:
    with pytest.raises(IncompleteDecision, match=says):
        propose(incident, staff, at, orbit(**decided))


@pytest.mark.parametrize(
    ("over_all", "says"),
    [
        ({"unpaid_offer": Unpaid.STAYS_DUE}, "silence is never a yes"),
        ({"unpaid_obliged": Unpaid.OFFERED_AGAIN}, "is not offered to the others"),
        ({"unpaid_obliged": Unpaid.STAYS_DUE}, "Only an offer that may not be declined can stay due"),
    ],
)
def test_nothing_stays_due_that_nobody_had_to_take(
    incident: Incident, staff: Staff, at: datetime, over_all: dict[str, Any], says: str
) -> None:
    with pytest.raises(CannotBeUnpaid, match=says):
        propose(incident, staff, at, replace(orbit(), **over_all))


def test_what_becomes_of_an_unpaid_offer_is_told_by_the_policy_of_its_deal(
    incident: Incident, staff: Staff, at: datetime
) -> None:
    orbit_case = incident.cases[0]
    incidents.rule(case=orbit_case, kind=RulingKind.OBLIGED, clause="7.3", reason="Read.", by=staff.legal, at=at)
    decision = replace(orbit(is_obliging=True), unpaid_offer=Unpaid.OFFERED_AGAIN, unpaid_obliged=Unpaid.STAYS_DUE)

    proposal = propose(incident, staff, at, decision)

    chen = session.scalars(select(Person).where(Person.full_name == "Chen Wei")).one()
    concerned = incidents.find_concerned(incident, chen, at.date())
    assert concerned is not None
    notice = notice_to(proposal, concerned)
    assert isinstance(notice, Correction)
    told = {each.deal_name: (each.obliged_by, each.is_offered_again, each.stays_due) for each in notice.offers}
    assert told == {"Orbit Robotics": ("7.3", False, True), "Tidewater Energy": (None, True, False)}
    assert (proposal.policy["unpaid_offer"], proposal.policy["may_decline"]) == ("is offered again", False)


def test_an_unpaid_policy_without_its_words_cannot_be_proposed(incident: Incident, at: datetime) -> None:
    texts = {name: digest for name, digest in notice_texts().items() if name != UNPAID_TEXT}

    with pytest.raises(IncompleteDecision, match="no approved text for the offer that is offered again"):
        incidents.draft(
            incident=incident,
            decision=replace(orbit(), unpaid_offer=Unpaid.OFFERED_AGAIN),
            dates=key_dates(at.date()),
            pay_to=PAY_TO,
            reason="It is right.",
            texts=texts,
        )


def test_a_threshold_in_a_currency_of_no_deal_is_refused(incident: Incident, staff: Staff, at: datetime) -> None:
    threshold = Threshold({"USD": 100, "KWD": 100}, Waiver.NOTICE, "Small.")

    with pytest.raises(IncompleteDecision, match="No deal of this incident is in KWD"):
        propose(incident, staff, at, replace(orbit(), threshold=threshold))


def test_cash_without_any_multiple_cannot_be_proposed(incident: Incident, staff: Staff, at: datetime) -> None:
    tidewater = CaseDecision(remedy=Remedy.CASH, reason="It rose.")

    with pytest.raises(CannotCompute, match="Tidewater Energy: import a mark of this deal"):
        propose(incident, staff, at, Decision(dict(AS_AGREED.cases) | {"tidewater": tidewater}))


def test_a_decision_about_another_deal_is_refused(incident: Incident, staff: Staff, at: datetime) -> None:
    with pytest.raises(IncompleteDecision, match="no case for: comet"):
        propose(incident, staff, at, Decision({"comet": CaseDecision()}))


def test_without_rates_redistribution_is_not_computable_and_the_others_are(incident: Incident, at: datetime) -> None:
    due_by, policy = at.date() + timedelta(days=9), "quarterly-irs-underpayment"
    what_if = WhatIf(pay_by=at.date(), due_by=due_by, interest_policy=policy)

    found, _ = incidents.compare(incident, what_if)

    assert "say nothing about" in found.options[Remedy.REDISTRIBUTION].missing
    assert found.options[Remedy.CASH].cash_cents == 11_746_47
    assert not found.options[Remedy.NEW_ROUND].missing


def test_the_overview_says_which_remedy_each_deal_has(incident: Incident, staff: Staff, at: datetime) -> None:
    propose(incident, staff, at, orbit(remedy=Remedy.CASH))

    rows = {row.topic: row.says for row in incidents.get_overview(incident, texts=notice_texts(), on=at.date()).rows}

    assert rows[incidents.Topic.REMEDY].startswith(
        "C cash make-whole in Orbit Robotics, B redistribution in Tidewater Energy (version 1)"
    )


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "wrong",
    [
        {"offer_cents": 14_238_17},
        {"offer_cents": -1},
        {"cash_cents": 1},
        {"refund_cents": 1},
        {"change_cents": 1},
        {"interest_cents": 1},
        {"is_held": True},
    ],
)
def test_the_database_refuses_money_that_no_remedy_gives(staff: Staff, at: datetime, wrong: dict[str, Any]) -> None:
    proposal = incidents.get_proposal(an_incident(staff, at=at, stage="proposed"))
    chen = next(each for each in proposal.adjustments if each.difference_cents == 14_238_16)

    with pytest.raises(IntegrityError):
        session.execute(update(Adjustment).where(Adjustment.id == chen.id).values(**wrong))
