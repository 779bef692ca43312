"""Which defects give what was recorded, ties named, and what they leave unexplained."""

from fractions import Fraction

import pytest
from hypothesis import given

from app.allocations import UnknownRule, allocate, compare, list_tied, rank_defects
from app.allocations.proration import prorate
from app.allocations.terms import Asked, Rule
from app.deals import RuleName
from tests.allocations.builders import amounts, asked, requests, rules, the_demo_deal

DEFECTS = [name for name in RuleName if name.is_defect]


@pytest.mark.parametrize("deal", ["orbit", "tidewater"])
def test_single_pass_alone_gives_every_row_of_the_demo(deal: str) -> None:
    available, wanted, recorded = the_demo_deal(deal)

    ranked = rank_defects(available, wanted, recorded, Rule())

    assert (ranked[0].rule, ranked[0].matching, ranked[0].total) == (RuleName.SINGLE_PASS, 8, 8)
    assert ranked[0].is_complete
    assert list_tied(ranked) == [ranked[0]]
    assert RuleName.CURRENT_BASIS not in {each.rule for each in ranked}


def test_rows_that_a_defect_does_not_explain_are_named() -> None:
    available, wanted, recorded = the_demo_deal("orbit")
    recorded[2] += 1

    best = rank_defects(available, wanted, recorded, Rule())[0]

    assert (best.rule, best.matching, list(best.unexplained)) == (RuleName.SINGLE_PASS, 7, [2])
    assert not best.is_complete


def test_defects_that_give_the_same_are_all_named_as_tied() -> None:
    ranked = rank_defects(100, asked((100, 50), (10, 50)), [50, 10], Rule())

    assert [each.rule for each in list_tied(ranked)] == [RuleName.CLAMP_ONLY]
    tied = list_tied(rank_defects(60, asked((60, 50), (10, 50)), [50, 10], Rule()))
    assert [each.rule for each in tied] == [RuleName.SINGLE_PASS, RuleName.ROUND_EACH]
    assert list_tied(rank_defects(60, asked((60, 50)), [7], Rule())) == []
    assert list_tied(rank_defects(60, [], [], Rule())) == []


def test_averages_of_today_explain_what_no_other_defect_does() -> None:
    wanted = asked((60, 10), (60, 10), (60, 20))
    today = [Fraction(30), None, Fraction(20)]

    ranked = rank_defects(60, wanted, [30, 10, 20], Rule(), today)

    assert (ranked[0].rule, ranked[0].is_complete) == (RuleName.CURRENT_BASIS, True)
    assert {each.rule for each in ranked} == set(DEFECTS)
    unknown = rank_defects(60, wanted, [30, 10, 20], Rule(), [None] * 3)
    assert RuleName.CURRENT_BASIS not in {each.rule for each in unknown}


def test_without_averages_of_today_the_rule_is_refused_and_unknown_names_too() -> None:
    with pytest.raises(UnknownRule, match="averages of today"):
        compare(60, asked((60, 10)), [60], Rule("current-basis"))
    with pytest.raises(UnknownRule, match="no rule 'pro-rata-9'"):
        compare(60, asked((60, 10)), [60], Rule("pro-rata-9"), [Fraction(1)])


@given(amounts, requests, rules)
def test_a_defect_explains_its_own_record_and_averages_that_never_moved_change_nothing(
    available: int, wanted: list[Asked], rule: Rule
) -> None:
    today = [Fraction(r.basis) for r in wanted]
    for name in DEFECTS:
        recorded = allocate(available, wanted, Rule(name, rule.zero_basis, rule.tie, rule.minimum), today).shares
        assert name in {each.rule for each in list_tied(rank_defects(available, wanted, recorded, rule, today))}
    still = allocate(available, wanted, Rule("current-basis", rule.zero_basis, rule.tie, rule.minimum), today)
    assert still == prorate(available, wanted, rule)
