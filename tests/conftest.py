"""Real databases for every test: SQLite copied from a migrated file, PostgreSQL from a migrated template."""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import argon2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from app.core import schema
from app.core.db import db, transaction
from app.factory import create_app
from app.identity import passwords
from app.settings import Settings, read_settings
from tests import postgresql, worlds
from tests.compiled import CompiledRule, CompiledTemplates
from tests.demo.telling import Shelf
from tests.postgresql import a_postgresql_database

# Examples are the same in every run, and none fails for being slow on a busy machine.
hypothesis_settings.register_profile("house", deadline=None, derandomize=True, database=None)
hypothesis_settings.load_profile("house")


# Every test has a portal of its own: what is the same in all of them is compiled once.
Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}
Flask.url_rule_class = CompiledRule
# They guard a database against a cut of the power, which no test makes; a killed process does without.
postgresql.OFF = ("fsync", "full_page_writes", "synchronous_commit")


@event.listens_for(Engine, "connect")
def _wait_for_no_disk(connection: DBAPIConnection, _: object) -> None:
    if "sqlite" in type(connection).__module__:
        connection.cursor().execute("PRAGMA synchronous=OFF")


# The same algorithm at its least cost: hundreds of tests make staff, and half of their time went into these hashes.
passwords.HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not walk over it again, hundreds of times."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests marked `both_databases` run once on SQLite and once on PostgreSQL."""
    if "database_kind" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_databases")
        metafunc.parametrize("database_kind", ["sqlite", "postgresql"] if both else ["sqlite"], scope="session")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every migration run, to copy from."""
    path = tmp_path_factory.mktemp("template") / "portal.db"
    schema.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """The demo's story as it stands at each stage, told once and copied."""
    stories = Shelf(tmp_path_factory.mktemp("stories"))
    yield stories
    stories.close()


@pytest.fixture(scope="session", autouse=True)
def _worlds(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests begin in is built once a run: the workers of `-n` have folders of their own in one folder."""
    base = tmp_path_factory.getbasetemp()
    worlds.Shelf.folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "worlds"
    worlds.Shelf.folder.mkdir(exist_ok=True)


@pytest.fixture
def database_url(database_kind: str, migrated_sqlite: Path, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of the test's own."""
    if database_kind == "postgresql":
        with a_postgresql_database() as url:
            yield url
        return
    shutil.copy(migrated_sqlite, tmp_path / "portal.db")
    yield f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The settings of a small installation on loopback."""
    given = {
        "SECRET_KEY": "an-unguessable-key-for-the-tests-0123456789",
        "PUBLIC_BASE_URL": "http://localhost",
        "MAIL_DEFAULT_SENDER": "Example Support <support@portal.example>",
        "MAIL_TO": "everyone",
        "DATABASE_URL": database_url,
        "QUEUE_URL": str(tmp_path / "queue.db"),
        "FILES_DIR": str(tmp_path / "files"),
        "AUDIT_ANCHORS": str(tmp_path / "anchors"),
        "AUDIT_KEY_FILE": str(tmp_path / "audit.key"),
        "AUDIT_ORIGIN": "portal.example/audit/1",
    }
    return replace(read_settings(given, Path("/nonexistent")))


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The portal on a database of its own, inside an application context."""
    app = create_app(settings)
    app.testing = True
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


class _RollBackError(Exception):
    """Ends a test's transaction without a commit."""


@pytest.fixture
def tx(app: Flask) -> Iterator[None]:
    """One open transaction around the test, rolled back at its end."""
    with suppress(_RollBackError), transaction():
        yield
        raise _RollBackError


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()


@pytest.fixture
def at() -> datetime:
    """The moment at which the demo's files are dated."""
    return datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
