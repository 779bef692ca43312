"""XLSX workbooks: what was typed is read exactly, or refused by the name of its cell."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook

from app.deals import BadRows, CannotRead, read_files, read_uploads, reading, spooled
from app.deals.sheets import BadRow, Problems, Sheets
from tests.deals.builders import a_workbook, a_zip, demo_files, problems_in


def read(content: bytes) -> Sheets:
    return read_uploads([("deals.xlsx", content)])


def problems_with(cells: dict[tuple[str, str], object]) -> list[BadRow]:
    return problems_in(read(a_workbook(demo_files(), cells)))


def values_of(sheets: Sheets, name: str) -> list[list[str]]:
    return [[text.strip() for text in row.texts] for row in sheets.tables[name].rows(Problems())]


def test_a_workbook_says_what_the_same_csv_files_say() -> None:
    workbook, files = read(a_workbook(demo_files())), read_files(demo_files())

    assert problems_in(workbook) == []
    assert values_of(workbook, "releases") == values_of(files, "releases")
    assert values_of(workbook, "accounts") == values_of(files, "accounts")
    assert [row[3] for row in values_of(workbook, "requests")][:2] == ["25000", "75000"]
    assert [row[2] for row in values_of(workbook, "requests")] == [row[2] for row in values_of(files, "requests")]


@pytest.mark.parametrize("typed", ["25067.05", "0.01", "999999999999.99", "1234567.1", "82909.09"])
def test_an_amount_typed_as_a_number_is_read_to_the_cent(typed: str) -> None:
    sheets = read(a_workbook(demo_files(), {("requests", "D2"): Decimal(typed)}))

    assert values_of(sheets, "requests")[0][3] == typed


def test_an_amount_that_a_program_stored_with_seventeen_digits_is_what_was_typed() -> None:
    sheets = read(_with_number("25067.049999999999"))

    assert values_of(sheets, "requests")[0][3] == "25067.05"


def _with_number(text: str) -> bytes:
    """The demo's workbook with that very text as the number in requests!D2."""
    packed = io.BytesIO(a_workbook(demo_files(), {("requests", "D2"): 424242}))
    made = io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>424242</v>", f"<v>{text}</v>".encode()))
    return made.getvalue()


@pytest.mark.parametrize("text", ["0.30000000000000004", "12345678901234567", "1234567890123.4567"])
def test_a_number_that_a_spreadsheet_cannot_keep_exactly_is_refused_never_rounded(text: str) -> None:
    (bad,) = problems_in(read(_with_number(text)))

    assert (bad.sheet, bad.row, bad.column) == ("requests", 2, "requested")
    assert bad.reason.startswith("Cell D2 holds a number with more than 15 digits")
    assert "format the cell as text" in bad.remedy


def test_a_sub_cent_number_is_refused_as_in_a_file() -> None:
    (bad,) = problems_with({("requests", "D2"): Decimal("25000.001")})

    assert (bad.value, bad.reason) == ("25000.001", "USD has 2 digits after the point.")


@pytest.mark.parametrize(
    ("place", "value", "column", "says"),
    [
        (("requests", "D7"), "=D2+D3", "requested", "Cell D7 holds a formula."),
        (("accounts", "B3"), '=HYPERLINK("http://x")', "account_name", "Cell B3 holds a formula."),
        (("requests", "D7"), "#REF!", "requested", "Cell D7 holds an error."),
        (("deals", "I2"), 3.1, "agreement_version", "Cell I2 holds a number, but the column holds text"),
        (
            ("deals", "F2"),
            datetime.fromisoformat("2024-11-22T17:04"),
            "allocated_at",
            "It is not a time with an offset.",
        ),
        (("requests", "C2"), datetime.fromisoformat("2024-11-15T09:30"), "agreement_signed_on", "It is not a date."),
        (("requests", "D2"), datetime.fromisoformat("2024-11-15"), "requested", "It is not a number."),
        (("requests", "D2"), True, "requested", "It is not a number."),
        (("requests", "D2"), -5, "requested", "It is negative."),
    ],
)
def test_what_has_no_exact_text_is_refused_by_its_cell(
    place: tuple[str, str], value: object, column: str, says: str
) -> None:
    (bad,) = problems_with({place: value})

    assert (bad.sheet, bad.row, bad.column) == (place[0], int(place[1][1:]), column)
    assert bad.reason.startswith(says)
    assert bad.remedy.endswith(".")


def test_columns_in_another_order_empty_columns_and_other_sheets_are_welcome() -> None:
    workbook = Workbook()
    workbook.create_sheet("Read me")
    marks = workbook.create_sheet(" Marks ")
    for row in (
        ["multiple", "deal_id", "as_of", None],
        [1.4, "orbit", "2026-10-31", None],
        [None] * 4,
        [None, None, None, " "],
    ):
        marks.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)

    sheets = read(buffer.getvalue())

    assert values_of(sheets, "marks") == [["orbit", "2026-10-31", "1.4"]]
    assert [bad.reason for bad in sheets.problems] == [
        f"sheet {name} is missing." for name in ("releases", "deals", "accounts", "requests")
    ]


def test_missing_and_unknown_columns_of_a_sheet_are_named() -> None:
    found = {(bad.sheet, bad.row, bad.column) for bad in problems_with({("marks", "A1"): "deal"})}

    assert found == {("marks", 1, "deal_id"), ("marks", 1, "deal")}


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read() -> None:
    bomb = a_zip({"xl/workbook.xml": b"", "xl/sharedStrings.xml": b" " * (reading.LARGEST_WORDS + 1)})

    with pytest.raises(CannotRead, match=r"deals\.xlsx unpacks to more than"):
        read(bomb)


def test_a_workbook_is_known_by_what_it_holds() -> None:
    assert problems_in(read_uploads([("data.zip", a_workbook(demo_files()))])) == []


def test_a_workbook_in_plain_files_is_the_same_plan_with_its_own_row_numbers() -> None:
    files = demo_files()
    sheets = read(a_workbook(files | {"releases.csv": files["releases.csv"].replace(b"\n", b"\n,,,\n", 1)}))

    with spooled(sheets, lambda _: None) as plain:
        assert [values_of(plain, name) for name in plain.tables] == [values_of(sheets, name) for name in sheets.tables]
        assert [row.number for row in plain.tables["releases"].rows(Problems())] == [3, 4]
        assert plain.digest == sheets.digest


def test_a_cell_without_exact_text_gets_into_no_plain_file() -> None:
    sheets = read(a_workbook(demo_files(), {("requests", "E2"): "=D2"}))

    with pytest.raises(BadRows) as refused, spooled(sheets, lambda _: None):
        pass

    assert refused.value.rows[0].reason == "Cell E2 holds a formula."


def test_a_document_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(CannotRead, match="no workbook"):
        read(a_zip({"word/document.xml": b"<x/>"}))
