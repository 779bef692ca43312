"""Where signed checkpoints go that the database cannot reach: a file that is only ever appended to.

The file holds notes one after the other, each followed by an empty line. A last note without that line is a write
that never finished; nothing relies on it, because a checkpoint counts only once the file is synced.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.errors import DomainError


class AnchorBusy(DomainError):
    """Another process is signing into this anchor."""


class AnchorUnreadable(DomainError):
    """The anchor is there but cannot be read."""


class FileAnchor:
    """An anchor file. `sink` is its name in the table of anchors."""

    sink = "file"

    def __init__(self, path: Path) -> None:
        self.path = path

    def notes(self) -> list[str]:
        """Every finished note, oldest first; none when there is no file. Raises AnchorUnreadable."""
        try:
            text = self.path.read_bytes().decode() if self.path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise AnchorUnreadable(f"{self.path} cannot be read: {error}") from error
        *pieces, _ = text.split("\n\n")
        finished = len(pieces) // 2 * 2
        return [f"{pieces[at]}\n\n{pieces[at + 1]}\n" for at in range(0, finished, 2)]

    def notes_of(self, origin: str) -> list[str]:
        """The notes of the log of that name; others may stand before them. Raises AnchorUnreadable."""
        return [note for note in self.notes() if note.startswith(f"{origin}\n")]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes of this machine from signing meanwhile. Raises AnchorBusy."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise AnchorBusy(f"another process is signing into {self.path}") from error
        finally:
            os.close(handle)

    @contextmanager
    def still(self) -> Iterator[None]:
        """Wait until nobody signs, and let nobody sign meanwhile."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def take_over(self, copied: "FileAnchor") -> None:
        """Become what the copy holds, unless more is here already. Raises AnchorUnreadable where they contradict."""
        here, there = self.notes(), copied.notes()
        if here[: len(there)] == there:
            return
        if there[: len(here)] != here:
            raise AnchorUnreadable(f"{self.path} and {copied.path} hold different checkpoints: they are of two logs")
        for note in there[len(here) :]:
            self.append(note)

    def append(self, note: str) -> int:
        """Write the note and wait until it is on the disk; returns where it begins. An unfinished write is cut off."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            start = sum(len(each.encode()) + 1 for each in self.notes())
            if os.fstat(handle).st_size != start:
                os.ftruncate(handle, start)
            _write_all(handle, f"{note}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        _sync_folder(self.path.parent)
        return start


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _sync_folder(folder: Path) -> None:
    """A new file is only safe once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
