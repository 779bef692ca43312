"""Two imports of the same rows at the same moment, on a database where both can be under way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text

from app import deals
from app.core.db import db, session, transaction
from app.deals import Deal, Import
from app.factory import create_app
from app.settings import Settings
from tests.deals.builders import demo_files
from tests.postgresql import a_postgresql_database

WAITS = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
THE_SAME_RELEASE = text(
    "INSERT INTO releases (name, deployed_on, rule, note) VALUES ('2024.08', '2024-08-05', 'single-pass', 'faulty')"
)


@pytest.fixture
def postgresql(settings: Settings) -> Iterator[Settings]:
    with a_postgresql_database() as url:
        yield replace(settings, database_url=url)


def take_in(app: Flask) -> str:
    """What an import says to the one who asked for it."""
    with app.app_context():
        try:
            with transaction():
                at = datetime(2026, 11, 22, tzinfo=UTC)
                deals.import_sheets(sheets=deals.read_files(demo_files()), by="shell:tester", at=at)
        except deals.ImportCrossed as crossed:
            return str(crossed)
    return "imported"


def somebody_waits(url: str) -> bool:
    engine = create_engine(url)
    with engine.connect() as connection:
        waiting: int = connection.execute(WAITS).scalar_one()
    engine.dispose()
    return waiting > 0


def test_the_later_of_two_crossing_imports_is_told_so_and_writes_nothing(postgresql: Settings) -> None:
    app = create_app(postgresql)
    engine = create_engine(postgresql.database_url)
    with engine.connect() as other, ThreadPoolExecutor(1) as pool:
        other.execute(THE_SAME_RELEASE)
        later = pool.submit(take_in, app)
        while not later.done() and not somebody_waits(postgresql.database_url):
            pass
        other.commit()
        said = later.result()
    engine.dispose()

    with app.app_context():
        written = [session.scalar(select(func.count()).select_from(table)) for table in (Deal, Import)]
        db.session.remove()
        db.engine.dispose()
    assert said == "Somebody imported some of these rows at the same moment. Import once more."
    assert written == [0, 0]
