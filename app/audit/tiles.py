"""The log as static files (c2sp.org/tlog-tiles): a checkpoint, hash tiles and entry bundles for any file server.

Entries are the leaves alone: what they say stays out of it. Tiles hold 256 hashes; level L of the layout holds the
roots of complete subtrees of 256**L leaves. The last tile and bundle of a level may be partial.
"""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from app.audit.models import AuditCheckpoint, AuditEvent, AuditLeaf
from app.audit.queries import find_newest_checkpoint, load_nodes
from app.core.db import session
from app.core.errors import DomainError
from app.tlog.note import read_unverified
from app.tlog.tree import Node

WIDTH = 256
HEIGHT = 8
LONGEST_ENTRY = 65_535


class CannotExport(DomainError):
    """The log cannot be written as static files."""


def export_tiles(folder: Path, checkpoint: AuditCheckpoint | None = None) -> int:
    """Write what the checkpoint, the newest unless given, covers into an empty or new folder; returns its size.

    Raises CannotExport.
    """
    newest = checkpoint or find_newest_checkpoint()
    if newest is None:
        raise CannotExport("No checkpoint has been signed yet. Start the worker, or run `flask worker --once`.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotExport(f"{folder} is not an empty folder. Name a new one.")
    size = read_unverified(newest.note).size
    _write_entries(folder, size)
    level = 0
    while size >> (HEIGHT * level):
        _write_level(folder, level, size >> (HEIGHT * level))
        level += 1
    _write(folder / "checkpoint", newest.note.encode())
    return size


def tile_path(index: int, width: int) -> str:
    """`x001/x234/067`, and `….p/5` for a partial one: groups of three digits, all but the last marked."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    path = "/".join(reversed(groups))
    return path if width == WIDTH else f"{path}.p/{width}"


def _write_entries(folder: Path, size: int) -> None:
    for start in range(0, size, WIDTH):
        end = min(start + WIDTH, size)
        asked = select(AuditEvent.leaf).join(AuditLeaf).where(AuditLeaf.idx >= start, AuditLeaf.idx < end)
        leaves = session.scalars(asked.order_by(AuditLeaf.idx)).all()
        if len(leaves) != end - start:
            raise CannotExport("An entry is missing. Run `flask audit verify`.")
        _write(folder / "tile" / "entries" / tile_path(start // WIDTH, len(leaves)), _bundle(leaves))


def _bundle(leaves: Sequence[bytes]) -> bytes:
    """Each entry after its length in two bytes, big-endian."""
    if long := [leaf for leaf in leaves if len(leaf) > LONGEST_ENTRY]:
        raise CannotExport(f"An entry has {len(long[0]):,} bytes; a bundle holds {LONGEST_ENTRY:,} at most.")
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def _write_level(folder: Path, level: int, count: int) -> None:
    for start in range(0, count, WIDTH):
        places = [Node(HEIGHT * level, idx) for idx in range(start, min(start + WIDTH, count))]
        hashes = load_nodes(places)
        path = folder / "tile" / str(level) / tile_path(start // WIDTH, len(places))
        _write(path, b"".join(hashes[place] for place in places))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
