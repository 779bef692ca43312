"""The migrations make exactly the models, and can be undone, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine, inspect

from app import factory
from app.core import schema
from app.core.db import Base
from tests.postgresql import a_postgresql_database


@pytest.mark.both_databases
def test_the_migrated_database_is_what_the_models_say(database_url: str) -> None:
    assert factory is not None
    engine = create_engine(database_url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()

    assert differences == []


@pytest.mark.both_databases
def test_every_check_of_the_models_is_in_the_migrated_database(database_url: str) -> None:
    assert factory is not None
    engine = create_engine(database_url)
    missing = [
        f"{table.name}: {check.name}"
        for table in Base.metadata.sorted_tables
        for check in table.constraints
        if isinstance(check, CheckConstraint)
        and not any(
            str(each["name"]).endswith(str(check.name)) for each in inspect(engine).get_check_constraints(table.name)
        )
    ]
    engine.dispose()

    assert missing == []


def test_migrations_run_up_down_and_up_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> None:
    _up_down_up(f"sqlite:///{tmp_path_factory.mktemp('fresh') / 'portal.db'}")


def test_migrations_run_up_down_and_up_on_postgresql() -> None:
    with a_postgresql_database(migrated=False) as url:
        _up_down_up(url)


def _up_down_up(url: str) -> None:
    schema.upgrade(url)
    schema.downgrade(url)
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()
    schema.upgrade(url)
    assert schema.is_at_head(url)
