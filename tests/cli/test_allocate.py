"""`flask allocate`, as somebody scripts against it: no settings, no database, exact numbers."""

import json
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from app import cli
from tests.allocations.builders import PUBLISHED


def flask_allocate(content: Any, *options: str) -> Result:
    """Run the command on an application without settings; `content` is text or becomes JSON."""
    app = Flask("app")
    cli.init_app(app, missing="Nothing is set.")
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    return app.test_cli_runner().invoke(args=["allocate", *options, "-"], input=text)


def a_deal(available: Any = 100, *rows: tuple[Any, Any]) -> dict[str, Any]:
    investors = [{"name": "A", "requested_amount": r, "average_amount": b} for r, b in rows or [(60, 1), (80, 2)]]
    return {"allocation_amount": available, "investor_amounts": investors}


def answer(content: Any, *options: str) -> dict[str, Any]:
    result = flask_allocate(content, *options)
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_case_is_exact_and_certified(name: str) -> None:
    found = answer(PUBLISHED[name]["input"])

    shares = [{"name": row["name"], "allocated": row["allocated"]} for row in found["allocations"]]
    assert shares == PUBLISHED[name]["expected"]
    assert found["certificate"] == "holds"


def test_the_answer_has_the_form_that_others_script_against() -> None:
    rows = [("A", 100, 95), ("B", "2.00", "1"), ("C", 1, 4.0)]
    investors = [{"name": n, "requested_amount": r, "average_amount": b} for n, r, b in rows]

    assert answer({"allocation_amount": 100, "investor_amounts": investors}) == {
        "rule": "pro-rata-1",
        "currency": "USD",
        "available": "100.00",
        "allocated": "100.00",
        "unallocated": "0.00",
        "rate": {"numerator": "33", "denominator": "32"},
        "certificate": "holds",
        "allocations": [
            {"name": "A", "requested": "100.00", "basis": "95.00", "allocated": "97.97", "capped": False},
            {"name": "B", "requested": "2.00", "basis": "1.00", "allocated": "1.03", "capped": False},
            {"name": "C", "requested": "1.00", "basis": "4.00", "allocated": "1.00", "capped": True},
        ],
    }


def test_two_investors_of_one_name_stay_two() -> None:
    found = answer(a_deal(90, (60, 1), (80, 2)))

    assert [row["allocated"] for row in found["allocations"]] == ["30.00", "60.00"]


def test_nobody_is_cut_so_there_is_no_rate() -> None:
    found = answer(a_deal(200))

    assert found["rate"] is None
    assert found["unallocated"] == "60.00"
    assert all(row["capped"] for row in found["allocations"])


def test_nothing_to_share_is_a_rate_of_zero() -> None:
    assert answer(a_deal(0))["rate"] == {"numerator": "0", "denominator": "1"}


def test_numbers_are_read_exactly_however_long_they_are() -> None:
    long = "9007199254740993" * 400
    text = '{"allocation_amount": 1e2, "investor_amounts": [{"name": "A", "requested_amount": 90071992547409931.01,'
    text += f' "average_amount": {long}.125}}, {{"name": "B", "requested_amount": 1.00e+2,'
    text += f' "average_amount": "{long}.125"}}]}}'

    rows = answer(text)["allocations"]

    assert rows[0]["requested"] == "90071992547409931.01"
    assert rows[0]["basis"] == f"{long}.125"
    assert [row["allocated"] for row in rows] == ["50.00", "50.00"]


def test_a_basis_may_be_a_fraction() -> None:
    rows = answer(a_deal(10, (10, "1/3"), (10, "1/4"), (10, "5/12")))["allocations"]

    assert [row["basis"] for row in rows] == ["1/3", "0.25", "5/12"]
    assert [row["allocated"] for row in rows] == ["3.33", "2.50", "4.17"]


