"""The demo's files as of another day: every date moves by the same whole days. Pure but for reading the files."""

import csv
import io
import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

DATA = Path(__file__).parent / "data"
AS_OF = date(2026, 11, 22)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def shifted_files(today: date) -> Mapping[str, bytes]:
    """The CSV files of the story by name, dated as if it were `today`; text outside date columns stays."""
    by = today - AS_OF
    return {path.name: _shifted(path.read_text(encoding="utf-8"), by) for path in sorted(DATA.glob("*.csv"))}


def _shifted(text: str, by: timedelta) -> bytes:
    rows = list(csv.reader(io.StringIO(text)))
    moved = [rows[0]] + [
        [_moved(cell, by) if _is_dated(name) else cell for name, cell in zip(rows[0], row, strict=True)]
        for row in rows[1:]
    ]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(moved)
    return out.getvalue().encode()


def _is_dated(column: str) -> bool:
    return column.endswith(("_on", "_at")) or column in ("as_of", "valid_from")


def _moved(cell: str, by: timedelta) -> str:
    return _DATE.sub(lambda found: (date.fromisoformat(found.group()) + by).isoformat(), cell)
