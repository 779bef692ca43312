"""`python -m tools.vendor`: fetch every vendored script again with `npm pack`, and check it against VENDOR.json.

`python -m tools.vendor PACKAGE VERSION FILE…` adds one, or replaces it by another version.
"""

import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
LIST = VENDOR / "VENDOR.json"


def fetch(package: str, version: str, files: Sequence[str]) -> dict[str, Any]:
    """Write these files of the package, and its licence, below `static/vendor`; what VENDOR.json says of them."""
    with tempfile.TemporaryDirectory() as folder:
        packed = ["npm", "pack", f"{package}@{version}", "--json", "--pack-destination", folder]
        answer = json.loads(subprocess.run(packed, check=True, capture_output=True, text=True).stdout)[0]
        archive = (Path(folder) / answer["filename"]).read_bytes()
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if answer["integrity"] != f"sha512-{digest}":
        raise SystemExit(f"{package}@{version}: the archive is not what the registry names.")
    name = package.removesuffix(".org")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        licence = json.loads(_read(tar, "package.json"))["license"]
        kept = {Path(file).name: _read(tar, file) for file in [*files, "LICENSE"]}
    target = VENDOR / f"{name}-{version}"
    target.mkdir(parents=True, exist_ok=True)
    for file, content in kept.items():
        (target / file).write_bytes(content)
    hashes = {f"{target.name}/{file}": hashlib.sha256(content).hexdigest() for file, content in kept.items()}
    said = {"name": name, "package": package, "version": version, "licence": licence}
    return said | {"integrity": answer["integrity"], "taken": list(files), "sha256": hashes}


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.extractfile(f"package/{name}")
    if member is None:
        raise SystemExit(f"The package holds no file {name}.")
    return member.read()


def main(arguments: Sequence[str]) -> None:
    """Fetch one package, or all of them again; a listed version whose bytes differ is refused."""
    listed: list[dict[str, Any]] = json.loads(LIST.read_text()) if LIST.exists() else []
    if arguments:
        fetched = fetch(arguments[0], arguments[1], arguments[2:])
        listed = [*(entry for entry in listed if entry["package"] != arguments[0]), fetched]
    else:
        for entry in listed:
            if fetch(entry["package"], entry["version"], entry["taken"]) != entry:
                raise SystemExit(f"{entry['package']}@{entry['version']} differs from VENDOR.json.")
    LIST.write_text(json.dumps(listed, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
