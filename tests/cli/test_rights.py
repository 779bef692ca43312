"""`flask upgrade` and the rights of the app's own role on PostgreSQL."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, make_url, text

from tests.postgresql import a_postgresql_database, server_url

ROLE = "portal_upgraded"


@pytest.fixture
def owner() -> Iterator[Engine]:
    """The owner of a database at its newest shape, beside a role that was given too much of it, and too little."""
    server = create_engine(server_url(), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE ROLE {ROLE} LOGIN"))
    with a_postgresql_database() as url:
        owner = create_engine(url)
        with owner.begin() as connection:
            connection.execute(text(f"GRANT ALL ON transfers TO {ROLE}"))
        yield owner
        owner.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP ROLE {ROLE}"))
    server.dispose()


def rights(owner: Engine, table: str) -> set[str]:
    """What the role may do with the table."""
    held = text(
        "SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = :role AND table_name = :t"
    )
    with owner.connect() as connection:
        return set(connection.scalars(held, {"role": ROLE, "t": table}))


def test_an_upgrade_with_nothing_to_migrate_sets_the_rights_all_the_same(app: Flask, owner: Engine) -> None:
    url = owner.url.render_as_string(hide_password=False)
    as_role = make_url(url).set(username=ROLE).render_as_string(hide_password=False)
    app.extensions["settings"] = replace(app.extensions["settings"], database_url=as_role, database_owner_url=url)

    done = app.test_cli_runner().invoke(args=["upgrade"])

    assert done.output == "The database is at its newest shape.\n"
    assert rights(owner, "transfers") == {"SELECT", "INSERT"}
    assert rights(owner, "people") == {"SELECT", "INSERT", "UPDATE", "DELETE"}
