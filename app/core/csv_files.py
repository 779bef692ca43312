"""CSV that people open in spreadsheets: UTF-8, CRLF, and no cell that is taken for a formula. Pure."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "'")
"""Wide forms are computed too; a text's own apostrophe gets one, so that the first one is always ours."""


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A header and the rows; None is an empty cell."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def guarded(cell: object) -> str:
    """The cell's text, with an apostrophe in front where a spreadsheet would compute it; numbers stay numbers."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(text) else text
