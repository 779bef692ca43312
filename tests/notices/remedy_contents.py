"""Contents of corrections by the other remedies, on the demo's figures."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from app.notices import (
    AllClear,
    Cash,
    Claim,
    Contact,
    Content,
    Correction,
    Distribution,
    Held,
    InterestTerms,
    KnockOn,
    NewRound,
    NoAction,
    Offer,
    Refund,
    Replaced,
    Unchanged,
    Waived,
)

NOTHING = Correction(
    reference="INC-2026-003",
    contact=Contact("Maya Ortiz", "+1 212-555-0000", "weekdays 9 am to 5 pm New York time"),
    record_mark="1284 3fQxVm0nUzGyd6DVQb3cbsRFcpB2f1iQzKJt2zGkYb8=",
    no_actions=(
        NoAction(
            deal_name="Orbit Robotics",
            recorded_cents=9295775,
            correct_cents=10363636,
            requested_cents=20000000,
            reason="The company was sold last year, so there is nothing left to divide.",
        ),
    ),
    look_by=date(2026, 12, 3),
    fixed_on=date(2026, 11, 18),
    years_to_find=2,
)
"""D; the base of the others."""
BUY = NewRound(
    deal_name="Orbit Robotics",
    recorded_cents=9295775,
    correct_cents=10363636,
    requested_cents=20000000,
    offered_cents=1067861,
    price_year=2024,
)
KEEP = NewRound(
    deal_name="Orbit Robotics",
    recorded_cents=7436620,
    correct_cents=4500000,
    requested_cents=4500000,
    offered_cents=0,
    price_year=2024,
)
NEW_ROUND = replace(NOTHING, no_actions=(), new_rounds=(BUY,), due_by=date(2027, 1, 4), remind_on=date(2026, 12, 21))
NEW_ROUND_KEPT = replace(NOTHING, no_actions=(), new_rounds=(KEEP,))
PAID = Cash(
    deal_name="Orbit Robotics",
    recorded_cents=9295775,
    correct_cents=10363636,
    requested_cents=20000000,
    cash_cents=427144,
    multiple=Fraction(14, 10),
    priced_on=date(2026, 10, 31),
)
FALLEN = replace(
    PAID,
    recorded_cents=7436620,
    correct_cents=4500000,
    requested_cents=4500000,
    cash_cents=978873,
    multiple=Fraction(2, 3),
)
CASH = replace(NOTHING, no_actions=(), payments=(PAID,), pay_by=date(2026, 12, 10), is_bridged=True)
CASH_FALLEN = replace(CASH, payments=(FALLEN,))
CASH_NOTHING = replace(CASH, payments=(replace(FALLEN, multiple=Fraction(14, 10), cash_cents=0),), pay_by=None)
SMALL = Waived(
    deal_name="Tidewater Energy",
    recorded_cents=2500003,
    correct_cents=2500000,
    limit_cents=100,
    reason="Sending it would cost you more than it is worth.",
    is_corrected=True,
)
WAIVED = replace(NOTHING, no_actions=(), waived=(SMALL,), years_to_find=None)
REFUND = Refund(
    deal_name="Tidewater Energy",
    recorded_cents=5968286,
    correct_cents=4000000,
    requested_cents=4000000,
    signed_on=date(2026, 11, 2),
    clause="5.1",
    interest_cents=10570,
    interest_rates=(Fraction(7, 100),),
    interest_days=28,
    interest_terms=InterestTerms(day_count="30/360", is_compound=True, is_by_whole_months=True, limit=Fraction(1, 200)),
)
OFFER = Offer(deal_name="Orbit Robotics", recorded_cents=9295775, correct_cents=10363636)
MISSED = Distribution(deal_name="Orbit Robotics", cents=21357, paid_on=(date(2025, 9, 30),))
OFFER_AND_DISTRIBUTION = replace(
    NEW_ROUND, new_rounds=(), offers=(OFFER,), distributions=(MISSED,), pay_by=date(2026, 12, 10)
)
TOO_MUCH = replace(MISSED, cents=-58732)
REFUND_AND_DISTRIBUTION = replace(CASH, payments=(), refunds=(REFUND,), distributions=(TOO_MUCH,), years_to_find=None)
KEPT_BESIDE_THE_REFUND = replace(
    REFUND_AND_DISTRIBUTION, distributions=(replace(TOO_MUCH, deal_name=REFUND.deal_name),), years_to_find=2
)
OWED = Claim(
    deal_name="Orbit Robotics",
    cents=58732,
    paid_on=(date(2025, 9, 30), date(2026, 3, 31)),
    clause="6.3",
    reason="The deal has closed its books, and others were paid less.",
)
CLAIM = replace(REFUND_AND_DISTRIBUTION, distributions=(), claims=(OWED,), due_by=date(2027, 1, 4))
HELD = replace(NOTHING, no_actions=(), held=(Held(deal_name="Orbit Robotics", recorded_cents=9295775),))
AN_EARLIER_ONE = Replaced(
    deal_name="Orbit Robotics",
    written_on=date(2026, 12, 1),
    was_correct_cents=10363636,
    correct_cents=11000000,
    taken_cents=500000,
    ends_invoice=True,
)
REPLACED = replace(
    NOTHING,
    no_actions=(),
    offers=(Offer(deal_name="Orbit Robotics", recorded_cents=9295775, correct_cents=11000000, taken_cents=500000),),
    replaced=(AN_EARLIER_ONE,),
    due_by=date(2027, 1, 4),
)
LAPSED = replace(
    HELD,
    held=(Held(deal_name="Orbit Robotics", recorded_cents=9295775, is_lapsed=True),),
    replaced=(replace(AN_EARLIER_ONE, correct_cents=None, taken_cents=0),),
)
KNOCK_ON = replace(
    NEW_ROUND,
    new_rounds=(),
    offers=(
        Offer(
            deal_name="Later Works",
            recorded_cents=1305951,
            correct_cents=1371918,
            knock_on=KnockOn(was_in_the_mistake=False, has_new_average=True),
        ),
    ),
)
KNOCKED_REFUND = replace(
    REFUND, deal_name="Later Works", knock_on=KnockOn(was_in_the_mistake=True, has_new_average=False)
)
MIXED = Correction(
    reference=NOTHING.reference,
    contact=NOTHING.contact,
    record_mark=NOTHING.record_mark,
    refunds=(REFUND, KNOCKED_REFUND),
    offers=(replace(OFFER, deal_name="Quiet Harbor"),),
    new_rounds=(BUY, replace(KEEP, account_name="Petrova Family Trust")),
    payments=(replace(PAID, deal_name="Early Bird", account_name="Elena Petrova"),),
    no_actions=(replace(NOTHING.no_actions[0], deal_name="Old Mill"),),
    waived=(replace(SMALL, deal_name="Small Craft", is_corrected=False),),
    distributions=(MISSED, replace(TOO_MUCH, deal_name="Quiet Harbor")),
    claims=(replace(OWED, deal_name="Old Mill"),),
    held=(Held(deal_name="Salt Marsh", recorded_cents=9295775),),
    unchanged=(Unchanged(deal_name="Sea Salt", correct_cents=100_00, has_new_round=True),),
    look_by=date(2026, 12, 3),
    pay_by=date(2026, 12, 10),
    due_by=date(2027, 1, 4),
    remind_on=date(2026, 12, 21),
    is_bridged=True,
)
CLEAR_IN_A_NEW_ROUND = AllClear(
    reference=NOTHING.reference,
    contact=NOTHING.contact,
    record_mark=NOTHING.record_mark,
    unchanged=(Unchanged(deal_name="Orbit Robotics", correct_cents=2500000, has_new_round=True),),
)
CLEAR_AGAIN = replace(
    CLEAR_IN_A_NEW_ROUND,
    unchanged=(Unchanged(deal_name="Orbit Robotics", correct_cents=2500000),),
    replaced=(
        Replaced(
            deal_name="Orbit Robotics",
            written_on=date(2026, 12, 1),
            was_correct_cents=2000000,
            correct_cents=2500000,
            repaid_cents=500000,
            left_cents=500000,
        ),
    ),
)

EVERY_REMEDY: dict[str, Content] = {
    "correction-new-round": NEW_ROUND,
    "correction-new-round-kept": NEW_ROUND_KEPT,
    "correction-cash": CASH,
    "correction-cash-fallen": CASH_FALLEN,
    "correction-cash-nothing": CASH_NOTHING,
    "correction-no-action": NOTHING,
    "correction-waived": WAIVED,
    "correction-distribution-missed": OFFER_AND_DISTRIBUTION,
    "correction-distribution-too-much": REFUND_AND_DISTRIBUTION,
    "correction-refund-and-kept-distribution": KEPT_BESIDE_THE_REFUND,
    "correction-claim": CLAIM,
    "correction-held": HELD,
    "correction-replaced": REPLACED,
    "correction-lapsed": LAPSED,
    "all-clear-replaced": CLEAR_AGAIN,
    "correction-knock-on": KNOCK_ON,
    "correction-mixed": MIXED,
    "all-clear-new-round": CLEAR_IN_A_NEW_ROUND,
}
