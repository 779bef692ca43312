"""The campaign with hostile texts at its smallest size, what it has found so far, and where CSV is written at all."""

import csv
import re
from io import StringIO

import pytest

from app.core.csv_files import write_csv
from app.core.files import file_name
from app.notices.mime import Envelope, Words, seal
from app.settings import ROOT
from faults import hostile


def test_no_hostile_text_breaks_out_of_where_it_is_put() -> None:
    tallies = list(hostile.campaign(texts=150))

    assert [str(tally) for tally in tallies if tally.slipped] == []
    assert all(tally.seen[hostile.EQUAL] > 5 for tally in tallies)


def test_an_encoded_line_break_in_a_subject_begins_no_header() -> None:
    raw = _sealed(subject="=?utf-8?b?DQpCY2M6IHRoaWVmQGV4YW1wbGUuY29t?=")

    assert b"Bcc" not in raw


@pytest.mark.parametrize(
    "to", ["=?utf-8?b?DQo=?=@example.com", "a(b)@example.com", "@@example.com", "a" * 65 + "@b.org"]
)
def test_an_address_that_cannot_be_written_as_it_is_is_refused(to: str) -> None:
    with pytest.raises(ValueError, match="address"):
        _sealed(to=to)


@pytest.mark.parametrize("text", ["'=1+1", "'", "＝1+1", "\n=1+1"])
def test_a_cell_is_never_computed_and_says_whose_its_apostrophe_is(text: str) -> None:
    (_, row) = csv.reader(StringIO(write_csv(["name"], [[text]]).decode(), newline=""))

    assert row == ["'" + text]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\change record.txt", "change record.txt"),
        ("a\r\nSet-Cookie: b=c.pdf", "a Set-Cookie: b=c.pdf"),
        ("bad\x00name\u202efdp.exe", "badnamefdp.exe"),
        ("...", "evidence"),
    ],
)
def test_a_file_keeps_its_name_but_no_folder_and_nothing_that_steers(given: str, kept: str) -> None:
    assert file_name(given, "evidence") == kept


def test_csv_for_people_is_written_in_one_place() -> None:
    """The others write our own examples, the demo's own files, and rows that only the worker reads."""
    writers = {
        str(path.relative_to(ROOT / "app")) for path in (ROOT / "app").rglob("*.py") if _writes_csv(path.read_text())
    }

    assert writers == {"core/csv_files.py", "deals/examples.py", "deals/spooling.py", "demo/dates.py"}


def _writes_csv(source: str) -> bool:
    return re.search(r"csv\.(writer|DictWriter)\(", source) is not None


def _sealed(*, subject: str = "Hello", to: str = "ana@example.com") -> bytes:
    name = "9b2f0c9e-6a4e-4f0e-8a57-0c2b8f1f2a11"
    envelope = Envelope(mail_from="support@portal.example", to=to, name=name, made_at=hostile.AT)
    return seal(Words(subject, "Hello", "Hello"), envelope).raw
