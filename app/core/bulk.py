"""Many rows in one statement, past the ORM. Callers own the transaction; see `app.core.db`.

PostgreSQL is sent each column as one array, which costs both sides far less than a message or a placeholder for each
value. SQLite is in this process: there the driver repeats the statement. Values are those of the models, and defaults
of the models are not filled in.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Dialect, LargeBinary, String, Table, any_, func, literal, select, text
from sqlalchemy.dialects import registry
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.type_api import TypeEngine

from app.core.db import session

_POSTGRESQL: Dialect = registry.load("postgresql")()
_SEQUENCE = text(
    "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, CAST(:count AS integer))"
)


def insert_rows(into: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all of the same columns. Raises IntegrityError as inserting them one by one would."""
    _insert(into, rows, "")


def insert_missing(into: Table, rows: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """As `insert_rows`, but a row whose unique `key` exists already is left as it is."""
    _insert(into, rows, f" ON CONFLICT ({key}) DO NOTHING")


def take_ids(table: Table, count: int) -> Sequence[int]:
    """Ids for so many rows that are about to be inserted; nobody else is given them."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        return connection.scalars(_SEQUENCE, {"table": table.name, "count": count}).all()
    first = (connection.scalar(select(func.max(table.c.id))) or 0) + 1  # whoever writes has the file alone
    return range(first, first + count)


def is_among(column: InstrumentedAttribute[Any] | ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether the column has one of these values, of which there may be as many as a batch has rows."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(list(values), ARRAY(column.type)))
    return column.in_(values)


def _insert(into: Table, rows: Sequence[Mapping[str, Any]], otherwise: str) -> None:
    if not rows:
        return
    connection, names = session.connection(), tuple(rows[0])
    columns = [_as_driven(into.c[name].type, connection.dialect, [row[name] for row in rows]) for name in names]
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_from_arrays(into, names) + otherwise, tuple(columns))
        return
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {into.name} ({', '.join(names)}) VALUES ({marks}){otherwise}"
    connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))


def _as_driven(kind: TypeEngine[Any], dialect: Dialect, values: Iterable[Any]) -> list[Any]:
    """A column's values as the driver takes them."""
    convert = None if isinstance(kind, LargeBinary) else kind.dialect_impl(dialect).bind_processor(dialect)
    return list(values) if convert is None else [convert(value) for value in values]


@cache
def _from_arrays(into: Table, names: tuple[str, ...]) -> str:
    """The arrays in binary form; text as such, since a cast to a limited length would cut what is too long."""
    kinds = [into.c[name].type for name in names]
    sent = ", ".join(f"%b::{'TEXT' if isinstance(kind, String) else kind.compile(_POSTGRESQL)}[]" for kind in kinds)
    return f"INSERT INTO {into.name} ({', '.join(names)}) SELECT * FROM unnest({sent})"
