"""Papers: a PDF from a page of our own templates, tagged, in our own font, always the same bytes for the same page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

from app.core.errors import DomainError
from app.settings import ROOT, freeze_font_dates

STYLE = ROOT / "static" / "paper.css"
LETTER_STYLE = ROOT / "static" / "letter.css"
FONT = ROOT / "static" / "fonts" / "public-sans-5.3.0.woff2"
FONT_URL = "paper:/font"
BASE_URL = "https://paper.invalid/static/"
"""Where a style's own addresses begin; nothing is fetched from there or from anywhere else."""
FONT_URLS = (FONT_URL, f"{BASE_URL}fonts/{FONT.name}")
_VARIANT = "pdf/ua-1"
MISSING = "PDF cannot be made here, because Pango is missing. Install it as docs/OPERATIONS.md says, or print the page."
_one_at_a_time = Lock()  # Pango's font maps belong to one thread


class CannotRender(DomainError):
    """No PDF: Pango is missing, or the page asks for something from outside it."""


def is_available() -> bool:
    """Whether PDF can be made here."""
    try:
        _load()
    except CannotRender:
        return False
    return True


def render_pdf(html: str, *, title: str, at: datetime) -> bytes:
    """The page on paper, tagged (PDF/UA-1), by `static/paper.css`; the same page, title and time give the same bytes.

    `html` is a whole document from a template, so names in it are escaped. `at` is the time the paper states of
    itself, not that of printing. Nothing is fetched: a page that asks for any address raises CannotRender, as
    does a missing Pango.
    """
    return render_pages([html], title=title, at=at, style=STYLE)


def render_pages(documents: Sequence[str], *, title: str, at: datetime, style: Path) -> bytes:
    """Several such documents as one file by that style, each with page numbers of its own."""
    with _one_at_a_time:
        weasyprint = _load()
        freeze_font_dates()
        fonts, shelf = weasyprint.text.fonts.FontConfiguration(), _Shelf()
        css = weasyprint.CSS(string=style.read_text(), base_url=BASE_URL, url_fetcher=shelf, font_config=fonts)
        drawn = [
            weasyprint.HTML(string=html, url_fetcher=shelf).render(
                font_config=fonts, stylesheets=[css], pdf_variant=_VARIANT
            )
            for html in documents
        ]
        document = drawn[0].copy([page for each in drawn for page in each.pages])
        document.metadata.title = title
        document.metadata.created = document.metadata.modified = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        paper = bytes(document.write_pdf(pdf_variant=_VARIANT))
    if shelf.refused:
        raise CannotRender(f"A paper loads nothing from elsewhere, but this one asks for {shelf.refused[0]}.")
    return paper


class _Shelf:
    """All that a paper may load: our own font. Whatever else it asks for is empty, and remembered."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def __call__(self, url: str) -> Any:
        if url not in FONT_URLS:
            self.refused.append(url)
        return _load().urls.URLFetcherResponse(url, FONT.read_bytes() if url in FONT_URLS else b"")


def _load() -> ModuleType:
    """WeasyPrint, loaded when the first paper is made: it needs Pango, which the rest of the portal does not."""
    try:
        return import_module("weasyprint")
    except (ImportError, OSError) as missing:
        raise CannotRender(MISSING) from missing
