"""The campaigns against sign-in at their smallest size, on real web processes; `make faults` runs them in full."""

import os
import shutil

import pytest

from faults import probing, race_link, scanner


def test_no_scanner_uses_a_link_and_its_owner_gets_in_afterwards() -> None:
    _need_chromium()

    tallies = {tally.what: tally for tally in scanner.campaign(links=4)}

    assert [str(tally) for tally in tallies.values() if tally.slipped] == []
    assert len(tallies) == 13
    assert sum(tallies["the owner afterwards"].seen.values()) == 4


def test_one_link_used_by_many_at_once_begins_one_session_on_both_databases() -> None:
    tallies = list(race_link.campaign(rounds=2, at_once=12))

    assert [str(tally) for tally in tallies if tally.slipped] == []
    assert [tally.seen["sessions"] for tally in tallies] == [2, 2]


def test_an_address_on_file_and_another_one_get_the_same_bytes() -> None:
    probes = list(probing.campaign(pairs=3, staff_pairs=2))

    assert [str(probe) for probe in probes if probe.slipped] == []
    assert [sum(probe.seen.values()) for probe in probes] == [6, 4]


def test_the_rank_sum_tells_times_apart_that_differ_and_none_that_do_not() -> None:
    even, odd = range(0, 400, 2), range(1, 400, 2)

    assert probing.rank_sum(even, odd)[1] > 0.9
    assert probing.rank_sum([time + 100 for time in even], odd)[1] < 0.001
    assert probing.rank_sum([time + 100 for time in even], odd)[0] > 0.6


def _need_chromium() -> None:
    if os.environ.get("CHROMIUM") is None and shutil.which("chromium") is None:
        says = "The scripts of a scanner need Chromium: apt-get install chromium"
        pytest.fail(says) if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip(says)
