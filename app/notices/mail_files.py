"""The mails in a file or folder as it was saved: an mbox, a Maildir, or one message. Nothing is changed there."""

import mailbox
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.core.errors import DomainError
from app.notices.bounce_reports import LARGEST_BYTES

MBOX_START = b"From "


class NoMailbox(DomainError):
    """There is nothing to read mail from."""


def read_mails(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each mail with a name to find it by: its file in a Maildir, else its number. Raises NoMailbox."""
    if path.is_dir():
        yield from _of_maildir(path)
    elif path.is_file():
        yield from _of_file(path)
    else:
        raise NoMailbox(f"{path}: there is no such file or folder.")


def read_mail_bytes(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The same for what was piped in."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "piped"
        path.write_bytes(content)
        yield from _of_file(path)


def _of_maildir(path: Path) -> Iterator[tuple[str, bytes]]:
    if not all((path / name).is_dir() for name in ("new", "cur")):
        lacks = "this folder is no Maildir, since it lacks `new` or `cur`"
        raise NoMailbox(f"{path}: {lacks}. Give one of its files, or the Maildir itself.")
    files = (each for name in ("new", "cur") for each in (path / name).iterdir() if each.is_file())
    for each in sorted(files, key=lambda file: file.name):
        yield each.name, _read(each)


def _of_file(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as file:
        is_mbox = file.read(len(MBOX_START)) == MBOX_START
    if not is_mbox:
        yield "1", _read(path)
        return
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.iterkeys(), start=1):
            yield str(number), box.get_bytes(key)
    finally:
        box.close()


def _read(path: Path) -> bytes:
    """No more of it than shows that it is too large for a report."""
    with path.open("rb") as file:
        return file.read(LARGEST_BYTES + 1)
