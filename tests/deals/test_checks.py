"""What is wrong with a row, or between rows."""

import pytest

from tests.deals.builders import demo_files, demo_files_plus, demo_files_with, only_problem_of, problems_of


def test_nothing_is_wrong_with_the_demo() -> None:
    assert problems_of(demo_files()) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "row", "column"),
    [
        ("requests.csv", "INV-011,2026", "INV-099,2026", 13, "account_id"),
        ("requests.csv", "orbit,INV-001", "orbitt,INV-001", 2, "deal_id"),
        ("deals.csv", "2024.08", "2024.09", 2, "release"),
        ("deals.csv", "USD", "USX", 2, "currency"),
        ("deals.csv", "pro-rata-1", "single-pass", 2, "rule"),
        ("releases.csv", "single-pass", "double-pass", 2, "rule"),
        ("requests.csv", "25000.00,90000.00", "25000.001,90000.00", 2, "requested"),
        ("requests.csv", "25000.00,90000.00", "-25000.00,90000.00", 2, "requested"),
        ("requests.csv", "25000.00,90000.00", "25000.00,", 2, "basis"),
        ("requests.csv", "2024-11-15", "2024-11-23", 2, "agreement_signed_on"),
        ("requests.csv", "2024-11-26", "2024-11-14", 2, "paid_on"),
        ("requests.csv", "25000.00,2024-11-26", "25000.00,", 2, "paid_on"),
        ("requests.csv", "25000.00,2024-11-26", ",2024-11-26", 2, "paid_amount"),
        ("requests.csv", "INV-002", "=INV-002", 3, "account_id"),
        ("accounts.csv", "Amara Okafor,personal", "=cmd(),personal", 2, "account_name"),
        ("accounts.csv", "America/New_York", "New York", 2, "time_zone"),
        ("accounts.csv", "+12125550100", "212 555 0100", 2, "phone"),
        ("accounts.csv", "amara@example.com", "amara", 2, "person_email"),
        ("accounts.csv", "owner", "boss", 2, "scope"),
        ("accounts.csv", "personal", "private", 2, "account_type"),
        ("accounts.csv", "Amara Okafor,amara", ",amara", 2, "person_name"),
        ("marks.csv", "2026-10-31", "2024-11-21", 2, "as_of"),
        ("marks.csv", "orbit", "mars", 2, "deal_id"),
        ("distributions.csv", "2025-12-15", "2024-01-01", 2, "paid_on"),
        ("distributions.csv", "10000.00", "0.00", 2, "total"),
        ("deals.csv", "2024-11-22T17:04:11Z", "2024-11-20T17:04:11Z", 2, "allocated_at"),
        ("rates.csv", "0.08", "8", 2, "rate"),
    ],
)
def test_a_bad_cell_is_reported_alone_with_sheet_row_and_column(
    name: str, old: str, new: str, row: int, column: str
) -> None:
    files = demo_files_with(name, old, new)

    problem = next(problem for problem in problems_of(files) if problem.column == column)

    assert (f"{problem.sheet}.csv", problem.row) == (name, row)
    assert problem.reason.endswith(".")
    assert problem.remedy.endswith(".")
    assert {found.row for found in problems_of(files)} == {row}


def test_a_deal_cannot_be_allocated_by_a_release_that_came_later() -> None:
    problem = only_problem_of(demo_files_with("releases.csv", "2024-08-05", "2024-12-05"))

    assert (problem.sheet, problem.column) == ("deals", "allocated_at")
    assert problem.reason == "It is before 2024-12-05, when the release was deployed."


def test_the_value_found_is_repeated() -> None:
    assert only_problem_of(demo_files_with("marks.csv", "1.40", "1.4x")).value == "1.4x"


def test_payment_digits_are_never_repeated() -> None:
    files = demo_files_with("accounts.csv", ",1000", ",DE89370400440532013000")

    assert only_problem_of(files).value == "not shown"


