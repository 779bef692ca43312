"""`flask init` on a fresh copy of the project: secrets, database and the first admin, once."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import ROOT

NEEDED = ("app", "migrations", "templates", "static")
ARGUMENTS = ("--base-url", "https://portal.example", "--sender", "Support <support@portal.example>")
NORA = ("--admin-email", "Nora@platform.example", "--admin-name", "Nora Weiss")


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The project without anything that an installation keeps."""
    folder = tmp_path / "portal"
    for name in NEEDED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "wsgi.py", folder)
    return folder


def init(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", "init", *ARGUMENTS, *NORA]
    env = {"PATH": os.environ["PATH"], "FLASK_APP": "wsgi.py"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300)


def test_init_makes_secrets_database_and_one_admin_and_refuses_to_do_it_twice(fresh: Path) -> None:
    done, again = init(fresh), init(fresh)

    assert (done.returncode, again.returncode) == (0, 2), done.stderr + again.stderr
    assert "nora@platform.example is the first admin." in done.stdout
    assert re.search(r"^Enrolment code: \S+", done.stdout, re.MULTILINE)
    assert "exists already" in again.stderr
    secrets = fresh / "instance" / "secrets.env"
    assert secrets.stat().st_mode & 0o777 == 0o600
    key = re.search(r"^SECRET_KEY=(.+)$", secrets.read_text(), re.MULTILINE)
    assert key is not None
    assert key[1] not in done.stdout + done.stderr
    with sqlite3.connect(fresh / "instance" / "portal.db") as database:
        held = database.execute(
            "SELECT people.email, staff_roles.role FROM staff_roles JOIN people ON people.id = staff_roles.person_id"
        ).fetchall()
        chosen = database.execute("SELECT count(*) FROM staff_passwords WHERE password_hash IS NOT NULL").fetchall()
    assert held == [("nora@platform.example", "admin")]
    assert chosen == [(0,)]
