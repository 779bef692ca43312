"""The database's shape: Alembic run from here, so that commands and tests migrate alike."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text

from app.core.db import Base

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at `url` up to `revision`; on SQLite its folder and WAL mode come first."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url)
        connection = engine.raw_connection()
        connection.cursor().execute("PRAGMA journal_mode=WAL")
        connection.close()
        engine.dispose()
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Migrate the database at `url` down to `revision`."""
    command.downgrade(_config(url), revision)


def grant(owner_url: str, app_url: str) -> None:
    """Let the app's role use the tables that the owner migrated; a table's `app_may` in its info limits how.

    Whatever the role was given before is taken back first.

    PostgreSQL only; nothing happens when both are the same role.
    """
    role = make_url(app_url).username
    if not owner_url.startswith("postgresql") or role is None or role == make_url(owner_url).username:
        return
    engine = create_engine(owner_url)
    name = engine.dialect.identifier_preparer.quote(role)
    to_role = f"TO {name}"
    with engine.begin() as connection:
        for held in ("ALL SEQUENCES IN SCHEMA public", "alembic_version", *Base.metadata.tables):
            connection.execute(text(f"REVOKE ALL ON {held} FROM {name}"))
        connection.execute(text(f"GRANT USAGE ON SCHEMA public {to_role}"))
        connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public {to_role}"))
        connection.execute(text(f"GRANT SELECT ON alembic_version {to_role}"))
        for table in Base.metadata.sorted_tables:
            rights = table.info.get("app_may", "SELECT, INSERT, UPDATE, DELETE")
            connection.execute(text(f"GRANT {rights} ON {table.name} {to_role}"))
    engine.dispose()


def revision_of(url: str) -> str | None:
    """The newest migration that has run on the database at `url`."""
    engine = create_engine(url)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return current


def newest_revision() -> str | None:
    """The newest migration that there is."""
    return ScriptDirectory.from_config(_config("")).get_current_head()


def is_at_head(url: str) -> bool:
    """Whether every migration has run on the database at `url`."""
    return revision_of(url) == newest_revision()
