"""Nothing that the portal writes for a spreadsheet is computed there."""

import csv
from io import StringIO

import pytest

from app.core.csv_files import write_csv


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx", "=1\n=2", "-", "+"])
def test_what_looks_like_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert _read(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-12.50", "+3", "7", 'Ana, "the" investor', "a=b", "", "O'Hara", "Zoë\nLi"])
def test_numbers_and_names_are_read_back_as_they_are(cell: str) -> None:
    assert _read(cell) == cell


def test_an_absent_value_is_an_empty_cell() -> None:
    assert write_csv(["a", "b"], [[None, 3]]) == b"a,b\r\n,3\r\n"


def _read(cell: str) -> str:
    written = write_csv(["only", "other"], [[cell, "x"]]).decode()
    (row,) = list(csv.reader(StringIO(written, newline="")))[1:]
    return row[0]
