"""What each remedy does in money, against the figures of the story and of the design. No database."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.allocations import Asked, Rule, allocate, certify
from app.incidents import Remedy, Risk, Threshold, Waiver
from app.incidents.comparing import Bin, Option, histogram, scenarios
from app.incidents.decisions import IncompleteDecision
from app.incidents.decliners import hold_decliners
from app.incidents.distributions import true_up
from app.incidents.remedies import CannotCompute, Holding, effects_of
from app.incidents.risks import assess

MARK = Fraction("1.40")
CHEN = Holding(3, 250_000_00, 123_943_66, 138_181_82, 123_943_66)
ELENA = Holding(5, 150_000_00, 92_957_75, 103_636_36, 92_957_75)
FARID = Holding(6, 90_000_00, 38_732_39, 43_181_82, 38_732_39)
GRACE = Holding(7, 45_000_00, 74_366_20, 45_000_00, 74_366_20, interest_cents=4_219_08)
RIGHT = Holding(1, 25_000_00, 25_000_00, 25_000_00, 25_000_00)
ORBIT = (RIGHT, CHEN, ELENA, FARID, GRACE)


def an_option(remedy: Remedy, multiple: Fraction | None = MARK) -> Option:
    return Option(remedy, 500_000_00, effects_of(remedy, ORBIT, multiple))


def test_redistribution_refunds_what_was_collected_too_much_and_offers_what_is_missing() -> None:
    option = an_option(Remedy.REDISTRIBUTION)

    assert [(each.refund_cents, each.offer_cents) for each in option.effects] == [
        (0, 0),
        (0, 14_238_16),
        (0, 10_678_61),
        (0, 4_449_43),
        (29_366_20, 0),
    ]
    assert (option.change_cents, option.interest_cents, option.cost_cents) == (0, 4_219_08, 4_219_08)
    assert (option.involved, option.largest_cents, option.unpaid_risk_cents) == (4, 33_585_28, 29_366_20)
    assert (option.left_wrong, option.above_request, option.new_capital_cents) == (0, [], 0)


def test_what_was_not_collected_is_not_refunded_and_bears_no_interest() -> None:
    unpaid = Holding(1, 45_000_00, 74_366_20, 45_000_00, 40_000_00, interest_cents=4_219_08)

    (effect,) = effects_of(Remedy.REDISTRIBUTION, [unpaid])

    assert (effect.refund_cents, effect.interest_cents, effect.change_cents) == (0, 0, -29_366_20)


def test_a_new_round_asks_the_startup_for_the_shortfalls_and_leaves_who_is_above_their_request() -> None:
    option = an_option(Remedy.NEW_ROUND)

    assert (option.new_capital_cents, option.offer_cents, option.received_cents) == (29_366_20, 29_366_20, 0)
    assert option.dilution == Fraction(29_366_20, 355_000_00 + 29_366_20)
    assert [each.holding for each in option.above_request] == [GRACE]
    assert option.left_wrong == 1


def test_cash_pays_what_the_error_cost_at_the_mark() -> None:
    option = an_option(Remedy.CASH)

    assert [each.cash_cents for each in option.effects] == [0, 5_695_26, 4_271_44, 1_779_77, 0]
    assert (option.cost_cents, option.change_cents, option.involved) == (11_746_47, 0, 3)


def test_cash_pays_those_above_their_request_when_the_stake_fell() -> None:
    option = an_option(Remedy.CASH, Fraction("0.75"))

    assert [each.cash_cents for each in option.effects] == [0, 0, 0, 0, 7_341_55]


def test_who_is_over_but_not_above_their_request_asked_for_it_and_is_paid_nothing_when_it_fell() -> None:
    asked_for_it = Holding(1, 80_000_00, 74_366_20, 45_000_00, 74_366_20)

    assert effects_of(Remedy.CASH, [asked_for_it], Fraction(1, 2))[0].cash_cents == 0


def test_half_a_cent_is_rounded_up_once() -> None:
    assert effects_of(Remedy.CASH, [Holding(1, 9, 0, 1, 0)], Fraction("1.5"))[0].cash_cents == 1


def test_without_a_multiple_cash_says_which_input_is_missing() -> None:
    with pytest.raises(CannotCompute, match="import a mark of this deal, or give a multiple"):
        effects_of(Remedy.CASH, ORBIT)


def test_no_action_moves_nothing_and_counts_who_is_left_wrong() -> None:
    option = an_option(Remedy.NONE)

    assert (option.involved, option.received_cents, option.offer_cents, option.largest_cents) == (0, 0, 0, 0)
    assert option.left_wrong == 4


def test_the_cost_of_cash_goes_with_the_multiple() -> None:
    table = scenarios(ORBIT, [Fraction(2), Fraction(1), MARK, Fraction(1, 2)])

    assert [(each.multiple, each.cost_cents, each.paid) for each in table] == [
        (Fraction(1, 2), 14_683_10, 1),
        (Fraction(1), 0, 0),
        (MARK, 11_746_47, 3),
        (Fraction(2), 29_366_20, 3),
    ]


@pytest.mark.parametrize(
    ("remedy", "cost", "level"),
    [
        (Remedy.NEW_ROUND, 0, Risk.HIGH),
        (Remedy.REDISTRIBUTION, 0, Risk.MEDIUM),
        (Remedy.CASH, 1_00, Risk.LOW),
        (Remedy.CASH, 1_01, Risk.MEDIUM),
        (Remedy.CASH, 5_01, Risk.HIGH),
        (Remedy.NONE, 0, Risk.HIGH),
    ],
)
def test_each_remedy_has_its_usual_risk_and_cash_goes_by_its_cost(remedy: Remedy, cost: int, level: Risk) -> None:
    assert assess(remedy, cost_cents=cost, available_cents=100_00).level is level


def test_a_distribution_is_trued_up_to_the_cent() -> None:
    recorded = [each.recorded_cents for each in ORBIT] + [145_000_00]
    corrected = [each.corrected_cents for each in ORBIT] + [144_999_99 + 1]

    assert sum(recorded) == sum(corrected) == 500_000_00
    assert true_up(10_000_00, recorded, corrected) == [0, 284_76, 213_57, 88_99, -587_32, 0]


holders = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=8)


@given(st.integers(1, 10_000), holders)
def test_true_ups_sum_to_nothing_and_lie_within_a_cent_of_the_exact_share(
    total: int, pairs: list[tuple[int, int]]
) -> None:
    recorded, corrected = [was for was, _ in pairs], [now for _, now in pairs]
    amounts = true_up(total, recorded, corrected)

    assert sum(amounts) == 0
    if sum(recorded) and sum(corrected):
        for was, now, cents in zip(recorded, corrected, amounts, strict=True):
            assert abs(cents - total * (Fraction(now, sum(corrected)) - Fraction(was, sum(recorded)))) < 1


cases = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 9), st.integers(0, 60), st.booleans()), min_size=1, max_size=7
)


@given(st.integers(0, 150), cases)
@settings(max_examples=150)
def test_decliners_keep_what_they_have_and_the_rest_is_shared_by_the_rule(
    available: int, drawn: list[tuple[int, int, int, bool]]
) -> None:
    asked = [Asked(requested, basis) for requested, basis, _, _ in drawn]
    recorded = [cents for _, _, cents, _ in drawn]
    declining = {place for place, each in enumerate(drawn) if each[3]}
    rule = Rule()

    settled = hold_decliners(
        available,
        recorded,
        declining,
        lambda left, among: allocate(left, [asked[place] for place in among], rule).shares,
    )

    rest = [place for place in range(len(drawn)) if place not in settled.held]
    left = available - sum(recorded[place] for place in settled.held)
    outcome = allocate(left, [asked[place] for place in rest], rule)
    assert left >= 0
    assert set(settled.held) <= declining
    assert all(settled.shares[place] == recorded[place] for place in settled.held)
    assert all(settled.shares[place] <= recorded[place] for place in declining)
    assert [settled.shares[place] for place in rest] == outcome.shares
    assert certify(left, [asked[place] for place in rest], outcome, rule) is None
    assert settled.rounds <= len(declining) + 1


def test_somebody_is_only_held_once_the_leftovers_of_others_reach_them() -> None:
    asked = [Asked(100, 1), Asked(100, 1), Asked(100, 1)]

    settled = hold_decliners(
        90, [10, 35, 45], {0, 1}, lambda left, among: allocate(left, [asked[i] for i in among], Rule()).shares
    )

    assert (settled.shares, settled.held, settled.rounds) == ([10, 35, 45], [0, 1], 3)


def test_changes_are_counted_in_bins_of_a_round_width() -> None:
    changes = [each.corrected_cents - each.recorded_cents for each in ORBIT]

    bins = histogram(changes)

    assert bins[0] == Bin(-30_000_00, -25_000_00, 1)
    assert Bin(0, 0, 1) in bins
    assert bins[-1] == Bin(10_000_00, 15_000_00, 2)
    assert sum(each.count for each in bins) == len(changes)
    assert histogram([0, 0]) == []


@given(st.lists(st.integers(-(10**9), 10**9), max_size=20))
def test_every_change_is_counted_once_in_few_bins(changes: list[int]) -> None:
    bins = histogram(changes)

    assert sum(each.count for each in bins) == (len(changes) if any(changes) else 0)
    assert len(bins) <= 13


@pytest.mark.parametrize(
    ("threshold", "says"),
    [
        (Threshold({"USD": -1}, Waiver.NOTICE, "Small."), "above 0"),
        (Threshold({"USD": 100}, Waiver.NOTHING, "Small."), "what it waives"),
        (Threshold({}, Waiver.NOTICE, "Small."), "what it waives"),
        (Threshold({"USD": 100}, Waiver.NOTICE, " "), "Write why smaller amounts are waived"),
    ],
)
def test_a_threshold_says_what_it_waives_and_why(threshold: Threshold, says: str) -> None:
    with pytest.raises(IncompleteDecision, match=says):
        threshold.check()


def test_the_largest_amount_of_an_adjustment_decides_whether_it_is_waived() -> None:
    threshold = Threshold({"USD": 100}, Waiver.BOTH, "Not worth the postage.")

    assert threshold.waiver_for("USD", -99, 99, 0) is Waiver.BOTH
    assert threshold.waiver_for("USD", -99, 100, 0) is Waiver.NOTHING
    assert threshold.waiver_for("USD", 0, 0, 0) is Waiver.NOTHING
    assert threshold.waiver_for("JPY", 99) is Waiver.NOTHING
    assert Threshold().waiver_for("USD", 1) is Waiver.NOTHING


# After an earlier version


def _moved_before(recorded: int, corrected: int, **moved: Any) -> Holding:
    paid = recorded - moved.get("repaid_cents", 0)
    return replace(Holding(1, 10**9, recorded, corrected, paid, interest_cents=7), **moved)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_what_was_repaid_what_is_still_repaid_and_what_was_too_much_add_up(
    recorded: int, corrected: int, repaid: int
) -> None:
    repaid = min(repaid, recorded)

    effect = effects_of(Remedy.REDISTRIBUTION, [_moved_before(recorded, corrected, repaid_cents=repaid)])[0]

    assert repaid + effect.refund_cents - effect.left_cents == max(0, recorded - corrected)
    assert not (effect.refund_cents and effect.left_cents)
    assert bool(effect.interest_cents) is bool(effect.refund_cents)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_what_was_taken_and_what_is_still_offered_is_the_missing_part(
    recorded: int, corrected: int, taken: int
) -> None:
    taken = min(taken, max(0, corrected - recorded))

    for remedy in (Remedy.REDISTRIBUTION, Remedy.NEW_ROUND):
        effect = effects_of(remedy, [_moved_before(recorded, corrected, taken_cents=taken)])[0]
        assert taken + effect.offer_cents == max(0, corrected - recorded)


@pytest.mark.parametrize(
    ("paid", "still", "left"), [(0, 4_000, 0), (1_500, 2_500, 0), (4_000, 0, 0), (5_000, 0, 1_000)]
)
def test_cash_that_was_paid_is_counted_and_never_asked_back(paid: int, still: int, left: int) -> None:
    holding = _moved_before(10_000, 20_000, cash_paid_cents=paid)

    effect = effects_of(Remedy.CASH, [holding], Fraction(14, 10))[0]

    assert (effect.cash_cents, effect.left_cents) == (still, left)


@pytest.mark.parametrize(
    ("missed", "before", "still", "left"),
    [
        (300, 0, 300, 0),
        (300, 200, 100, 0),
        (300, 450, 0, 150),
        (-300, 0, -300, 0),
        (-300, -100, -200, 0),  # a part of what it paid too much was claimed and came
        (-300, 200, -300, 200),  # what we paid by mistake is no claim
        (100, -50, 150, 0),  # what was claimed by mistake goes back
    ],
)
def test_distributions_are_counted_with_what_was_paid_or_claimed(
    missed: int, before: int, still: int, left: int
) -> None:
    holding = _moved_before(10_000, 20_000, distribution_cents=missed, distributed_cents=before)

    effect = effects_of(Remedy.REDISTRIBUTION, [holding])[0]

    assert (effect.distribution_cents, effect.left_cents) == (still, left)
