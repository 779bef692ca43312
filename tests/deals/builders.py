"""The demo's files, and the same with something wrong in them."""

import io
import zipfile
from pathlib import Path

from app.deals.checks import contradictions
from app.deals.layouts import read_records
from app.deals.reading import read_files
from app.deals.sheets import BadRow

DEMO = Path(__file__).parent.parent.parent / "app" / "demo" / "data"


def demo_files() -> dict[str, bytes]:
    """The two deals of the demo, by file name."""
    return {path.name: path.read_bytes() for path in sorted(DEMO.glob("*.csv"))}


def demo_files_with(name: str, old: str, new: str) -> dict[str, bytes]:
    """The demo's files, with the first `old` in one of them written as `new`."""
    files = demo_files()
    text = files[name].decode()
    assert old in text
    return files | {name: text.replace(old, new, 1).encode()}


def demo_files_plus(name: str, row: str) -> dict[str, bytes]:
    """The demo's files, with one more row at the end of one of them."""
    files = demo_files()
    return files | {name: files[name] + row.encode() + b"\n"}


def a_zip(files: dict[str, bytes], folder: str = "") -> bytes:
    """A zip of these files, in a folder of that name if one is given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(folder + name, content)
    return buffer.getvalue()


def problems_of(files: dict[str, bytes]) -> list[BadRow]:
    """Everything that is wrong with the files, before anything stored is looked at."""
    sheets = read_files(files)
    if sheets.problems:
        return list(sheets.problems)
    records, problems = read_records(sheets)
    return problems + contradictions(sheets, records)


def only_problem_of(files: dict[str, bytes]) -> BadRow:
    """The one thing that is wrong with the files."""
    (problem,) = problems_of(files)
    return problem
