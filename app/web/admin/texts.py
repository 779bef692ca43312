"""Which words a notice has: the digests that approvals are bound to."""

import hashlib

from flask import current_app

from app import notices
from app.settings import ROOT, MailTo

FOLDER = ROOT / "templates" / "email"
KINDS = frozenset({"first", "update", "correction", "all-clear"})


def notice_texts() -> dict[str, str]:
    """The SHA-256 in hex of every template that a notice is made from, frames and styles included, by its path."""
    return {
        path.relative_to(FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file() and (path.parent == FOLDER or path.parent.name in KINDS)
    }


def mail_to() -> MailTo:
    """Which addresses this installation may write to at all."""
    office: notices.Office = current_app.extensions["office"]
    return office.mail_to
