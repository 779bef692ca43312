"""The second calculation comes to the same shares, its own way."""

import ast
from fractions import Fraction
from inspect import getsource
from random import Random

import pytest
from hypothesis import given

from app.allocations import crosscheck as second
from app.allocations.proration import prorate
from app.allocations.terms import Asked, Rule, Tie, ZeroBasis
from tests.allocations.builders import PUBLISHED, amounts, asked, cents, requests, rules, the_demo_deal


@given(amounts, requests, rules)
def test_engine_and_second_calculation_agree_under_every_option(
    available: int, wanted: list[Asked], rule: Rule
) -> None:
    assert second(available, wanted, rule) == prorate(available, wanted, rule).shares


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_is_exact_on_the_published_cases(name: str) -> None:
    case = PUBLISHED[name]
    rows = case["input"]["investor_amounts"]
    wanted = [Asked(cents(str(row["requested_amount"])), cents(str(row["average_amount"]))) for row in rows]

    shares = second(cents(str(case["input"]["allocation_amount"])), wanted, Rule())

    assert shares == [cents(row["allocated"]) for row in case["expected"]]


@pytest.mark.parametrize("deal", ["orbit", "tidewater"])
def test_it_finds_the_recorded_amounts_of_the_demo_wrong(deal: str) -> None:
    available, wanted, recorded = the_demo_deal(deal)

    shares = second(available, wanted, Rule())

    assert shares != recorded
    assert shares == prorate(available, wanted, Rule()).shares


def test_a_long_cascade_of_caps_is_found_exactly() -> None:
    numbers = Random(7)
    wanted = [Asked(10_000 + 7 * i, Fraction(numbers.randint(1, 9), 3) + i) for i in range(3_000)]

    for available in (10_000, 10_000_000, sum(r.requested for r in wanted) - 1):
        assert second(available, wanted, Rule()) == prorate(available, wanted, Rule()).shares


def test_each_option_changes_what_the_specification_says_it_changes() -> None:
    equals = asked((10, 1), (10, 1), (10, 1), (10, 1), (10, 0))

    assert second(6, equals, Rule()) == [2, 2, 1, 1, 0]
    assert second(6, equals, Rule(tie=Tie.LAST)) == [1, 1, 2, 2, 0]
    assert second(6, equals, Rule(minimum=3)) == [3, 3, 0, 0, 0]
    assert second(45, equals, Rule()) == [10, 10, 10, 10, 5]
    assert second(45, equals, Rule(zero_basis=ZeroBasis.EXCLUDED)) == [10, 10, 10, 10, 0]


def test_it_shares_no_code_with_the_engine() -> None:
    tree = ast.parse(getsource(__import__("sys").modules["app.allocations.crosscheck"]))

    ours = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}

    assert {name for name in ours if name.startswith("app")} == {"app.allocations.terms"}
