"""Programs of npm that check or race ours. They need Node and `make node`; where either is missing, a line says so."""

import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "node"


class NoNode(Exception):
    """What is missing, in words."""


def run_node(script: str, *arguments: str, stdin: str = "") -> str:
    """What the script of `node/` prints. Raises NoNode; CalledProcessError when it fails."""
    node = shutil.which("node")
    if node is None:
        raise NoNode("Node is missing; install it with `apt-get install nodejs npm`")
    if not (FOLDER / "node_modules").is_dir():
        raise NoNode("its packages are missing; install them with `make node`")
    ran = subprocess.run(
        [node, str(FOLDER / script), *arguments], input=stdin, capture_output=True, text=True, check=True
    )
    return ran.stdout
