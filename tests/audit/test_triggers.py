"""Both databases refuse to change, remove or replace what the log holds."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.audit.triggers import KEYS, differing, statements
from app.core.db import db, session, transaction
from tests.audit.builders import committed_events

HASH = "zeroblob(32)"
FORGERIES = [
    "INSERT OR REPLACE INTO audit_event (id, leaf, leaf_hash) SELECT id, x'00', leaf_hash FROM audit_event",
    "REPLACE INTO audit_leaf (idx, event_id) SELECT 0, event_id FROM audit_leaf WHERE idx = 1",
    "INSERT OR REPLACE INTO audit_leaf (idx, event_id) SELECT 3, event_id FROM audit_leaf WHERE idx = 1",
    f"INSERT OR REPLACE INTO audit_node (level, idx, hash) VALUES (1, 0, {HASH})",
    "INSERT OR REPLACE INTO audit_head (id, size) VALUES (1, 0)",
    f"INSERT OR REPLACE INTO audit_opening SELECT event_id, part, {HASH}, value FROM audit_opening",
    "INSERT OR REPLACE INTO audit_checkpoint (size, note, made_at) VALUES (3, 'other', '2026-11-22')",
    "INSERT OR REPLACE INTO audit_anchor (sink, size, ref, at) VALUES ('file', 3, 'other', '2026-11-22')",
    f"INSERT INTO audit_node (level, idx, hash) VALUES (1, 0, {HASH}) ON CONFLICT DO UPDATE SET hash = {HASH}",
    "UPDATE OR REPLACE audit_leaf SET idx = 0 WHERE idx = 1",
]
CHANGES = [
    "UPDATE audit_event SET leaf = leaf",
    "UPDATE audit_leaf SET idx = idx",
    "UPDATE audit_node SET hash = hash",
    "UPDATE audit_opening SET value = value",
    "UPDATE audit_checkpoint SET note = note",
    "UPDATE audit_anchor SET ref = ref",
    "UPDATE audit_head SET size = size - 1",
    "UPDATE audit_head SET size = 0",
    "DELETE FROM audit_event",
    "DELETE FROM audit_leaf WHERE idx = 2",
    "DELETE FROM audit_node",
    "DELETE FROM audit_checkpoint",
    "DELETE FROM audit_anchor",
    "DELETE FROM audit_head",
]


@pytest.fixture
def log(app: Flask) -> None:
    committed_events(3)
    with transaction():
        session.execute(
            text("INSERT INTO audit_checkpoint (size, note, made_at) VALUES (3, 'note', '2026-11-22 15:00:00')")
        )
        session.execute(
            text("INSERT INTO audit_anchor (sink, size, ref, at) VALUES ('file', 3, '1', '2026-11-22 15:00:00')")
        )


def refused(statement: str) -> str:
    with pytest.raises(DBAPIError) as refusal, transaction():
        session.execute(text(statement))
    return str(refusal.value)


@pytest.mark.both_databases
@pytest.mark.parametrize("statement", CHANGES)
def test_nothing_recorded_can_be_changed_or_deleted(log: None, statement: str) -> None:
    assert "append-only" in (said := refused(statement)) or "only grows" in said


@pytest.mark.parametrize("statement", FORGERIES)
def test_nothing_recorded_can_be_replaced_on_sqlite(log: None, statement: str) -> None:
    assert "append-only" in (said := refused(statement)) or "next index" in said


@pytest.mark.parametrize("table", KEYS)
def test_no_table_can_be_forged_through_a_hidden_row_id(log: None, table: str) -> None:
    assert "no such column" in refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE rowid = 1")


@pytest.mark.both_databases
@pytest.mark.parametrize("idx", [2, 4, 1000, -1])
def test_a_leaf_takes_the_next_index_only(log: None, idx: int) -> None:
    with transaction():
        session.execute(
            text("INSERT INTO audit_event (id, leaf, leaf_hash) SELECT 'x', leaf, leaf_hash FROM audit_event LIMIT 1")
        )

    said = refused(f"INSERT INTO audit_leaf (idx, event_id) VALUES ({idx}, 'x')")

    assert "next index" in said or "append-only" in said


@pytest.mark.both_databases
def test_openings_can_be_deleted_because_people_may_ask_for_it(log: None) -> None:
    with transaction():
        session.execute(text("DELETE FROM audit_opening"))

    assert session.execute(text("SELECT count(*) FROM audit_opening")).scalar_one() == 0


@pytest.mark.both_databases
@pytest.mark.parametrize("table", KEYS)
def test_no_table_can_be_emptied_at_a_stroke(log: None, database_kind: str, table: str) -> None:
    if database_kind == "sqlite":
        assert "syntax error" in refused(f"TRUNCATE {table}")
    else:
        assert "append-only" in refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.both_databases
@pytest.mark.parametrize("statement", CHANGES[:3])
def test_the_role_of_a_replica_is_refused_as_well(log: None, database_kind: str, statement: str) -> None:
    if database_kind == "postgresql":
        db.session.remove()
        with db.engine.connect() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            with pytest.raises(DBAPIError, match="append-only"):
                connection.execute(text(statement))
    else:
        assert "append-only" in refused(statement)


@pytest.mark.both_databases
def test_a_fresh_database_has_every_trigger(app: Flask) -> None:
    with db.engine.connect() as connection:
        assert differing(connection) == []


@pytest.mark.both_databases
def test_a_trigger_that_is_gone_or_switched_off_is_named(app: Flask, database_kind: str) -> None:
    with db.engine.begin() as connection:
        if database_kind == "sqlite":
            connection.execute(text("DROP TRIGGER audit_node_no_update"))
            connection.execute(text("DROP TRIGGER audit_leaf_next"))
            connection.execute(text("CREATE TRIGGER audit_leaf_next BEFORE INSERT ON audit_leaf BEGIN SELECT 1; END"))
        else:
            connection.execute(text("ALTER TABLE audit_node DISABLE TRIGGER audit_node_rows"))
            connection.execute(text("DROP TRIGGER audit_leaf_next ON audit_leaf"))
        found = differing(connection)

    gone = "audit_node_no_update" if database_kind == "sqlite" else "audit_node_rows"
    assert found == ["audit_leaf_next", gone]


def test_the_triggers_are_plain_statements() -> None:
    assert all(statement.startswith("CREATE TRIGGER audit_") for statement in statements("sqlite"))
