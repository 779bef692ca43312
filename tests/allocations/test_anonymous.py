"""Rounds as investors see them never stand for fewer than three people."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from app.allocations import Asked, Rule, trace, without_names
from app.allocations.anonymous import FEWEST
from app.allocations.trace import Round

ASKED = st.lists(st.builds(Asked, st.integers(0, 60), st.integers(1, 20)), min_size=1, max_size=12)


def _rounds(available: int, asked: Sequence[Asked]) -> Sequence[Round]:
    return trace(available, asked, Rule()).rounds


@settings(max_examples=60)
@given(st.integers(0, 400), ASKED)
def test_an_amount_stands_for_at_least_three_on_either_side(available: int, asked: list[Asked]) -> None:
    rounds = _rounds(available, asked)

    passages = without_names(rounds)

    for each in passages:
        assert (each.shared is None) == (each.again is None) == (min(each.reached, each.waiting) < FEWEST)
    assert sum(each.reached for each in passages) == sum(len(each.reached) for each in rounds)
    assert sum(each.rounds for each in passages) == sum(bool(each.reached) for each in rounds)


def test_a_round_in_which_one_person_reached_theirs_gives_no_amount() -> None:
    rounds = _rounds(100, [Asked(10, 50), *[Asked(90, 10)] * 5])

    (only,) = without_names(rounds)

    assert (only.reached, only.waiting, only.shared, only.again) == (1, 5, None, None)


def test_small_rounds_are_put_together_until_nobody_can_be_told_apart() -> None:
    rounds = _rounds(1000, [Asked(10, 100), Asked(150, 100), Asked(190, 100), *[Asked(900, 100)] * 3])
    assert [len(each.reached) for each in rounds if each.reached] == [2, 1]

    (only,) = without_names(rounds)

    assert (only.rounds, only.among, only.reached, only.waiting) == (2, 6, 3, 3)
    assert (only.shared, only.again) == (1000, 650)
