"""Papers are text, tagged, the same bytes each time, and ask nobody for anything."""

import hashlib
import os
import re
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from app.core.pdf import CannotRender, render_pdf
from tests.papers import needs_pango

pytestmark = needs_pango

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PAPER = """{% extends "papers/base.html" %}
{% block title %}Receipt for {{ name }}{% endblock title %}
{% block name %}Northgate{% endblock name %}
{% block reference %}INC-2026-003{% endblock reference %}
{% block digest %}SHA-256 {{ "ab" * 32 }}{% endblock digest %}
{% block body %}
<table><thead><tr><th>Investor</th><th>Amount</th></tr></thead>
<tbody>{% for line in range(lines) %}<tr><td>{{ name }}</td><td>${{ line }}.00</td></tr>{% endfor %}</tbody></table>
{% endblock body %}"""


def test_a_paper_reads_back_as_text_with_page_numbers_reference_and_digest_on_every_page(app: Flask) -> None:
    reader = _read(render_pdf(_paper(app, lines=90), title="Receipt", at=AT))
    pages = [page.extract_text() for page in reader.pages]

    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "INC-2026-003" in page
        assert "ab" * 32 in page
        assert "Investor" in page, "the head of the table is repeated"
    assert "Chen Wei" in pages[0]
    assert "$89.00" in pages[-1]


def test_a_paper_is_tagged_titled_and_dated_with_the_time_it_states(app: Flask) -> None:
    reader = _read(render_pdf(_paper(app), title="Receipt R-7Q2M", at=AT))

    assert str(reader.root_object["/MarkInfo"]) == "{'/Marked': True}"
    assert str(reader.root_object["/Lang"]) == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "Receipt R-7Q2M"
    assert reader.metadata.creation_date == AT
    assert all(re.match(r"/\w+\+Public-Sans", font) for font in _fonts(reader.pages[0]))


def test_the_same_paper_has_the_same_bytes_in_another_process(app: Flask) -> None:
    html = _paper(app)
    here = hashlib.sha256(render_pdf(html, title="Receipt", at=AT)).hexdigest()
    program = (
        "import hashlib, sys; from datetime import *; from app.core.pdf import render_pdf;"
        f"paper = render_pdf(sys.stdin.read(), title='Receipt', at=datetime.fromisoformat({AT.isoformat()!r}));"
        "print(hashlib.sha256(paper).hexdigest())"
    )
    there = _run(program, given=html, environment={"SOURCE_DATE_EPOCH": "86400", "PYTHONHASHSEED": "7"})

    assert there.stdout.strip() == here
    assert hashlib.sha256(render_pdf(html, title="Receipt 2", at=AT)).hexdigest() != here


def test_a_hostile_name_stays_text(app: Flask) -> None:
    name = "<img src='http://localhost/x'><script>alert(1)</script> & Söhne @import url(//x)"

    text = " ".join(_read(render_pdf(_paper(app, name=name), title=name, at=AT)).pages[0].extract_text().split())

    assert name in text


@pytest.mark.parametrize(
    "asking",
    [
        "<img src='{}'>",
        "<link rel=stylesheet href='{}'>",
        "<style>@import url('{}')</style>",
        "<p style=\"background: url('{}')\">x</p>",
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='{}' width='9' height='9' /></svg>",
        "<link rel=attachment href='{}'>",
        "<object data='{}' type='image/png'></object>",
    ],
)
def test_nothing_is_fetched_and_a_paper_that_asks_is_refused(asking: str) -> None:
    with closing(create_server(("127.0.0.1", 0))) as listening:
        listening.setblocking(False)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/x"
        with pytest.raises(CannotRender, match="loads nothing from elsewhere"):
            render_pdf(f"<html lang=en><title>x</title><body>{asking.format(address)}", title="x", at=AT)
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_a_paper_reads_no_file_either() -> None:
    with pytest.raises(CannotRender):
        render_pdf("<html lang=en><title>x</title><img src='file:///etc/hostname'>", title="x", at=AT)


@pytest.mark.parametrize("failure", ["OSError('cannot load library libpango')", "ImportError('no weasyprint')"])
def test_without_pango_the_portal_starts_and_says_what_to_install(tmp_path: Path, failure: str) -> None:
    (tmp_path / "weasyprint.py").write_text(f"raise {failure}")
    program = (
        "from datetime import *; from app.core import pdf; import app.factory\n"
        "assert not pdf.is_available()\n"
        "try: pdf.render_pdf('<html>', title='x', at=datetime.now(UTC))\n"
        "except pdf.CannotRender as refused: print(refused)"
    )

    assert "Pango is missing" in _run(program, environment={"PYTHONPATH": str(tmp_path)}).stdout


def _paper(app: Flask, *, name: str = "Chen Wei", lines: int = 1) -> str:
    return app.jinja_env.from_string(PAPER).render(name=name, lines=lines)


def _fonts(page: Any) -> set[str]:
    return {font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values()}


def _read(paper: bytes) -> PdfReader:
    return PdfReader(BytesIO(paper))


def _run(program: str, *, given: str = "", environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        input=given,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent.parent,
    )