@pytest.mark.parametrize(
    ("currency", "available", "allocated"), [("JPY", 101, ["34", "67"]), ("KWD", "0.100", ["0.033", "0.067"])]
)
def test_a_currency_has_its_own_digits(currency: str, available: Any, allocated: list[str]) -> None:
    found = answer(a_deal(available, (90, 1), (90, 2)), "--currency", currency)

    assert [row["allocated"] for row in found["allocations"]] == allocated


def test_a_defect_prints_what_is_wrong_and_succeeds() -> None:
    found = answer(PUBLISHED["min_cascade"]["input"], "--rule", "single-pass")

    assert found["rule"] == "single-pass"
    assert found["certificate"].startswith("fails: request 3 got 2000")


def test_options_reach_the_rule() -> None:
    zero = a_deal(100, (50, 1), (60, 0))
    equal = a_deal("0.03", (1, 1), (1, 1))

    assert answer(zero)["allocations"][1]["allocated"] == "50.00"
    assert answer(zero, "--zero-basis", "excluded")["allocations"][1]["allocated"] == "0.00"
    assert [row["allocated"] for row in answer(equal, "--tie", "last")["allocations"]] == ["0.01", "0.02"]
    assert [row["allocated"] for row in answer(equal, "--minimum", "0.02")["allocations"]] == ["0.03", "0.00"]


def test_the_rules_are_listed_by_name() -> None:
    listed = flask_allocate("", "--list-rules").stdout.splitlines()

    names = [line.split("\t")[0] for line in listed]
    assert names == ["pro-rata-1", "single-pass", "clamp-only", "no-cap", "round-each"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not JSON"),
        (b"\xff\xfe", "not JSON in UTF-8"),
        ("[" * 100_000, "not JSON"),
        ("[]", "The input: [] is not an object"),
        ({}, "allocation_amount is missing"),
        ({"allocation_amount": 1}, "investor_amounts is missing"),
        ({"allocation_amount": 1, "investor_amounts": []}, "at least one investor"),
        ({"allocation_amount": 1, "investor_amounts": {}}, "at least one investor"),
        ({"allocation_amount": 1, "investor_amounts": [7]}, "row 1: 7 is not an object"),
        ({"allocation_amount": 1, "investor_amounts": [{"name": 7}]}, "row 1: name is 7"),
        ({"allocation_amount": 1, "investor_amounts": [{"name": "A"}]}, "row 1: requested_amount is missing"),
        ('{"allocation_amount": 1, "allocation_amount": 2}', "twice"),
        (a_deal(-1), "allocation_amount: '-1' is not an amount"),
        (a_deal(1.001), "'1.001' has more than the 2 digits"),
        (a_deal(1, (True, 1)), "row 1: requested_amount: true is not a number"),
        (a_deal(1, (None, 1)), "row 1: requested_amount: null is not a number"),
        (a_deal(1, (1, 1), (1, "-1")), "row 2: average_amount: '-1' is not an average"),
        (a_deal(1, (1, "1/0")), "'1/0' is not an average"),
        (a_deal(1, (1, "many")), "'many' is not an average"),
        (a_deal("1,000"), "'1,000' is not an amount"),
        (a_deal("1e2"), "'1e2' is not an amount"),
        (json.dumps(a_deal(1)).replace("60", "NaN"), "'NaN' is not an amount"),
        (json.dumps(a_deal(1)).replace("60", "1e999999"), "'1e999999' is not an amount"),
        (json.dumps(a_deal(1)).replace("60", "-Infinity"), "'-Infinity' is not an amount"),
    ],
)
def test_bad_input_is_refused_with_its_place_value_and_remedy(content: Any, words: str) -> None:
    result = flask_allocate(content)

    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rule", "pro-rata-9"], "no rule 'pro-rata-9'"),
        (["--rule", "current-basis"], "averages of today"),
        (["--currency", "XYZ"], "Error: --currency: 'XYZ' is not a currency code"),
        (["--minimum", "many"], "--minimum: 'many' is not an amount"),
        (["--tie", "middle"], "'middle' is not one of"),
    ],
)
def test_bad_options_are_refused_in_words(options: list[str], words: str) -> None:
    result = flask_allocate(a_deal(), *options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
