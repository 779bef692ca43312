"""The campaign of wrong clocks at its smallest size; `make faults` sends a thousand messages."""

import shutil

import pytest

from faults import clock


@pytest.mark.skipif(
    shutil.which("cc") is None, reason="shifting a clock needs a compiler: apt-get install gcc libc6-dev"
)
def test_hosts_with_wrong_clocks_keep_to_the_time_of_the_database() -> None:
    tallies = list(clock.campaign(messages=21))

    assert [str(tally) for tally in tallies if tally.slipped] == []
    assert tallies[-1].seen["sent"] == 21
