"""`flask slots`: the contract's document, its refusals, and that the server's zone plays no part."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from app.scheduling.slot_documents import BadQuestion, answer, read_question

ROOT = Path(__file__).parents[2]
QUESTION: dict[str, Any] = {
    "zone": "America/New_York",
    "from": "2027-03-01",
    "to": "2027-03-31",
    "now": "2027-02-28T12:00:00Z",
    "call": {
        "duration_minutes": 30,
        "step_minutes": 30,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "notice_minutes": 0,
        "horizon_days": 60,
        "max_per_day": None,
    },
    "weekly": [{"weekday": "mon", "start": "09:00", "end": "17:00"}],
    "overrides": [{"date": "2027-03-15", "windows": [{"start": "10:00", "end": "12:00"}]}],
    "busy": [{"start": "2027-03-02T15:00:00Z", "end": "2027-03-02T15:30:00Z", "counts": True}],
}


def flask_slots(*arguments: str, typed: str = "", zone: str = "UTC") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "TZ": zone}
    command = [sys.executable, "-m", "flask", "slots", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, input=typed, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_published_example_is_answered() -> None:
    slots = answer(read_question(json.dumps(QUESTION)))["slots"]

    assert slots[0] == {"start": "2027-03-01T14:00:00Z", "end": "2027-03-01T14:30:00Z"}
    assert len(slots) == 4 * 16 + 4
    assert [slot["start"] for slot in slots if slot["start"].startswith("2027-03-15")] == [
        "2027-03-15T14:00:00Z",
        "2027-03-15T14:30:00Z",
        "2027-03-15T15:00:00Z",
        "2027-03-15T15:30:00Z",
    ]


def test_the_command_reads_a_file_or_standard_input_whatever_the_servers_zone(tmp_path: Path) -> None:
    path = tmp_path / "question.json"
    path.write_text("\ufeff" + json.dumps(QUESTION))

    in_utc = flask_slots(str(path))
    in_kiritimati = flask_slots("-", typed=json.dumps(QUESTION), zone="Pacific/Kiritimati")

    assert (in_utc.returncode, in_kiritimati.returncode) == (0, 0), in_utc.stderr + in_kiritimati.stderr
    assert in_utc.stdout == in_kiritimati.stdout
    assert json.loads(in_utc.stdout) == answer(read_question(json.dumps(QUESTION)))


def test_the_command_refuses_on_standard_error_with_exit_code_two() -> None:
    refused = flask_slots("-", typed=json.dumps(QUESTION | {"zone": "America/Gotham"}))

    assert (refused.returncode, refused.stdout) == (2, "")
    assert "zone: 'America/Gotham' is not a time zone" in refused.stderr


def test_what_may_be_left_out_has_its_stated_default() -> None:
    short = deepcopy(QUESTION)
    short["call"] = {"duration_minutes": 30, "step_minutes": 30, "horizon_days": 60}
    del short["overrides"], short["busy"]

    assert len(answer(read_question(json.dumps(short)))["slots"]) == 5 * 16


def change(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def apply(question: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        holder: Any = question
        for key in parents:
            holder = holder[int(key) if key.isdigit() else key]
        holder[int(last) if last.isdigit() else last] = value

    return apply


REFUSED = [
    ("zone", 5, "zone: 5 cannot be used. Use text"),
    ("zone", "localtime", "zone: 'localtime' is not a time zone"),
    ("from", "2027-02-30", 'from: "2027-02-30" cannot be used. Use a date such as'),
    ("from", "20270301", "from: .* Use a date such as"),
    ("from", "1899-12-31", "from: .* 1900 to 2199"),
    ("to", "2027-02-28", "to: .* not before 2027-03-01"),
    ("now", "2027-02-28T12:00:00", "now: .* with its offset"),
    ("now", "soon", "now: .* with its offset"),
    ("now", None, "now: null cannot be used. Use text"),
    ("call", [], "call: .* Use an object"),
    ("call.duration_minutes", 0, "call.duration_minutes: 0 cannot be used. Use a whole number from 1"),
    ("call.step_minutes", 0, "call.step_minutes: 0"),
    ("call.step_minutes", 7.5, "call.step_minutes: 7.5"),
    ("call.step_minutes", True, "call.step_minutes: true"),
    ("call.step_minutes", "30", 'call.step_minutes: "30"'),
    ("call.buffer_after_minutes", -5, "call.buffer_after_minutes: -5"),
    ("call.horizon_days", 10**30, "call.horizon_days: 1000"),
    ("call.max_per_day", -1, "call.max_per_day: -1"),
    ("call.color", "red", "call: 'color' means nothing here"),
    ("weekly", None, "weekly: null cannot be used. Use a list"),
    ("weekly.0.weekday", "Monday", 'weekly\\[0\\].weekday: "Monday" cannot be used. Use one of mon, tue'),
    ("weekly.0.start", "24:00", 'weekly\\[0\\].start: "24:00"'),
    ("weekly.0.end", "24:01", "weekly\\[0\\].end: .* up to 24:00"),
    ("weekly.0.end", "9:00", "weekly\\[0\\].end"),
    ("overrides.0.date", "someday", "overrides\\[0\\].date"),
    ("overrides.0.windows.0.start", 600, "overrides\\[0\\].windows\\[0\\].start: 600"),
    ("busy.0", "all day", "busy\\[0\\]: .* Use an object"),
    ("busy.0.end", "2027-03-02T14:59:00Z", "busy\\[0\\].end: .* not before its start"),
    ("busy.0.counts", "yes", "busy\\[0\\].counts: .* Use true or false"),
]


@pytest.mark.parametrize(("path", "value", "words"), REFUSED)
def test_a_bad_field_is_named_with_its_value_and_the_remedy(path: str, value: object, words: str) -> None:
    question = deepcopy(QUESTION)
    change(path, value)(question)

    with pytest.raises(BadQuestion, match=words):
        read_question(json.dumps(question))


def test_two_overrides_of_one_date_are_refused() -> None:
    twice = QUESTION | {"overrides": QUESTION["overrides"] * 2}

    with pytest.raises(BadQuestion, match=r"overrides\[1\].date: .* one override a date"):
        read_question(json.dumps(twice))


@pytest.mark.parametrize("missing", ["zone", "from", "to", "now", "call", "weekly"])
def test_a_missing_field_is_named(missing: str) -> None:
    question = {key: value for key, value in QUESTION.items() if key != missing}

    with pytest.raises(BadQuestion, match=f"the document: {missing} is missing. Add it."):
        read_question(json.dumps(question))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, b"\xff\xfe{", '"a"', "NaN"])
def test_what_is_no_document_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadQuestion):
        read_question(text)


def test_a_long_value_is_shown_shortened() -> None:
    with pytest.raises(BadQuestion) as refusal:
        read_question(json.dumps(QUESTION | {"from": "9" * 10_000}))

    assert len(str(refusal.value)) < 200
