"""The campaigns that kill processes, small; `make faults` sends ten thousand messages and publishes as many figures."""

from faults import kill_publish, kill_worker


def test_no_message_is_lost_and_what_is_repeated_is_flagged() -> None:
    (tally,) = kill_worker.campaign(messages=60, kills=4)

    assert tally.slipped == 0, str(tally)
    assert tally.seen["sent"] + tally.seen["failed"] == 60


def test_a_publication_that_is_killed_again_and_again_reaches_everybody_once() -> None:
    tallies = list(kill_publish.campaign(adjustments=400, kills=3))

    assert [str(tally) for tally in tallies if tally.slipped] == []
    assert [tally.seen["notices"] > 200 for tally in tallies] == [True, True]
