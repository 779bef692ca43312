"""The campaigns that kill processes and cut power, small; `make faults` runs them in full."""

from pathlib import Path

import pytest

from faults import db_restart, disk, kill_publish, kill_web, kill_worker, wal_cut
from faults.preloading import NoCompiler, compile_library


def test_no_message_is_lost_and_what_is_repeated_is_flagged() -> None:
    (tally,) = kill_worker.campaign(messages=60, kills=4)

    assert tally.slipped == 0, str(tally)
    assert tally.seen["sent"] + tally.seen["failed"] == 60


def test_a_publication_that_is_killed_again_and_again_reaches_everybody_once() -> None:
    tallies = list(kill_publish.campaign(adjustments=400, kills=3))

    assert [str(tally) for tally in tallies if tally.slipped] == []
    assert [tally.seen["notices"] > 200 for tally in tallies] == [True, True]


def test_what_a_killed_web_process_acknowledged_is_there_with_its_event() -> None:
    tallies = list(kill_web.campaign(kills=2, sign_ins=40))

    assert [str(tally) for tally in tallies if tally.slipped] == []
    assert [tally.seen["signed in"] > 30 for tally in tallies] == [True, True]


def test_everybody_is_answered_once_the_database_is_back() -> None:
    (tally,) = db_restart.campaign(restarts=2, sign_ins=40)

    assert tally.slipped == 0, str(tally)
    assert tally.seen["signed in"] > 30


def test_a_cut_log_of_writes_holds_exactly_what_was_written_whole() -> None:
    (tally,) = wal_cut.campaign(cuts=40)

    assert tally.slipped == 0, str(tally)
    assert tally.seen["OK"] == 40


def test_without_room_and_on_a_failing_disk_the_portal_says_so_and_loses_nothing() -> None:
    tallies = list(disk.campaign(rounds=1, sign_ins=30))

    assert [str(tally) for tally in tallies if tally.slipped] == []
    assert tallies[0].seen["refused with 503"] >= 10
    assert tallies[1].seen["refused with 503"] >= 10 or "needs a C compiler" in tallies[1].what


def test_a_disk_fails_only_where_a_compiler_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(NoCompiler, match="needs a C compiler: apt-get install gcc"):
        compile_library("failing_sync", tmp_path)
