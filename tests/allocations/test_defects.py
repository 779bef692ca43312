"""Each defect is wrong in its own way, and the engine's checks see it."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.allocations import rules
from app.allocations.certificate import certify
from app.allocations.terms import Asked, Rule
from tests.allocations.builders import PUBLISHED, amounts, asked, cents, requests, the_demo_deal
from tests.allocations.builders import rules as options

CASCADES = {"cascading_caps", "min_cascade"}


def shares_of(rule: str, name: str) -> tuple[list[int], str | None]:
    case = PUBLISHED[name]["input"]
    wanted = [
        Asked(cents(str(row["requested_amount"])), cents(str(row["average_amount"])))
        for row in case["investor_amounts"]
    ]
    available = cents(str(case["allocation_amount"]))
    outcome = rules.allocate(available, wanted, Rule(rule))
    return outcome.shares, certify(available, wanted, outcome, Rule(rule))


@pytest.mark.parametrize("deal", ["orbit", "tidewater"])
def test_single_pass_reproduces_the_recorded_allocations_to_the_cent(deal: str) -> None:
    available, wanted, recorded = the_demo_deal(deal)

    assert rules.allocate(available, wanted, Rule("single-pass")).shares == recorded


@pytest.mark.parametrize("name", PUBLISHED)
def test_single_pass_passes_the_published_cases_but_the_cascades(name: str) -> None:
    shares, verdict = shares_of("single-pass", name)

    assert (shares == [cents(row["allocated"]) for row in PUBLISHED[name]["expected"]]) is (name not in CASCADES)
    assert (verdict is None) is (name not in CASCADES)


@given(amounts, requests)
def test_single_pass_conserves_the_total_so_a_sum_check_never_finds_it(available: int, wanted: list[Asked]) -> None:
    shares = rules.allocate(available, wanted, Rule("single-pass")).shares

    assert sum(shares) == min(available, sum(r.requested for r in wanted))


@pytest.mark.parametrize(
    ("rule", "available", "wanted", "shares", "fault"),
    [
        ("single-pass", 100, asked((100, 95), (2, 1), (1, 4), (20, 20)), [81, 1, 1, 17], None),
        ("single-pass", 32, asked((2, 134), (153, 40), (17, 80)), [2, 10, 20], "not between 0 and the 17"),
        ("clamp-only", 100, asked((100, 50), (10, 50)), [50, 10], "sum to 60, not to 100"),
        ("no-cap", 100, asked((100, 50), (10, 50)), [50, 50], "got 50, which is not between 0 and the 10"),
        ("round-each", 100, asked((50, 1), (50, 1), (50, 1)), [33, 33, 33], "sum to 99, not to 100"),
        ("round-each", 5, asked((9, 1), (9, 1)), [3, 3], "sum to 6, not to 5"),
    ],
)
def test_each_defect_goes_wrong_in_its_own_way(
    rule: str, available: int, wanted: list[Asked], shares: list[int], fault: str | None
) -> None:
    outcome = rules.allocate(available, wanted, Rule(rule))
    verdict = certify(available, wanted, outcome, Rule(rule))

    assert outcome.shares == shares
    assert verdict is None if fault is None else fault in (verdict or "")


@pytest.mark.parametrize(
    ("rule", "available", "wanted", "today"),
    [
        ("single-pass", 32, asked((2, 134), (153, 40), (17, 80)), None),
        ("clamp-only", 100, asked((100, 50), (10, 50)), None),
        ("no-cap", 100, asked((100, 50), (10, 50)), None),
        ("round-each", 100, asked((50, 1), (50, 1), (50, 1)), None),
        ("current-basis", 60, asked((60, 10), (60, 10), (60, 20)), [Fraction(30), None, Fraction(20)]),
    ],
)
def test_each_defect_differs_from_the_right_rule_and_the_certificate_refuses_it(
    rule: str, available: int, wanted: list[Asked], today: list[Fraction | None] | None
) -> None:
    outcome = rules.allocate(available, wanted, Rule(rule), today)

    assert outcome.shares != rules.allocate(available, wanted, Rule()).shares
    assert certify(available, wanted, outcome, Rule(rule)) is not None


@given(amounts, requests, options, st.sampled_from(sorted(set(rules.RULES) - {"pro-rata-1"})))
def test_a_defect_that_the_certificate_lets_pass_gave_the_right_shares(
    available: int, wanted: list[Asked], option: Rule, name: str
) -> None:
    outcome = rules.allocate(available, wanted, replace(option, name=name))

    if certify(available, wanted, outcome, option) is None and not option.minimum:
        assert outcome.shares == rules.allocate(available, wanted, option).shares


@pytest.mark.parametrize("rule", rules.RULES)
def test_every_rule_gives_everybody_their_request_when_there_is_enough(rule: str) -> None:
    outcome = rules.allocate(70, asked((50, 10), (20, 1), (0, 0)), Rule(rule))

    assert outcome.shares == [50, 20, 0]
    assert certify(70, asked((50, 10), (20, 1), (0, 0)), outcome, Rule(rule)) is None


@pytest.mark.parametrize(
    ("name", "words"), [("pro-rata-9", "no rule 'pro-rata-9'"), ("current-basis", "averages of today")]
)
def test_an_unknown_rule_is_refused_in_words(name: str, words: str) -> None:
    with pytest.raises(rules.UnknownRule, match=words):
        rules.allocate(1, asked((1, 1)), Rule(name))
