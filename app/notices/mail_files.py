"""The mails in a file or folder as it was saved: an mbox, a Maildir, or one message. Nothing is changed there."""

import mailbox
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.core.errors import DomainError

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
        raise NoMailbox(f"{path}: this folder is no Maildir, since it lacks `new` or `cur`.")
    files = (each for name in ("new", "cur") for each in (path / name).iterdir() if each.is_file())
    for each in sorted(files, key=lambda file: file.name):
        yield each.name, each.read_bytes()


def _of_file(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as file:
        is_mbox = file.read(len(MBOX_START)) == MBOX_START
    if not is_mbox:
        yield "1", path.read_bytes()
        return
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.iterkeys(), start=1):
            yield str(number), box.get_bytes(key)
    finally:
        box.close()
