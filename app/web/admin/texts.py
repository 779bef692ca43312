"""Which words a notice has: the digests that approvals are bound to."""

import hashlib
from pathlib import Path

from flask import current_app

from app import notices
from app.core import files
from app.incidents import papers
from app.settings import ROOT, MailTo, Settings

FOLDER = ROOT / "templates" / "email"
LETTERS = ROOT / "templates" / "letters"
KINDS = frozenset({"first", "update", "correction", "all-clear", "reminder"})


def notice_texts() -> dict[str, str]:
    """The SHA-256 in hex of every template that a notice is made from, frames and styles included, by its path."""
    return {_name(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in _templates()}


def keep_notice_texts(folder: Path) -> dict[str, str]:
    """The same, and every template's bytes kept under its digest, so that later versions can be compared with them."""
    for path in _templates():
        files.store(folder, path.read_bytes())
    return notice_texts()


def read_notice_text(sha256: str) -> str | None:
    """The words that were kept under this digest; None where they were not."""
    settings: Settings = current_app.extensions["settings"]
    return papers.kept_text(settings.files_dir, sha256)


def _templates() -> list[Path]:
    """Those of mail, and what letters put around the same words."""
    mail = [
        path
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file() and (path.parent == FOLDER or path.parent.name in KINDS)
    ]
    return mail + sorted(LETTERS.glob("*.html"))


def _name(path: Path) -> str:
    return path.relative_to(FOLDER if path.is_relative_to(FOLDER) else LETTERS.parent).as_posix()


def mail_to() -> MailTo:
    """Which addresses this installation may write to at all."""
    office: notices.Office = current_app.extensions["office"]
    return office.mail_to
