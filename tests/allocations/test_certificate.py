"""The certificate holds for what is right and names what is wrong."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.allocations.certificate import certify
from app.allocations.proration import prorate
from app.allocations.terms import Asked, Groups, Outcome, Rule, ZeroBasis
from tests.allocations.builders import amounts, asked, requests, rules, the_demo_deal

PLAIN = Rule()
WANTED = asked((50, 10), (40, 0), (5, 0), (60, 20), (1, 7))
CUT = Outcome([33, 0, 0, 66, 1], Groups([0, 3, 4], [1, 2]), Fraction(33, 10), Fraction(0))
FULL = Outcome([50, 19, 5, 60, 1], Groups([0, 3, 4], [1, 2]), None, Fraction(19))


def test_it_finds_those_who_were_put_above_their_request() -> None:
    available, wanted, recorded = the_demo_deal("orbit")
    right = prorate(available, wanted, PLAIN)

    verdict = certify(available, wanted, replace(right, shares=recorded), PLAIN)

    assert verdict == "request 7 got 7436620, which is not between 0 and the 4500000 requested"


@given(amounts, requests, rules, st.data())
def test_a_unit_taken_from_one_and_given_to_another_is_seen(
    available: int, wanted: list[Asked], rule: Rule, data: st.DataObject
) -> None:
    right = prorate(available, wanted, rule)
    giver, taker = data.draw(st.lists(st.integers(0, len(wanted) - 1), min_size=2, max_size=2))
    shares = list(right.shares)
    shares[giver] -= 2
    shares[taker] += 2

    assert (certify(available, wanted, replace(right, shares=shares), rule) is None) is (giver == taker)


@given(amounts, requests, rules, st.sampled_from(["rate", "level"]), st.fractions(0, 90, max_denominator=90))
def test_any_other_rate_or_level_is_seen(
    available: int, wanted: list[Asked], rule: Rule, name: str, other: Fraction
) -> None:
    right = prorate(available, wanted, rule)
    wrong = replace(right, rate=other) if name == "rate" else replace(right, level=other)

    assert (certify(available, wanted, wrong, rule) is None) is (wrong == right)


def test_the_examples_below_start_from_outcomes_that_hold() -> None:
    wanted = [*WANTED[:3], Asked(70, 20), WANTED[4]]

    assert certify(100, wanted, CUT, PLAIN) is None
    assert certify(135, WANTED, FULL, PLAIN) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda o: replace(o, shares=o.shares[:-1]), "4 shares for 5 requests"),
        (lambda o: replace(o, shares=[50, 20, 5, 60, 0]), "request 5 got 0 of 1, but no rate"),
        (lambda o: replace(o, shares=[50, 18, 5, 60, 1]), "sum to 134, not to 135"),
        (lambda o: replace(o, shares=[50, 20, 4, 60, 1]), "request 2 got 20, a unit or more from the level 19"),
        (lambda o: replace(o, shares=[50, 20, 5, 60, -0 - 1]), "request 5 got -1, which is not between"),
        (lambda o: replace(o, shares=[51, 18, 5, 60, 1]), "request 1 got 51, which is not between"),
        (lambda o: replace(o, level=None), "request 2 got 19 of 40, but no rate or level"),
        (lambda o: replace(o, level=Fraction(39, 2)), "39/2 is not the level"),
        (lambda o: replace(o, rate=Fraction(5)), "money went to basis 0 while somebody with a basis was cut"),
        (lambda o: replace(o, groups=Groups([0, 3, 4], [1])), "request 3 is in no group"),
        (lambda o: replace(o, groups=Groups([0, 3, 4, 4], [1, 2])), "request 5 is named twice"),
        (lambda o: replace(o, groups=Groups([0, 3, 4], [1, 2, 5])), "request 6 is named twice or does not exist"),
        (lambda o: replace(o, groups=Groups([0, 3, 4], [1, 2, -1])), "request 0 is named twice or does not exist"),
        (lambda o: replace(o, groups=Groups([0, 2, 3, 4], [1])), "request 3 has no basis to share by"),
        (lambda o: replace(o, groups=Groups([0, 3], [1, 2, 4])), "request 5 may not share equally"),
        (lambda o: replace(o, groups=Groups([0, 3, 4], [1], [2])), "request 3 is out for no reason"),
    ],
)
def test_what_is_wrong_is_named(change: Callable[[Outcome], Outcome], words: str) -> None:
    verdict = certify(135, WANTED, change(FULL), PLAIN)

    assert verdict is not None
    assert words in verdict


def test_the_first_fault_is_named_by_its_request_and_nothing_else() -> None:
    verdict = certify(135, WANTED, replace(FULL, rate=Fraction(5)), PLAIN)
    assert verdict == "money went to basis 0 while somebody with a basis was cut"
    verdict = certify(100, WANTED, replace(CUT, groups=Groups([0, 4], [2])), PLAIN)
    assert verdict == "request 2 is in no group"


def test_a_whole_unit_beside_the_rate_or_the_level_is_too_much() -> None:
    by_rate = Outcome([6, 4], Groups([0, 1]), Fraction(5))
    verdict = certify(10, asked((9, 1), (9, 1)), by_rate, PLAIN)
    assert verdict == "request 1 got 6, a unit or more from the rate 5 times its basis"

    by_level = Outcome([6, 4], Groups([], [0, 1]), level=Fraction(5))
    verdict = certify(10, asked((9, 0), (9, 0)), by_level, PLAIN)
    assert verdict == "request 1 got 6, a unit or more from the level 5"


def test_who_shares_equally_must_reach_the_minimum_too() -> None:
    outcome = Outcome([5, 5], Groups([], [0, 1]), level=Fraction(5))

    verdict = certify(10, asked((9, 0), (9, 0)), outcome, replace(PLAIN, minimum=6))

    assert verdict == "request 1 stays in with 5, below the minimum 6"


def test_a_capped_request_must_be_met_and_an_uncapped_one_must_be_cut() -> None:
    wanted = asked((5, 10), (50, 10))

    assert certify(20, wanted, Outcome([5, 15], Groups([0, 1]), Fraction(3, 2)), PLAIN) is None
    verdict = certify(20, wanted, Outcome([4, 16], Groups([0, 1]), Fraction(3, 2)), PLAIN)
    assert verdict == "request 1 is capped by its request 5, but got 4"
    verdict = certify(55, wanted, Outcome([5, 50], Groups([0, 1]), Fraction(5)), PLAIN)
    assert verdict == "5 is not the rate of what the capped leave, among the others"


def test_those_who_share_equally_keep_their_cap() -> None:
    verdict = certify(
        22, asked((10, 0), (4, 0), (20, 0)), Outcome([9, 4, 9], Groups([], [0, 1, 2]), level=Fraction(9)), PLAIN
    )
    assert verdict is None

    verdict = certify(
        22, asked((10, 0), (4, 0), (20, 0)), Outcome([10, 3, 9], Groups([], [0, 1, 2]), level=Fraction(9)), PLAIN
    )
    assert verdict == "request 1 got 10, a unit or more from the level 9"

    verdict = certify(
        22, asked((10, 0), (4, 0), (20, 0)), Outcome([9, 3, 10], Groups([], [0, 1, 2]), level=Fraction(19, 2)), PLAIN
    )
    assert verdict == "request 2 is capped by its request 4, but got 3"


def test_whoever_is_out_gets_nothing_and_needs_a_reason() -> None:
    wanted, minimum = asked((10, 5), (10, 5)), replace(PLAIN, minimum=6)

    assert certify(10, wanted, Outcome([10, 0], Groups([0], (), [1])), minimum) is None
    verdict = certify(10, wanted, Outcome([9, 1], Groups([0], (), [1])), minimum)
    assert verdict == "request 2 is out, but got 1"
    verdict = certify(10, wanted, Outcome([5, 5], Groups([0, 1]), Fraction(1)), minimum)
    assert verdict == "request 1 stays in with 5, below the minimum 6"


def test_where_basis_zero_is_excluded_nobody_shares_equally() -> None:
    excluding = replace(PLAIN, zero_basis=ZeroBasis.EXCLUDED)

    verdict = certify(5, asked((5, 0)), Outcome([5], Groups([], [0])), excluding)

    assert verdict == "request 1 may not share equally"
    assert certify(5, asked((5, 0)), Outcome([0], Groups([], (), [0])), excluding) is None
    verdict = certify(5, asked((5, 1)), Outcome([0], Groups([], (), [0])), excluding)
    assert verdict == "request 1 is out for no reason"
