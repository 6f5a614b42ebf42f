"""Many rows at once, in each database's quickest way: prepared statements on SQLite, COPY and arrays on PostgreSQL.

The rows of the log go through here and not through the object mapper, which alone would cost more than the database does.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

Row = tuple[Any, ...]

EVENT = ("chronology_id", "position", "commit", "type", "time_us", "body")
IDEMPOTENCY = {"chronology_id": "text", "key": "text", "fingerprint": "text", "first": "bigint", "last": "bigint", "result": "text"}


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def insert_rows(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows by a statement prepared once."""
    if rows:
        marks = ", ".join(["?" if connection.dialect.name == "sqlite" else "%s"] * len(columns))
        connection.exec_driver_sql(f'INSERT INTO "{table}" ({_names(columns)}) VALUES ({marks})', list(rows))  # noqa: S608 - our own names


def insert_events(connection: Connection, rows: Sequence[Row]) -> None:
    """Insert events: (chronology id, position, commit, type, time in µs, body)."""
    if connection.dialect.name == "sqlite" or not rows:
        insert_rows(connection, "event", EVENT, rows)
        return
    # COPY's text form is quicker to write and to read than any parameter. A canonical JSON text holds no raw tab or line break.
    lines = "".join(
        [
            f"{here}\t{position}\t{commit}\t{kind}\t{time}\t" + body.replace("\\", "\\\\") + "\n"
            for here, position, commit, kind, time, body in rows
        ]
    )
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY event ({_names(EVENT)}) FROM STDIN") as copy:
        copy.write(lines)


def insert_keys(connection: Connection, rows: Sequence[Row]) -> None:
    """Insert idempotency keys: (chronology id, key, fingerprint, first, last, result)."""
    if connection.dialect.name == "sqlite" or len(rows) < 2:
        insert_rows(connection, "idempotency", tuple(IDEMPOTENCY), rows)
        return
    arrays = ", ".join(f"%s::{kind}[]" for kind in IDEMPOTENCY.values())
    columns = [list(column) for column in zip(*rows, strict=True)]
    statement = f"INSERT INTO idempotency ({_names(tuple(IDEMPOTENCY))}) SELECT * FROM unnest({arrays})"  # noqa: S608 - our own names
    connection.exec_driver_sql(statement, tuple(columns))
