"""Small libraries that are put before the system's own in a process, and so stand for a host that misbehaves."""

import shutil
import subprocess
from pathlib import Path


class NoCompiler(RuntimeError):
    """The library cannot be made here."""


def compile_library(name: str, folder: Path) -> Path:
    """The library of `faults/NAME.c`, made in this folder. Raises NoCompiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise NoCompiler(f"faults/{name}.c needs a C compiler: apt-get install gcc libc6-dev")
    library = folder / f"{name}.so"
    source = Path(__file__).with_name(f"{name}.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library
