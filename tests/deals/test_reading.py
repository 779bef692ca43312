"""From files to rows."""

import io
import zipfile
from pathlib import Path

import pytest

from app.deals import reading
from app.deals.reading import CannotRead, read_files, read_folder, read_path, read_uploads, read_zip
from app.deals.sheets import Problems, Row, Sheets
from tests.deals.builders import DEMO, a_zip, demo_files, demo_files_with, only_problem_of, problems_of


def rows_of(sheets: Sheets, name: str) -> list[Row]:
    problems = Problems()
    rows = list(sheets.tables[name].rows(problems))
    assert problems.count == 0
    return rows


def texts_of(sheets: Sheets) -> dict[str, list[list[str]]]:
    return {name: [list(row.texts) for row in rows_of(sheets, name)] for name in sheets.tables}


def test_a_folder_a_zip_and_single_files_are_the_same_import() -> None:
    folder = read_folder(DEMO)

    assert folder.problems == []
    for same in (read_zip(a_zip(demo_files(), "demo/")), read_uploads(list(demo_files().items()))):
        assert same.digest == folder.digest
        assert texts_of(same) == texts_of(folder)


def test_any_changed_byte_changes_the_digest() -> None:
    changed = demo_files_with("requests.csv", "25000.00", "25000.0")

    assert read_files(changed).digest != read_files(demo_files()).digest


