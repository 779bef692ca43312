"""Many who want one slot, at the campaign's smallest size on real web processes; `make faults` runs it in full."""

from faults import race_slot


def test_a_slot_that_many_want_at_once_has_one_winner_on_both_databases() -> None:
    tallies = list(race_slot.campaign(at_once=10))

    assert [str(tally) for tally in tallies if tally.slipped] == []
    assert [tally.seen["status 302"] for tally in tallies[::3]] == [1, 1]
    assert [tally.seen["overlaps"] for tally in tallies] == [0] * 6
    assert all(tally.rounds > 1 for tally in tallies)
