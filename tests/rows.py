"""Every row of some tables as the driver has it, to compare and to write again. Callers own the transaction."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Table

from app.core.db import session

Row = tuple[object, ...]
Keyed = Mapping[Row, Row]
"""Rows by their primary keys. On PostgreSQL a row is one text, which its table reads back."""


def read_rows(tables: Sequence[Table]) -> dict[str, Keyed]:
    """What stands in the tables; those without rows are left out."""
    read = _read_sqlite if _is_sqlite() else _read_postgresql
    return {name: rows for name, rows in read(tables).items() if rows}


def add_rows(table: Table, rows: Sequence[Row]) -> None:
    """Insert them."""
    _write(table, rows, instead="")


def change_rows(table: Table, rows: Sequence[Row]) -> None:
    """Put them in the place of those with the same keys."""
    keys = {column.name for column in table.primary_key}
    others = ", ".join(f"{column.name} = excluded.{column.name}" for column in table.columns if column.name not in keys)
    _write(table, rows, instead=f" ON CONFLICT ({', '.join(sorted(keys))}) DO UPDATE SET {others}")


def _is_sqlite() -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _names(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)


def _read_sqlite(tables: Sequence[Table]) -> Mapping[str, Keyed]:
    found: dict[str, Keyed] = {}
    for table in tables:
        places = [place for place, column in enumerate(table.columns) if column.primary_key]
        rows = session.connection().exec_driver_sql(f"SELECT {_names(table)} FROM {table.name}").fetchall()
        found[table.name] = {tuple(row[place] for place in places): tuple(row) for row in rows}
    return found


def _read_postgresql(tables: Sequence[Table]) -> Mapping[str, Keyed]:
    """By one statement: more than a hundred tables are nearly all empty."""
    parts = [
        f"SELECT '{table.name}', ROW({', '.join(column.name for column in table.primary_key)})::text, each::text"
        f" FROM {table.name} AS each"
        for table in tables
    ]
    found: dict[str, dict[Row, Row]] = {}
    for name, key, row in session.connection().exec_driver_sql(" UNION ALL ".join(parts)):
        found.setdefault(name, {})[(key,)] = (row,)
    return found


def _write(table: Table, rows: Sequence[Row], *, instead: str) -> None:
    connection = session.connection()
    if _is_sqlite():
        marks = ", ".join("?" * len(table.columns))
        into = f"INSERT INTO {table.name} ({_names(table)}) VALUES ({marks}){instead}"
        connection.exec_driver_sql(into, list(rows))
        return
    # OFFSET 0 keeps the server from reading a text again for every column.
    read = f"SELECT (SELECT each::{table.name} OFFSET 0) AS row FROM unnest(%(rows)s::text[]) AS each OFFSET 0"
    into = f"INSERT INTO {table.name} SELECT (found.row).* FROM ({read}) AS found{instead}"
    connection.exec_driver_sql(into, {"rows": [text for (text,) in rows]})
    for column in (each for each in table.primary_key if each is table.autoincrement_column):
        counter = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
        connection.exec_driver_sql(f"SELECT setval({counter}, max({column.name})) FROM {table.name}")
