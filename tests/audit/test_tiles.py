"""The exported log: a stranger rebuilds its root from the tiles alone, through a plain static file server."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import pytest
from flask import Flask

from app import audit
from app.audit.tiles import CannotExport, tile_path
from app.core.db import transaction
from app.tlog.note import open_checkpoint
from tests.audit.builders import an_event
from tests.audit.log import SignedLog
from tests.tlog.trees import slow_root

WIDTH = 256


class Silent(SimpleHTTPRequestHandler):
    """A file server that does not talk."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder at an address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fetch(url: str) -> bytes:
    with urlopen(url) as answer:
        return bytes(answer.read())


def fetch_tiles(base: str, folder: str, count: int) -> list[bytes]:
    """Every tile of a level that has so many hashes or entries."""
    tiles = []
    for tile in range(-(-count // WIDTH)):
        width = min(WIDTH, count - tile * WIDTH)
        tiles.append(fetch(f"{base}/tile/{folder}/{tile_path(tile, width)}"))
    return tiles


def entries_in(bundle: bytes) -> list[bytes]:
    entries = []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        entries.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    return entries


@pytest.mark.both_databases
@pytest.mark.parametrize("size", [5, 600])
def test_the_root_is_rebuilt_from_the_tiles_alone(app: Flask, tmp_path: Path, size: int) -> None:
    log = SignedLog(tmp_path)
    with transaction():
        for _ in range(size):
            an_event()
    log.sign()

    assert audit.export_tiles(tmp_path / "out") == size

    with served(tmp_path / "out") as base:
        checkpoint = open_checkpoint(fetch(f"{base}/checkpoint").decode(), log.key.verifier)
        leaves = [leaf for bundle in fetch_tiles(base, "entries", size) for leaf in entries_in(bundle)]
        hashes = b"".join(fetch_tiles(base, "0", size))
        above = b"".join(fetch_tiles(base, "1", size // WIDTH))
    assert checkpoint.size == len(leaves) == size
    assert slow_root(leaves) == checkpoint.root
    assert hashes == b"".join(slow_root([leaf]) for leaf in leaves)
    assert above == b"".join(slow_root(leaves[at * WIDTH : (at + 1) * WIDTH]) for at in range(size // WIDTH))


def test_paths_have_groups_of_three_digits() -> None:
    assert tile_path(0, 256) == "000"
    assert tile_path(999, 256) == "999"
    assert tile_path(1234067, 256) == "x001/x234/067"
    assert tile_path(1234067, 5) == "x001/x234/067.p/5"


def test_an_export_needs_a_checkpoint_and_an_empty_folder(app: Flask, tmp_path: Path) -> None:
    log = SignedLog(tmp_path)
    with pytest.raises(CannotExport, match="No checkpoint"):
        audit.export_tiles(tmp_path / "out")
    with transaction():
        an_event()
    log.sign()
    with pytest.raises(CannotExport, match="not an empty folder"):
        audit.export_tiles(tmp_path)


def test_the_command_says_how_much_it_wrote(app: Flask, tmp_path: Path) -> None:
    log = SignedLog(tmp_path)
    with transaction():
        an_event()
    log.sign()
    run = app.test_cli_runner().invoke

    done = run(args=["audit", "export", str(tmp_path / "out")])
    again = run(args=["audit", "export", str(tmp_path / "out")])

    assert (done.exit_code, again.exit_code) == (0, 2)
    assert "1 entry" in done.stderr
    assert (tmp_path / "out" / "checkpoint").read_text() == log.anchor.notes()[-1]
