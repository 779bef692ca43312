"""The worker's bell: a huey queue in a SQLite file of its own or in PostgreSQL. It carries no work, only haste."""

from pathlib import Path

from huey import Huey, PostgresHuey, SqliteHuey


def open_queue(url: str) -> Huey:
    """The queue at `url`; its tables must be there."""
    if url.startswith("postgresql://"):
        return PostgresHuey("makewhole", dsn=url, create_tables=False)
    return SqliteHuey("makewhole", filename=url, create_tables=False, fsync=True)


def create_queue(url: str) -> None:
    """Create the queue's tables where they are missing; only `init`, `upgrade` and the demo do this."""
    if url.startswith("postgresql://"):
        made: Huey = PostgresHuey("makewhole", dsn=url, create_tables=True)
    else:
        Path(url).parent.mkdir(parents=True, exist_ok=True)
        made = SqliteHuey("makewhole", filename=url, create_tables=True, fsync=True)
    made.storage.close()
