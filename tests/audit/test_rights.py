"""On PostgreSQL the app's role owns nothing, so it cannot even drop a trigger."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from app.core import schema
from tests.postgresql import a_postgresql_database, server_url

ROLE = "portal_app"


@pytest.fixture(scope="module")
def restricted() -> Iterator[Engine]:
    """A database as the app's own role sees it, with one event in it."""
    owner = create_engine(server_url(), isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"CREATE ROLE {ROLE} LOGIN"))
    with a_postgresql_database() as url:
        app_url = make_url(url).set(username=ROLE)
        generous = create_engine(url)
        with generous.begin() as connection:
            for held in ("TABLES", "SEQUENCES"):
                connection.execute(text(f"GRANT ALL ON ALL {held} IN SCHEMA public TO {ROLE}"))
        generous.dispose()
        schema.grant(url, app_url.render_as_string(hide_password=False))
        engine = create_engine(app_url)
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO audit_event VALUES ('e', 'leaf', decode(repeat('00', 32), 'hex'))"))
            connection.execute(text("INSERT INTO audit_leaf VALUES (0, 'e')"))
            connection.execute(text("UPDATE audit_head SET size = size + 1 WHERE id = 1 RETURNING size"))
        yield engine
        engine.dispose()
    with owner.connect() as connection:
        connection.execute(text(f"DROP ROLE {ROLE}"))
    owner.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET leaf = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event CASCADE",
        "UPDATE audit_leaf SET idx = 9",
        "UPDATE audit_head SET id = 2",
        "DELETE FROM audit_head",
        "UPDATE audit_opening SET value = 'x'",
        "DELETE FROM audit_checkpoint",
        "DELETE FROM audit_anchor",
        "DELETE FROM audit_node",
        "DROP TRIGGER audit_leaf_next ON audit_leaf",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "UPDATE alembic_version SET version_num = 'x'",
        "SELECT setval('transfers_id_seq', 1)",
        "DROP FUNCTION audit_refuse() CASCADE",
        "UPDATE transfers SET cents = 1",
        "DELETE FROM transfers",
        "TRUNCATE transfers",
        "UPDATE ledger_accounts SET name = 'x'",
        "DELETE FROM ledger_accounts",
        "ALTER TABLE transfers DISABLE TRIGGER ALL",
    ],
)
def test_the_app_itself_may_not(restricted: Engine, statement: str) -> None:
    with restricted.begin() as connection, pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        connection.execute(text(statement))


def test_the_app_may_do_all_its_other_work(restricted: Engine) -> None:
    with restricted.begin() as connection:
        connection.execute(text("INSERT INTO heartbeats VALUES ('worker', now())"))
        connection.execute(text("UPDATE heartbeats SET at = now()"))
        connection.execute(text("DELETE FROM audit_opening"))
        assert connection.execute(text("DELETE FROM heartbeats")).rowcount == 1
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()


def test_one_role_for_everything_is_left_as_it_is() -> None:
    with a_postgresql_database() as url:
        schema.grant(url, url)
    schema.grant("sqlite:///portal.db", "sqlite:///portal.db")
