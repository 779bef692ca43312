"""Those who leave because of a minimum are the very ones that sharing again after each would name, in that order."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.allocations.certificate import certify
from app.allocations.proration import prorate, prorate_by, share_to_the_cap
from app.allocations.terms import Asked, Rule, Tie
from tests.allocations.builders import asked, rules

wide = st.lists(
    st.builds(Asked, st.integers(0, 10**6), st.sampled_from([0, 1, 2, 3, 500]) | st.integers(0, 10**5)),
    min_size=1,
    max_size=12,
)


@given(wide, rules, st.integers(1, 10**6), st.integers(1, 40))
def test_leavers_are_those_of_sharing_again_each_time(wanted: list[Asked], rule: Rule, minimum: int, part: int) -> None:
    available = sum(r.requested for r in wanted) // part
    with_minimum = replace(rule, minimum=minimum)

    assert prorate(available, wanted, with_minimum) == prorate_by(share_to_the_cap, available, wanted, with_minimum)


@given(st.integers(1, 5), st.integers(0, 60), st.integers(2, 30), st.sampled_from(Tie))
def test_equals_leave_alike_whatever_left_over_units_do(count: int, available: int, minimum: int, tie: Tie) -> None:
    for basis in (0, 3):
        wanted = asked(*[(100, basis)] * count, (40, 2), (90, 3), (50, 0))
        rule = Rule(tie=tie, minimum=minimum)

        assert prorate(available, wanted, rule) == prorate_by(share_to_the_cap, available, wanted, rule)


@pytest.mark.parametrize("tie", Tie)
def test_thousands_leave_one_at_a_time(tie: Tie) -> None:
    numbers = Random(2026)
    bases = [0, *(100_000 * i for i in range(1, 300))]
    wanted = [Asked(numbers.randint(2_000_000, 50_000_000), numbers.choice(bases)) for _ in range(4_000)]
    rule = Rule(tie=tie, minimum=2_000_000)

    outcome = prorate(2_000_000_000, wanted, rule)

    assert len(outcome.groups.out) > 2_500
    assert certify(2_000_000_000, wanted, outcome, rule) is None
    left = [wanted[i].basis for i in outcome.groups.out]
    assert left == sorted(left)
