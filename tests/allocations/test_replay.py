"""Replaying deals in order carries corrected allocations into later averages, exactly, and puts each in its bucket."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.allocations.crosscheck import crosscheck
from app.allocations.replay import Bucket, Entered, Entry, Figure, replay
from app.allocations.terms import Asked, Rule

FIRST = date(2024, 1, 1)
Row = tuple[str, int, int | Fraction, int | None, int]
"""Account, requested, basis, count, recorded."""


def a_deal(day: int, available: int, *rows: Row, number: str = "", currency: str = "USD") -> Entered:
    entries = [
        Entry(day * 100 + i, ord(account), requested, basis, count, recorded)
        for i, (account, requested, basis, count, recorded) in enumerate(rows)
    ]
    name = number or f"day {day}"
    return Entered(day, name, name, FIRST + timedelta(days=day), currency, available, Rule(), entries)


def figures(*deals: Entered) -> list[list[Figure]]:
    return [list(replayed.figures) for replayed in replay(deals)]


def buckets(*deals: Entered) -> list[str]:
    return [" ".join(figure.bucket.value for figure in each) for each in figures(*deals)]


# In the first deal A was given 8 of what is right 6, B 2 of 4: shares by basis 3 to 2 of 10.
SPOILED = a_deal(1, 10, ("A", 9, 3, None, 8), ("B", 9, 2, None, 2))


def test_by_hand_an_average_over_one_allocation_becomes_the_corrected_one() -> None:
    # A's average was 8 over 1 allocation and becomes 6; B's was 2 and becomes 4: 6 to 4 of 20 is 12 to 8, not 16 to 4.
    later = a_deal(2, 20, ("A", 20, 8, 1, 16), ("B", 20, 2, 1, 4))

    first, second = replay([SPOILED, later])

    assert [figure.frozen for figure in first.figures] == [6, 4]
    assert [(figure.basis, figure.frozen, figure.recomputed) for figure in second.figures] == [(6, 16, 12), (4, 4, 8)]
    assert [figure.bucket for figure in second.figures] == [Bucket.KNOCK_ON, Bucket.KNOCK_ON]
    assert second.recomputed is not None
    assert second.recomputed.rate == 2


def test_by_hand_an_average_over_three_of_which_one_was_imported_moves_by_a_third() -> None:
    later = a_deal(2, 9, ("A", 9, 4, 3, 6), ("C", 9, 2, None, 3))

    (a, c) = figures(SPOILED, later)[1]

    assert (a.basis, c.basis) == (4 - Fraction(2, 3), None)
    assert (a.frozen, c.frozen, a.recomputed, c.recomputed) == (6, 3, 6, 3)  # 9 * 10/16 is 5.6, 9 * 6/16 is 3.4


def test_by_hand_only_the_latest_counted_allocations_are_earlier() -> None:
    right = a_deal(2, 10, ("A", 5, 3, None, 5), ("B", 5, 2, None, 5))
    over_one = a_deal(3, 10, ("A", 9, 5, 1, 5), ("B", 9, 5, 1, 5))
    over_two = a_deal(4, 10, ("A", 9, 5, 2, 5), ("B", 9, 5, 2, 5))
    over_four = a_deal(5, 10, ("A", 9, 5, 4, 5), ("B", 9, 5, 4, 5))

    _, _, one, two, four = figures(SPOILED, right, over_one, over_two, over_four)

    assert [figure.basis for figure in (*one, *two)] == [None] * 4
    # The fourth deal changed nothing either; of the latest four allocations the first changed A by -2, B by +2.
    assert [figure.basis for figure in four] == [Fraction(9, 2), Fraction(11, 2)]
    assert [figure.recomputed for figure in four] == [5, 5]  # 4.5 and 5.5: the left-over cent goes to the first


def test_by_hand_a_correction_carries_on_through_a_corrected_average() -> None:
    second = a_deal(2, 20, ("A", 20, 8, 1, 16), ("B", 20, 2, 1, 4))
    third = a_deal(3, 30, ("A", 30, 16, 1, 24), ("B", 30, 4, 1, 6))

    assert [figure.recomputed for figure in figures(SPOILED, second, third)[2]] == [18, 12]


def test_the_same_day_is_not_earlier() -> None:
    same_day = replace(a_deal(2, 20, ("A", 20, 8, 1, 16), ("B", 20, 2, 1, 4)), closed_on=SPOILED.closed_on)

    assert buckets(SPOILED, same_day) == ["over under", "unaffected unaffected"]


def test_without_a_count_the_basis_stays_frozen_and_nobody_is_knocked_on() -> None:
    later = a_deal(2, 20, ("A", 20, 8, None, 16), ("B", 20, 2, None, 4))

    assert buckets(SPOILED, later) == ["over under", "unaffected unaffected"]


def test_a_deal_out_of_range_counts_as_it_was_recorded_and_is_not_replayed() -> None:
    before = replace(SPOILED, is_in_range=False)
    later = a_deal(2, 20, ("A", 20, 8, 1, 16), ("B", 20, 2, 1, 4))

    assert buckets(before, later) == ["unaffected unaffected"]


def test_an_average_below_zero_is_not_checkable_and_stays_frozen_for_the_others() -> None:
    later = a_deal(2, 20, ("A", 20, 1, 1, 4), ("B", 20, 4, None, 16))

    a, b = figures(SPOILED, later)[1]

    assert (a.bucket, a.recomputed, a.basis) == (Bucket.NOT_CHECKABLE, None, None)
    assert a.reason == "Its average would fall below zero, so it does not fit the allocations it was counted over."
    assert (b.bucket, b.recomputed) == (Bucket.UNAFFECTED, 16)


def test_what_counts_an_allocation_that_could_not_be_checked_cannot_be_checked_either() -> None:
    second = a_deal(2, 20, ("A", 20, 1, 1, 4), ("B", 20, 4, None, 16))
    third = a_deal(3, 20, ("A", 20, 4, 1, 4), ("B", 20, 16, 1, 16))

    a, b = figures(SPOILED, second, third)[2]

    assert (a.bucket, b.bucket) == (Bucket.NOT_CHECKABLE, Bucket.UNAFFECTED)
    assert a.reason == "Its average counts the allocation in day 2, which could not be checked."


def test_a_changed_allocation_in_another_currency_makes_an_average_not_checkable() -> None:
    later = a_deal(2, 20, ("A", 20, 8, 1, 16), ("B", 20, 2, None, 4), currency="KWD")

    a, b = figures(SPOILED, later)[1]

    assert (a.bucket, b.bucket) == (Bucket.NOT_CHECKABLE, Bucket.UNAFFECTED)
    assert a.reason == "Its average counts the allocation in day 1, which is in USD."


def test_a_deal_that_cannot_be_replayed_is_named_and_carries_doubt_on() -> None:
    missing = replace(SPOILED, obstacle="Its agreement names no-cap.")
    later = a_deal(2, 20, ("A", 20, 8, 1, 16), ("B", 20, 2, None, 4))

    first, second = replay([missing, later])

    assert (first.frozen, first.obstacle) == (None, "Its agreement names no-cap.")
    assert {figure.bucket for figure in first.figures} == {Bucket.NOT_CHECKABLE}
    assert {figure.reason for figure in first.figures} == {"Its agreement names no-cap."}
    assert [figure.bucket for figure in second.figures] == [Bucket.NOT_CHECKABLE, Bucket.UNAFFECTED]


def test_who_is_over_on_frozen_bases_stays_over_whatever_the_average_becomes() -> None:
    later = a_deal(2, 20, ("A", 20, 8, 1, 18), ("B", 20, 2, 1, 2))

    a, b = figures(SPOILED, later)[1]

    assert (a.bucket, a.frozen, a.recomputed) == (Bucket.OVER, 16, 12)
    assert (b.bucket, b.frozen, b.recomputed) == (Bucket.UNDER, 4, 8)


def test_deals_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="day 1 closed before"):
        list(replay([a_deal(2, 1, ("A", 1, 1, None, 1)), SPOILED]))


rows = st.tuples(st.integers(0, 40), st.integers(0, 30) | st.fractions(0, 30, max_denominator=4))
requests = st.builds(
    lambda account, row, count, recorded: (account, *row, count, recorded),
    st.sampled_from("ABCD"),
    rows,
    st.none() | st.integers(1, 4),
    st.integers(0, 25),
)
histories = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 60), st.lists(requests, max_size=4, unique_by=lambda row: row[0])),
    min_size=1,
    max_size=6,
).map(
    lambda deals: [
        a_deal(day, available, *rows, number=f"{day}-{i}")
        for i, (day, available, rows) in enumerate(sorted(deals, key=lambda deal: deal[0]))
    ]
)


def by_definition(deals: Sequence[Entered]) -> list[tuple[int, int | None]]:
    """Frozen and recomputed share of every request, each formula written out as the domain has it."""
    past: list[tuple[Entered, Entry, int | None]] = []
    found: list[tuple[int, int | None]] = []
    for deal in deals:
        bases = [basis_by_definition(entry, deal, past) for entry in deal.entries]
        pairs = zip(deal.entries, bases, strict=True)
        again = [Asked(entry.requested, entry.basis if basis is None else basis) for entry, basis in pairs]
        frozen = crosscheck(deal.available, [Asked(entry.requested, entry.basis) for entry in deal.entries], deal.rule)
        shares = crosscheck(deal.available, again, deal.rule)
        recomputed = [None if basis is None else share for basis, share in zip(bases, shares, strict=True)]
        found += zip(frozen, recomputed, strict=True)
        past += [(deal, entry, share) for entry, share in zip(deal.entries, recomputed, strict=True)]
    return found


def basis_by_definition(
    entry: Entry, deal: Entered, past: Sequence[tuple[Entered, Entry, int | None]]
) -> int | Fraction | None:
    if entry.averaged_over is None:
        return entry.basis
    theirs = [
        (old, share) for other, old, share in past if old.account == entry.account and other.closed_on < deal.closed_on
    ]
    earlier = theirs[-entry.averaged_over :]
    if any(share is None for _, share in earlier):
        return None
    recorded, corrected = sum(old.recorded for old, _ in earlier), sum(share or 0 for _, share in earlier)
    basis = (entry.basis * entry.averaged_over - recorded + corrected) / Fraction(entry.averaged_over)
    return basis if basis >= 0 else None


@settings(max_examples=150)
@given(histories)
def test_every_figure_is_the_one_that_the_definition_gives(deals: list[Entered]) -> None:
    found = [(figure.frozen, figure.recomputed) for each in figures(*deals) for figure in each]

    assert found == by_definition(deals)


@settings(max_examples=60)
@given(histories)
def test_each_way_shares_out_exactly_what_can_be_shared(deals: list[Entered]) -> None:
    for replayed in replay(deals):
        due = min(replayed.deal.available, sum(entry.requested for entry in replayed.deal.entries))
        assert replayed.frozen is not None
        assert replayed.recomputed is not None
        assert sum(replayed.frozen.shares) == sum(replayed.recomputed.shares) == due


@settings(max_examples=60)
@given(histories)
def test_where_every_recorded_amount_was_right_everybody_is_unaffected(deals: list[Entered]) -> None:
    rights = by_definition(
        [replace(deal, entries=[e._replace(averaged_over=None) for e in deal.entries]) for deal in deals]
    )
    shares = iter(frozen for frozen, _ in rights)
    right = [replace(deal, entries=[e._replace(recorded=next(shares)) for e in deal.entries]) for deal in deals]

    assert {figure.bucket for each in figures(*right) for figure in each} <= {Bucket.UNAFFECTED}


@settings(max_examples=60)
@given(histories)
def test_a_bucket_says_what_the_figures_say(deals: list[Entered]) -> None:
    for figure in (figure for each in figures(*deals) for figure in each):
        assert (figure.bucket is Bucket.OVER) == (figure.frozen is not None and figure.frozen < figure.entry.recorded)
        assert (figure.bucket is Bucket.UNDER) == (figure.frozen is not None and figure.frozen > figure.entry.recorded)
        if figure.bucket is Bucket.KNOCK_ON:
            assert figure.recomputed not in (None, figure.entry.recorded)
        if figure.bucket is Bucket.NOT_CHECKABLE:
            assert figure.reason
