"""Stored uploads and papers, named by the SHA-256 of their bytes."""

import hashlib
import os
import re
import tempfile
import unicodedata
from pathlib import Path

LONGEST_NAME = 200


def file_name(text: str, otherwise: str) -> str:
    """What somebody's program called a file, on one line, without folders and characters that no header may hold."""
    last = re.split(r"[/\\]", " ".join(text.split()))[-1]
    shown = "".join(each for each in last if unicodedata.category(each)[0] != "C").strip(" .")
    return shown[-LONGEST_NAME:] or otherwise


def store(folder: Path, content: bytes) -> str:
    """Keep `content` durably and answer its SHA-256 in hex; the same bytes are kept once."""
    name = hashlib.sha256(content).hexdigest()
    target = folder / name[:2] / name
    if target.exists():
        return name
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(target)
    return name


def read(folder: Path, sha256: str) -> bytes:
    """The bytes stored under that hash. Raises FileNotFoundError; ValueError when they no longer match it."""
    content = (folder / sha256[:2] / sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"the stored file {sha256} was changed")
    return content


def remove(folder: Path, sha256: str) -> None:
    """Forget the bytes stored under that hash, if they are there."""
    (folder / sha256[:2] / sha256).unlink(missing_ok=True)