def test_a_byte_order_mark_and_any_line_ends_are_welcome_even_mixed() -> None:
    plain = {name: text.replace(b"\r\n", b"\n") for name, text in demo_files().items()}
    windows = {name: b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n") for name, text in plain.items()}
    old_mac = {name: text.replace(b"\n", b"\r") for name, text in plain.items()}
    mixed = {name: text.replace(b"\n", b"\r\n", 2).replace(b"\n", b"\r", 1) for name, text in plain.items()}

    for others in (windows, old_mac, mixed):
        assert texts_of(read_files(others)) == texts_of(read_files(plain))


def test_columns_may_stand_in_any_order() -> None:
    turned = [",".join(reversed(line.split(","))) for line in demo_files()["marks.csv"].decode().splitlines()]

    (row,) = rows_of(read_files(demo_files() | {"marks.csv": "\n".join(turned).encode()}), "marks")

    assert row.texts == ("orbit", "2026-10-31", "1.40")


def test_rows_are_numbered_as_the_spreadsheet_shows_them() -> None:
    files = demo_files()
    header, first, *rest = files["releases.csv"].split(b"\n")

    sheets = read_files(files | {"releases.csv": b"\n".join([header, first, b"", b",,,", *rest])})

    assert [row.number for row in rows_of(sheets, "releases")] == [2, 5]
    assert rows_of(sheets, "accounts")[-1].number == 13  # addresses of three lines count once


def test_a_file_that_is_not_utf8_is_named_with_its_row_and_byte() -> None:
    files = demo_files()
    lines = files["accounts.csv"].decode().replace("Bruno Keller", "Bruno Köller").encode("cp1252")

    problem = only_problem_of(files | {"accounts.csv": lines})

    assert (problem.sheet, problem.row) == ("accounts", 3)  # though the address above has three lines
    assert problem.reason.startswith("The byte 0xF6 after ")
    assert "Bruno K" in problem.reason
    assert "UTF-8" in problem.remedy


def test_a_file_in_utf16_is_called_that() -> None:
    content = demo_files()["marks.csv"].decode().encode("utf-16")

    assert only_problem_of(demo_files() | {"marks.csv": content}).reason == "The file is UTF-16."


def test_a_nul_byte_is_refused_where_it_stands() -> None:
    problem = only_problem_of(demo_files_with("accounts.csv", "Amara Okafor,personal", "Amara\0Okafor,personal"))

    assert (problem.row, problem.column, problem.value) == (2, "account_name", "Amara␀Okafor")
    assert problem.reason == "It holds a NUL byte."


def test_missing_unknown_and_repeated_columns_are_named() -> None:
    files = demo_files_with("deals.csv", "closed_on,", "closing_day,closing_day,")

    assert {(problem.row, problem.column) for problem in problems_of(files)} == {(1, "closed_on"), (1, "closing_day")}


def test_a_file_separated_by_semicolons_says_so() -> None:
    files = demo_files()

    problem = only_problem_of(files | {"marks.csv": files["marks.csv"].replace(b",", b";")})

    assert "commas" in problem.reason


@pytest.mark.parametrize("name", ["releases", "deals", "accounts", "requests"])
def test_a_missing_file_is_named(name: str) -> None:
    files = demo_files()
    del files[f"{name}.csv"]

    assert only_problem_of(files).reason == f"{name}.csv is missing."


@pytest.mark.parametrize("name", ["marks", "distributions", "rates"])
def test_the_other_files_may_be_missing(name: str) -> None:
    files = demo_files()
    del files[f"{name}.csv"]

    assert problems_of(files) == []


def test_a_file_of_another_name_is_refused() -> None:
    problem = only_problem_of(demo_files() | {"request.csv": b"deal_id\n"})

    assert problem.sheet == "request.csv"
    assert "requests.csv" in problem.remedy


def test_one_sheet_in_two_files_is_refused() -> None:
    files = demo_files()

    assert "two files" in only_problem_of(files | {"Marks.CSV": files["marks.csv"]}).reason


def test_an_empty_file_is_named() -> None:
    problem = only_problem_of(demo_files() | {"requests.csv": b"\n"})

    assert (problem.sheet, problem.reason) == ("requests", "The sheet is empty.")


def test_a_row_with_too_many_cells_is_refused() -> None:
    problem = only_problem_of(demo_files_with("marks.csv", "1.40", "1,40"))

    assert (problem.sheet, problem.row) == ("marks", 2)
    assert problem.reason == "It has 4 cells; the header has 3."


def test_an_open_quote_is_found_at_its_row() -> None:
    problem = only_problem_of(demo_files_with("marks.csv", "orbit", '"orbit'))

    assert (problem.sheet, problem.row) == ("marks", 2)


def test_an_old_or_damaged_workbook_is_refused_with_the_way_out() -> None:
    with pytest.raises(CannotRead, match=r"deals\.xls is a workbook of another kind.*CSV"):
        read_uploads([("deals.xls", b"")])
    with pytest.raises(CannotRead, match=r"deals\.xlsx is damaged, protected, or no workbook"):
        read_uploads([("deals.xlsx", b"PK\x03\x04")])


def test_other_files_are_refused_by_name() -> None:
    with pytest.raises(CannotRead, match=r"photo\.png"):
        read_uploads([*demo_files().items(), ("photo.png", b"\x89PNG")])


def test_one_name_sent_twice_is_refused() -> None:
    with pytest.raises(CannotRead, match=r"marks\.csv stands there twice"):
        read_uploads([*demo_files().items(), ("C:\\data\\marks.csv", b"")])


def test_a_zip_beside_other_files_is_refused() -> None:
    with pytest.raises(CannotRead, match="not both"):
        read_uploads([("demo.zip", a_zip(demo_files())), ("marks.csv", b"")])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and nothing more", b"not a zip"])
def test_a_damaged_zip_is_refused(content: bytes) -> None:
    with pytest.raises(CannotRead, match="damaged"):
        read_uploads([("demo.zip", content)])


def test_a_zip_whose_contents_were_cut_is_refused() -> None:
    content = bytearray(a_zip(demo_files()))
    content[80:120] = b"\xff" * 40

    with pytest.raises(CannotRead, match="damaged"):
        read_zip(bytes(content))


def test_a_zip_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(CannotRead, match=r"What the zip holds: 26\.2 MB; at most 25 MB"):
        read_zip(a_zip({"accounts.csv": b"a" * (reading.LARGEST_BYTES + 1)}))


def test_the_same_file_in_two_folders_of_a_zip_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/marks.csv", "")
        archive.writestr("b/marks.csv", "")

    with pytest.raises(CannotRead, match=r"marks\.csv twice"):
        read_zip(buffer.getvalue())


def test_what_a_desktop_adds_to_a_zip_is_passed_over() -> None:
    extra = {"__MACOSX/deals.csv": b"\x00", ".deals.csv": b"\x00", "README.txt": b"hello"}

    assert read_zip(a_zip(demo_files() | extra)).digest == read_zip(a_zip(demo_files())).digest


@pytest.mark.parametrize("path", ["../deals.csv", "/etc/deals.csv", "a/../../deals.csv"])
def test_a_zip_whose_paths_lead_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(CannotRead, match="a path that leads elsewhere"):
        read_zip(a_zip({path: b""}))


def test_a_zip_of_a_zip_or_of_too_many_files_holds_no_import() -> None:
    with pytest.raises(CannotRead, match=r"There is no CSV file\. An import needs releases\.csv"):
        read_zip(a_zip({"inner.zip": a_zip(demo_files())}))
    with pytest.raises(CannotRead, match="more than 1,000 files"):
        read_zip(a_zip({f"{number}.txt": b"" for number in range(1001)}))


def test_too_large_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_bytes(b"a" * (reading.LARGEST_BYTES + 1))

    with pytest.raises(CannotRead, match=r"26\.2 MB; at most 25 MB"):
        read_path(tmp_path)


def test_a_folder_that_is_empty_or_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="no CSV file"):
        read_path(tmp_path)
    with pytest.raises(CannotRead, match="does not exist"):
        read_path(tmp_path / "nowhere")
