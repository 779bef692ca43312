"""Copies of a whole database, and putting one back: SQLite by its own backup, PostgreSQL by pg_dump and pg_restore."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, create_engine, inspect, make_url, text

from app.core.errors import DomainError
from app.settings import environment_with

NAMES = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
"""What a copy is called, by the kind of its database."""


class CannotCopy(DomainError):
    """The database cannot be copied, or a copy cannot be put back."""


def copy_database(url: str, folder: Path) -> Path:
    """Write a copy of the database as it is at one moment; others may go on writing. Raises CannotCopy."""
    address = make_url(url)
    copy = folder / NAMES[address.get_backend_name()]
    if address.get_backend_name() == "sqlite":
        if not Path(str(address.database)).is_file():
            raise CannotCopy(f"There is no database at {address.database}.")
        _copy_sqlite(Path(str(address.database)), copy, journal="DELETE")
    else:
        _run("pg_dump", address, "--format=custom", "--no-owner", "--no-privileges", f"--file={copy}")
    return copy


def put_back(url: str, copy: Path) -> None:
    """Make the database what the copy holds; whatever else is in it goes. Raises CannotCopy."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
        _copy_sqlite(copy, Path(str(address.database)), journal="WAL")
        return
    clear(url)
    _run("pg_restore", address, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(copy))


def clear(url: str) -> None:
    """Take everything out of the database, so that it is as if nothing had ever been put there."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        for ending in ("", "-wal", "-shm"):
            Path(f"{address.database}{ending}").unlink(missing_ok=True)
        return
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


def is_empty(url: str) -> bool:
    """Whether the database is not there yet, or has no table."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).is_file():
        return True
    engine = create_engine(url)
    has_tables = bool(inspect(engine).get_table_names())
    engine.dispose()
    return not has_tables


def _copy_sqlite(source: Path, target: Path, *, journal: str) -> None:
    """One step under a read lock: one moment of the source, in the place of everything that the target held."""
    address = f"{source.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as of, closing(sqlite3.connect(target)) as to:
            of.backup(to)
            to.execute(f"PRAGMA journal_mode={journal}")
    except sqlite3.Error as error:
        raise CannotCopy(f"{source} cannot be copied to {target}: {error}.") from error


def _run(tool: str, address: URL, *arguments: str) -> None:
    """The password goes by the environment: arguments can be read by everybody on the machine."""
    found = shutil.which(tool)
    if found is None:
        raise CannotCopy(
            f"{tool} is not on the PATH. Install PostgreSQL's client, of the server's version or newer; "
            "on Debian: apt-get install postgresql-client"
        )
    plain = address.set(drivername="postgresql", password=None).render_as_string()
    done = subprocess.run(  # noqa: S603  # our own arguments, no shell
        [found, f"--dbname={plain}", *arguments],
        env=environment_with({"PGPASSWORD": address.password or ""}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotCopy(f"{tool} failed: {' '.join(done.stderr.split())[:400]}")
