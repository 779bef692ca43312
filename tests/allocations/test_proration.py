"""The right rule, against the published cases, the demo's figures and a slow reference."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import floor
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.allocations.certificate import certify
from app.allocations.proration import prorate
from app.allocations.terms import Asked, Rule, Tie, ZeroBasis
from tests.allocations.builders import PUBLISHED, amounts, asked, cents, requests, rules, the_demo_deal

PLAIN = Rule()


def slowly(available: int, wanted: Sequence[Asked], stay: Sequence[int], tie: Tie) -> dict[int, int]:
    """The textbook: pass after pass in fractions; those without a basis share equally at the end."""
    shares: dict[int, int] = {}
    for group in ([i for i in stay if wanted[i].basis], [i for i in stay if not wanted[i].basis]):
        waiting = list(group)
        left = available - sum(shares.values())
        while waiting:
            weight = {i: Fraction(wanted[i].basis or 1) for i in waiting}
            exact = {i: left * weight[i] / sum(weight.values()) for i in waiting}
            full = [i for i in waiting if wanted[i].requested <= exact[i]]
            if not full:
                shares |= {i: floor(exact[i]) for i in waiting}
                sign = 1 if tie is Tie.FIRST else -1
                ranked = sorted(waiting, key=lambda i: (floor(exact[i]) - exact[i], sign * i))
                for i in ranked[: left - sum(floor(exact[i]) for i in waiting)]:
                    shares[i] += 1
                break
            shares |= {i: wanted[i].requested for i in full}
            left -= sum(wanted[i].requested for i in full)
            waiting = [i for i in waiting if i not in full]
    return shares


def slowly_by_the_rule(available: int, wanted: Sequence[Asked], rule: Rule) -> tuple[list[int], list[int]]:
    excluded = rule.zero_basis is ZeroBasis.EXCLUDED
    out = [i for i, r in enumerate(wanted) if r.requested < rule.minimum or (excluded and not r.basis)]
    while True:
        stay = [i for i in range(len(wanted)) if i not in out]
        shares = slowly(available, wanted, stay, rule.tie)
        below = sorted((shares[i], -i) for i in stay if shares[i] < rule.minimum)
        if not below:
            return [shares.get(i, 0) for i in range(len(wanted))], out
        out.append(-below[0][1])


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_case_is_exact(name: str) -> None:
    case = PUBLISHED[name]
    rows = case["input"]["investor_amounts"]
    wanted = [Asked(cents(str(row["requested_amount"])), cents(str(row["average_amount"]))) for row in rows]

    outcome = prorate(cents(str(case["input"]["allocation_amount"])), wanted, PLAIN)

    assert outcome.shares == [cents(row["allocated"]) for row in case["expected"]]


@pytest.mark.parametrize(
    ("deal", "rate", "corrected"),
    [
        (
            "orbit",
            Fraction(38, 11),
            "25000.00 75000.00 138181.82 60000.00 103636.36 43181.82 45000.00 10000.00",
        ),
        (
            "tidewater",
            Fraction(90, 43),
            "20000.00 85813.95 30000.00 64883.72 29302.33 40000.00 5000.00 25000.00",
        ),
    ],
)
def test_the_demo_deals_are_corrected_to_the_cent(deal: str, rate: Fraction, corrected: str) -> None:
    available, wanted, recorded = the_demo_deal(deal)

    outcome = prorate(available, wanted, PLAIN)

    assert outcome.shares == [cents(amount) for amount in corrected.split()]
    assert outcome.rate == rate
    assert sum(outcome.shares) == sum(recorded)


@given(amounts, requests, rules)
def test_it_agrees_with_sharing_slowly_pass_by_pass(available: int, wanted: list[Asked], rule: Rule) -> None:
    outcome = prorate(available, wanted, rule)

    assert (outcome.shares, list(outcome.groups.out)) == slowly_by_the_rule(available, wanted, rule)


@given(amounts, requests, rules)
def test_every_outcome_carries_a_certificate_that_holds(available: int, wanted: list[Asked], rule: Rule) -> None:
    assert certify(available, wanted, prorate(available, wanted, rule), rule) is None


@pytest.mark.parametrize("period", [1, 2, 3, 7, 50])
@pytest.mark.parametrize("available", [10**4, 10**6, 10**7])
def test_many_requests_in_an_order_that_misleads_a_sample_are_shared_alike(available: int, period: int) -> None:
    numbers = Random(period)
    wanted = [
        Asked(numbers.randint(1, 9) if i % period == 0 else numbers.randint(1_000, 9_000), numbers.randint(1, 99))
        for i in range(7_000)
    ]

    assert certify(available, wanted, prorate(available, wanted, PLAIN), PLAIN) is None


@given(amounts, requests)
def test_every_cent_is_shared_and_nobody_gets_more_than_requested(available: int, wanted: list[Asked]) -> None:
    shares = prorate(available, wanted, PLAIN).shares

    assert sum(shares) == min(available, sum(r.requested for r in wanted))
    assert all(0 <= share <= r.requested for share, r in zip(shares, wanted, strict=True))


@given(amounts, requests, st.integers(1, 10**9), st.integers(1, 10**9))
def test_the_unit_of_the_basis_does_not_matter(available: int, wanted: list[Asked], up: int, down: int) -> None:
    scaled = [Asked(r.requested, Fraction(r.basis) * up / down) for r in wanted]

    assert prorate(available, scaled, PLAIN).shares == prorate(available, wanted, PLAIN).shares


@given(amounts, requests, st.randoms(use_true_random=False))
def test_the_order_of_requests_matters_to_ties_alone(available: int, wanted: list[Asked], random: Random) -> None:
    order = list(range(len(wanted)))
    random.shuffle(order)

    outcome = prorate(available, wanted, PLAIN)
    shuffled = prorate(available, [wanted[i] for i in order], PLAIN)

    rate = Fraction(10**6) if outcome.rate is None else outcome.rate
    exact = [min(Fraction(r.requested), rate * r.basis) for r in wanted]
    if all(r.basis for r in wanted):
        assert shuffled.rate == outcome.rate
        assert sorted((floor(exact[i]) - exact[i], outcome.shares[i] - floor(exact[i])) for i in order) == sorted(
            (floor(exact[i]) - exact[i], share - floor(exact[i]))
            for i, share in zip(order, shuffled.shares, strict=True)
        )


@given(amounts, requests)
def test_a_capped_investor_who_never_asked_changes_nothing_for_the_others(available: int, wanted: list[Asked]) -> None:
    outcome = prorate(available, wanted, PLAIN)
    for i, is_capped in enumerate(outcome.capped(wanted)):
        if is_capped and wanted[i].basis:
            rest = wanted[:i] + wanted[i + 1 :]
            fewer = prorate(available - wanted[i].requested, rest, PLAIN)

            assert fewer.shares == outcome.shares[:i] + outcome.shares[i + 1 :]
            assert fewer.rate == outcome.rate


@given(requests, st.integers(0, 100))
def test_an_undersubscribed_deal_gives_everybody_their_request(wanted: list[Asked], spare: int) -> None:
    total = sum(r.requested for r in wanted)

    outcome = prorate(total + spare, wanted, PLAIN)

    assert outcome.shares == [r.requested for r in wanted]
    assert (outcome.rate, outcome.level) == (None, None)
    assert all(outcome.capped(wanted))


def test_nobody_without_a_basis_gets_money_before_all_others_are_full() -> None:
    wanted = asked((50, 10), (40, 0), (5, 0), (60, 20))

    cut = prorate(100, wanted, PLAIN)
    full = prorate(131, wanted, PLAIN)

    assert (cut.shares, cut.rate, cut.level) == ([40, 0, 0, 60], Fraction(4), Fraction(0))
    assert (full.shares, full.rate, full.level) == ([50, 16, 5, 60], None, Fraction(16))


def test_a_rule_may_leave_out_those_without_a_basis() -> None:
    outcome = prorate(200, asked((50, 10), (40, 0)), replace(PLAIN, zero_basis=ZeroBasis.EXCLUDED))

    assert outcome.shares == [50, 0]
    assert list(outcome.groups.out) == [1]


def test_left_over_cents_go_to_the_first_or_to_the_last_of_equals() -> None:
    equals = asked((10, 1), (10, 1), (10, 1), (10, 1))

    assert prorate(6, equals, PLAIN).shares == [2, 2, 1, 1]
    assert prorate(6, equals, replace(PLAIN, tie=Tie.LAST)).shares == [1, 1, 2, 2]


def test_left_over_cents_of_those_without_a_basis_go_by_the_same_tie() -> None:
    equals = asked((10, 0), (10, 0), (10, 0))

    assert prorate(4, equals, PLAIN).shares == [2, 1, 1]
    assert prorate(4, equals, replace(PLAIN, tie=Tie.LAST)).shares == [1, 1, 2]


def test_left_over_cents_go_by_largest_remainder_and_so_are_not_monotone() -> None:
    wanted = asked((10, 1), (10, 3), (10, 3))

    assert prorate(3, wanted, PLAIN).shares == [1, 1, 1]
    assert prorate(4, wanted, PLAIN).shares == [0, 2, 2]


def test_below_the_minimum_the_smallest_leave_one_at_a_time() -> None:
    wanted = asked((100, 10), (100, 10), (100, 10), (9, 50))

    outcome = prorate(45, wanted, replace(PLAIN, minimum=20))

    assert outcome.shares == [23, 22, 0, 0]
    assert list(outcome.groups.out) == [3, 2]


def test_taking_everybody_out_at_once_would_leave_the_deal_unallocated() -> None:
    outcome = prorate(30, asked((30, 1), (30, 1), (30, 1)), replace(PLAIN, minimum=30))

    assert outcome.shares == [30, 0, 0]
    assert list(outcome.groups.out) == [2, 1]


def test_a_fraction_as_basis_is_taken_exactly() -> None:
    third = Fraction(1, 3)

    outcome = prorate(100, asked((100, third), (100, 2 * third), (1, third)), PLAIN)

    assert outcome.shares == [33, 66, 1]
    assert outcome.rate == 99


def test_a_bump_to_the_request_is_not_a_cap() -> None:
    wanted = asked((2, 5), (100, 13))

    outcome = prorate(7, wanted, PLAIN)

    assert outcome.shares == [2, 5]
    assert outcome.capped(wanted) == [False, False]
