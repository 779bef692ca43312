"""The triggers that make the audit tables append-only, on SQLite and on PostgreSQL.

The migration creates them; `differing` compares what a database has with what it should have. An owner of the
database can drop them all the same: seeing that is the work of the anchors.
"""

from sqlalchemy import Connection, text

KEYS = {
    "audit_event": ("id",),
    "audit_leaf": ("idx", "event_id"),
    "audit_node": ("level, idx",),
    "audit_head": ("id",),
    "audit_opening": ("event_id, part",),
    "audit_checkpoint": ("size",),
    "audit_anchor": ("sink, size",),
}
"""Each audit table with its unique keys."""

UPDATABLE = frozenset({"audit_head"})
DELETABLE = frozenset({"audit_opening"})

FUNCTIONS = {
    "audit_refuse": "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END",
    "audit_next_index": (
        "BEGIN IF NEW.idx <> (SELECT coalesce(max(idx), -1) + 1 FROM audit_leaf) THEN "
        "RAISE EXCEPTION 'audit_leaf takes the next index only'; END IF; RETURN NEW; END"
    ),
    "audit_head_grows": (
        "BEGIN IF NEW.id <> OLD.id OR NEW.size < OLD.size THEN "
        "RAISE EXCEPTION 'audit_head only grows'; END IF; RETURN NEW; END"
    ),
}
"""PL/pgSQL bodies."""


def statements(dialect: str) -> list[str]:
    """Every statement that creates the triggers, in order."""
    if dialect == "sqlite":
        return list(_sqlite().values())
    made = [f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${FUNCTIONS[name]}$$" for name in FUNCTIONS]
    for name, (table, when, function) in _postgresql().items():
        made.append(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION {function}()")
        made.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    return made


def removing(dialect: str) -> list[str]:
    """What the tables leave behind when they are dropped."""
    return [] if dialect == "sqlite" else [f"DROP FUNCTION {name}()" for name in FUNCTIONS]


def differing(connection: Connection) -> list[str]:
    """Names of triggers that are missing, changed, switched off or not ours."""
    expected, found = (
        (_sqlite(), _found_in_sqlite(connection))
        if connection.dialect.name == "sqlite"
        else (
            {name: ("A", FUNCTIONS[function]) for name, (_, _, function) in _postgresql().items()},
            _found_in_postgresql(connection),
        )
    )
    return sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))


def _sqlite() -> dict[str, str]:
    made = {}
    for table, keys in KEYS.items():
        taken = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {_same(key)})" for key in keys)
        made[f"{table}_no_replace"] = _abort(table, "no_replace", "INSERT", taken, f"{table} is append-only")
        if table not in UPDATABLE:
            made[f"{table}_no_update"] = _abort(table, "no_update", "UPDATE", "true", f"{table} is append-only")
        if table not in DELETABLE:
            made[f"{table}_no_delete"] = _abort(table, "no_delete", "DELETE", "true", f"{table} is append-only")
    skips = "NEW.idx <> (SELECT coalesce(max(idx), -1) + 1 FROM audit_leaf)"
    made["audit_leaf_next"] = _abort("audit_leaf", "next", "INSERT", skips, "audit_leaf takes the next index only")
    shrinks = "NEW.id <> OLD.id OR NEW.size < OLD.size"
    made["audit_head_grows"] = _abort("audit_head", "grows", "UPDATE", shrinks, "audit_head only grows")
    return made


def _abort(table: str, name: str, when: str, condition: str, reason: str) -> str:
    return (
        f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} FOR EACH ROW WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
    )


def _same(key: str) -> str:
    return " AND ".join(f"{column} = NEW.{column}" for column in key.split(", "))


def _postgresql() -> dict[str, tuple[str, str, str]]:
    """Trigger name to table, the clause that says when, and function."""
    made = {}
    for table in KEYS:
        verbs = [verb for verb, may in (("UPDATE", UPDATABLE), ("DELETE", DELETABLE)) if table not in may]
        made[f"{table}_rows"] = (table, f"{' OR '.join(verbs)} ON {table} FOR EACH ROW", "audit_refuse")
        made[f"{table}_truncate"] = (table, f"TRUNCATE ON {table} FOR EACH STATEMENT", "audit_refuse")
    made["audit_leaf_next"] = ("audit_leaf", "INSERT ON audit_leaf FOR EACH ROW", "audit_next_index")
    made["audit_head_grows"] = ("audit_head", "UPDATE ON audit_head FOR EACH ROW", "audit_head_grows")
    return made


def _found_in_sqlite(connection: Connection) -> dict[str, str]:
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    return {name: sql for name, sql in rows if name.startswith("audit_")}


def _found_in_postgresql(connection: Connection) -> dict[str, tuple[str, str]]:
    rows = connection.execute(
        text(
            "SELECT tgname, tgenabled::text, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
            "WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'audit%'"
        )
    )
    return {name: (enabled, body) for name, enabled, body in rows}
