"""The campaigns about who may do what, small; `make faults` asks every reader and plays five thousand sequences."""

from faults import access, four_eyes


def test_every_route_refuses_whom_its_mark_does_not_name_and_hides_what_is_somebody_elses() -> None:
    tallies = list(access.campaign(readers={"nobody", "an investor", "deputy of legal"}))

    assert [str(tally) for tally in tallies if tally.slipped] == []
    assert all(tally.rounds > 100 for tally in tallies)


def test_no_sequence_of_acts_gets_around_two_signatures() -> None:
    (tally,) = four_eyes.campaign(sequences=25)

    assert tally.slipped == 0, str(tally)
    assert tally.seen["approve done"] > 10
    assert tally.seen["ended approved or further"] > 0
