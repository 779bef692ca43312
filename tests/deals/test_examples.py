"""The templates that can be downloaded are files that can be imported."""

import io
import zipfile

from openpyxl import load_workbook

from app.deals import COLUMNS, example_workbook, example_zip, read_uploads
from app.deals.examples import EXAMPLES
from tests.deals.builders import problems_in


def test_every_column_of_every_sheet_has_its_example_and_its_meaning() -> None:
    assert {name: tuple(columns) for name, columns in EXAMPLES.items()} == dict(COLUMNS)
    assert all(says for columns in EXAMPLES.values() for _, says in columns.values())


def test_both_templates_can_be_imported_as_they_are() -> None:
    for name, content in (("templates.zip", example_zip()), ("template.xlsx", example_workbook())):
        sheets = read_uploads([(name, content)])

        assert problems_in(sheets) == []
        assert set(sheets.tables) == set(COLUMNS)


def test_both_templates_explain_themselves() -> None:
    with zipfile.ZipFile(io.BytesIO(example_zip())) as archive:
        text = archive.read("README.txt").decode()
    sheet = load_workbook(io.BytesIO(example_workbook()))["read me"]

    assert "  basis_count: how many earlier investments the average covers; empty if unknown" in text
    assert [row[0].value or "" for row in sheet.iter_rows()] == text.splitlines()