def test_every_problem_is_reported_at_once() -> None:
    files = demo_files_with("marks.csv", "1.40", "x") | {
        "rates.csv": demo_files_with("rates.csv", "0.08", "x")["rates.csv"]
    }

    assert [problem.sheet for problem in problems_of(files)] == ["marks", "rates"]


def test_one_account_twice_in_a_deal_is_reported_with_the_first_row() -> None:
    row = "orbit,INV-001,2024-11-15,0.00,90000.00,,0.00,,"

    problem = only_problem_of(demo_files_plus("requests.csv", row))

    assert (problem.row, problem.column) == (18, "account_id")
    assert problem.reason == "Row 2 is the same deal and account."


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("releases.csv", "2024.08,2024-08-05,single-pass,again"),
        ("marks.csv", "orbit,2026-10-31,1.50"),
        ("distributions.csv", "orbit,2025-12-15,1.00"),
        ("rates.csv", "simple-act/365f,2024-01-01,0.09"),
    ],
)
def test_a_repeated_key_is_a_bad_row(name: str, row: str) -> None:
    assert "is the same" in only_problem_of(demo_files_plus(name, row)).reason


def test_one_person_may_stand_on_several_accounts_and_an_account_with_several_people() -> None:
    row = "INV-001,Amara Okafor,personal,Elena Petrova,ELENA@example.com,,acts,,,America/Los_Angeles,1000"

    assert problems_of(demo_files_plus("accounts.csv", row)) == []


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("INV-002,Bruno Keller,personal,Amara Okafors,amara@example.com,,sees,,,America/New_York,1037", "person_name"),
        ("INV-002,Bruno Keller,personal,Amara Okafor,amara@example.com,,sees,,,Europe/Paris,1037", "time_zone"),
        ("INV-001,Amara,personal,Bruno Keller,bruno@example.com,,sees,,,Europe/Berlin,1000", "account_name"),
        ("INV-001,Amara Okafor,trust,Bruno Keller,bruno@example.com,,sees,,,Europe/Berlin,1000", "account_type"),
        ("INV-001,Amara Okafor,personal,Amara Okafor,amara@example.com,,sees,,,America/New_York,1000", "scope"),
    ],
)
def test_rows_that_disagree_on_a_person_or_an_account_are_reported(row: str, column: str) -> None:
    problem = only_problem_of(demo_files_plus("accounts.csv", row))

    assert (problem.row, problem.column) == (14, column)


def test_recorded_allocations_above_the_deal_are_reported_to_the_cent() -> None:
    files = demo_files_with("deals.csv", "500000.00", "499999.99")

    problem = only_problem_of(files)

    assert (problem.sheet, problem.column) == ("deals", "allocation_available")
    assert problem.reason == "The recorded allocations in requests add up to 500000.00, which is 0.01 more."


def test_a_release_that_rounded_each_share_may_be_off_by_a_cent_a_request() -> None:
    files = demo_files_with("deals.csv", "500000.00", "499999.99")
    files |= {"releases.csv": demo_files()["releases.csv"].replace(b"single-pass", b"round-each")}

    assert problems_of(files) == []


def test_one_clause_cannot_have_two_texts() -> None:
    files = demo_files_with("deals.csv", '4.0,5.1,"If', '3.1,4.2,"Where')

    assert only_problem_of(files).column == "agreement_clause_text"


def test_an_unknown_currency_does_not_make_good_amounts_bad() -> None:
    files = demo_files_with("deals.csv", "USD", "KWX")
    files |= {"requests.csv": files["requests.csv"].replace(b"25000.00,90000.00", b"25000.005,90000.00")}

    assert only_problem_of(files).column == "currency"


def test_amounts_are_read_in_the_currency_of_their_deal() -> None:
    files = demo_files()
    yen = {name: files[name].replace(b"USD", b"JPY") for name in files}

    assert {problem.reason for problem in problems_of(yen)} == {"JPY has 0 digits after the point."}
