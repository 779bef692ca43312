"""The trace names each round, and ends where the engine ends."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import given

from app.allocations import Round, trace
from app.allocations.proration import prorate
from app.allocations.terms import Asked, Rule, ZeroBasis
from tests.allocations.builders import amounts, asked, requests, rules, the_demo_deal


@given(amounts, requests, rules)
def test_it_ends_at_the_rate_the_level_and_the_shares_of_the_engine(
    available: int, wanted: list[Asked], rule: Rule
) -> None:
    found, outcome = trace(available, wanted, rule), prorate(available, wanted, rule)

    assert (found.outcome, found.rate, found.level) == (outcome, outcome.rate, outcome.level)
    assert sorted([*found.too_small, *found.excluded, *found.leavers]) == sorted(outcome.groups.out)


@given(amounts, requests, rules)
def test_whoever_reached_the_request_or_takes_the_rounded_rate_adds_up_to_the_shares(
    available: int, wanted: list[Asked], rule: Rule
) -> None:
    found = trace(available, wanted, rule)
    for rounds, members in (
        (found.rounds, found.outcome.groups.shared),
        (found.level_rounds, found.outcome.groups.equal),
    ):
        full = {i for each in rounds for i in each.reached}
        for i in members:
            exact = rounds[-1].rate * (wanted[i].basis or 1) if rounds and i not in full else wanted[i].requested
            assert found.outcome.shares[i] == int(exact) + (i in found.left_over)


@given(amounts, requests, rules)
def test_each_round_shares_what_the_one_before_left(available: int, wanted: list[Asked], rule: Rule) -> None:
    for rounds in (trace(available, wanted, rule).rounds, trace(available, wanted, rule).level_rounds):
        for before, after in pairwise(rounds):
            assert before.reached
            assert before.taken == sum(wanted[i].requested for i in before.reached)
            assert (after.shared, after.among) == (before.shared_again, before.still_waiting)
            assert after.rate >= before.rate
        assert not rounds or not rounds[-1].reached


def test_the_fault_of_the_demo_shows_as_the_second_round_that_was_left_out() -> None:
    available, wanted, _ = the_demo_deal("orbit")

    found = trace(available, wanted, Rule())

    assert [list(each.reached) for each in found.rounds] == [[0, 1, 3, 7], [6], []]
    assert [(each.shared_again, each.still_waiting) for each in found.rounds[:2]] == [(33_000_000, 4), (28_500_000, 3)]
    assert found.rate == Fraction(38, 11)
    assert found.left_over == [2, 5]


def test_leavers_are_named_in_the_order_they_left() -> None:
    found = trace(45, asked((100, 10), (100, 10), (100, 10), (9, 50), (30, 0)), Rule(minimum=20))

    assert (found.too_small, found.excluded, found.leavers) == ([3], [], [4, 2])
    assert found.rounds == [Round(45, 2, Fraction(9, 4), [], 0)]
    assert found.left_over == [0]


def test_whoever_is_excluded_is_told_apart_from_whoever_asked_for_too_little() -> None:
    rule = Rule(minimum=10, zero_basis=ZeroBasis.EXCLUDED)

    found = trace(100, asked((50, 0), (5, 0), (60, 1)), rule)

    assert (found.too_small, found.excluded, found.leavers) == ([1], [0], [])
    assert (found.rounds, found.rate) == ([], None)


def test_those_without_a_basis_have_rounds_of_their_own() -> None:
    found = trace(70, asked((40, 10), (4, 0), (20, 0), (30, 0)), Rule())

    assert found.rounds == []
    assert found.level_rounds == [Round(30, 3, Fraction(10), [1], 4), Round(26, 2, Fraction(13), [], 0)]
    assert found.level == 13
