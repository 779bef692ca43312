"""From files to rows."""

import io
import zipfile
from pathlib import Path

import pytest

from app.deals import reading
from app.deals.reading import CannotRead, read_files, read_folder, read_path, read_uploads, read_zip
from tests.deals.builders import DEMO, a_zip, demo_files, demo_files_with, only_problem_of, problems_of


def test_a_folder_a_zip_and_single_files_are_the_same_import() -> None:
    folder = read_folder(DEMO)

    assert folder.problems == []
    assert read_zip(a_zip(demo_files(), "demo/")) == folder
    assert read_uploads(list(demo_files().items())) == folder
    assert read_zip(a_zip(demo_files())).digest == folder.digest


def test_any_changed_byte_changes_the_digest() -> None:
    changed = demo_files_with("requests.csv", "25000.00", "25000.0")

    assert read_files(changed).digest != read_files(demo_files()).digest


def test_a_byte_order_mark_and_windows_line_ends_are_welcome() -> None:
    plain = {name: text.replace(b"\r\n", b"\n") for name, text in demo_files().items()}
    windows = {name: b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n") for name, text in plain.items()}

    assert read_files(windows).rows == read_files(plain).rows


def test_rows_are_numbered_as_the_spreadsheet_shows_them() -> None:
    files = demo_files()
    header, first, *rest = files["releases.csv"].split(b"\n")

    sheets = read_files(files | {"releases.csv": b"\n".join([header, first, b"", b",,,", *rest])})

    assert [row.number for row in sheets.rows["releases"]] == [2, 5]
    assert sheets.rows["accounts"][-1].number == 13  # addresses of three lines count once


def test_a_file_that_is_not_utf8_is_named_with_its_line() -> None:
    problem = only_problem_of(demo_files() | {"releases.csv": "release\nÖl".encode("cp1252")})

    assert problem.reason == "releases.csv is not UTF-8: line 2 holds a byte that is not text."
    assert "UTF-8" in problem.remedy


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
    assert only_problem_of(demo_files() | {"requests.csv": b"\n"}).reason == "requests.csv is empty."


def test_a_row_with_too_many_cells_is_refused() -> None:
    problem = only_problem_of(demo_files_with("marks.csv", "1.40", "1,40"))

    assert (problem.sheet, problem.row) == ("marks", 2)
    assert problem.reason == "It has 4 cells; the header has 3."


def test_an_open_quote_is_found_at_its_row() -> None:
    problem = only_problem_of(demo_files_with("marks.csv", "orbit", '"orbit'))

    assert (problem.sheet, problem.row) == ("marks", 2)


def test_a_workbook_is_refused_with_the_way_out() -> None:
    with pytest.raises(CannotRead, match=r"deals\.xlsx is a workbook.*CSV"):
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
    with pytest.raises(CannotRead, match=r"What the zip holds: 5\.2 MB; at most 5 MB"):
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

    assert read_zip(a_zip(demo_files() | extra)) == read_zip(a_zip(demo_files()))


def test_too_large_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_bytes(b"a" * (reading.LARGEST_BYTES + 1))

    with pytest.raises(CannotRead, match=r"5\.2 MB; at most 5 MB"):
        read_path(tmp_path)


def test_a_folder_that_is_empty_or_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="no CSV file"):
        read_path(tmp_path)
    with pytest.raises(CannotRead, match="does not exist"):
        read_path(tmp_path / "nowhere")
