"""The database's own driver, for the statements of the log: the object mapper alone would cost more than the database does.

Statements are written once for both databases, with `?` for parameters, and `?b` for those that PostgreSQL is to get in its binary form:
arrays, above all, which it reads six times as fast as their text.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import psycopg
from sqlmodel import Session

from shared.domain.errors import Busy, Unreachable

Row = tuple[Any, ...]

DriverError = (sqlite3.Error, psycopg.Error)
OperationalErrors = (sqlite3.OperationalError, psycopg.OperationalError)
Duplicate = (sqlite3.IntegrityError, psycopg.errors.IntegrityError)

TIME_LIMITS = ("55P03", "57014", "25P03", "40P01", "40001")
"""PostgreSQL's states for: a lock, a statement, an idle transaction took too long; a deadlock; a serialisation failure."""

TOO_SLOW = "the database did not answer within its time limit; nothing was changed, try again"


BLOCK = 64
"""Rows that SQLite gets in one statement at most."""


def is_time_limit(error: BaseException | None) -> bool:
    """Whether a driver's error says that a time limit ran out."""
    return getattr(error, "sqlstate", None) in TIME_LIMITS or "database is locked" in str(error) or str(error) == "interrupted"


def refuse_time_limit(error: BaseException) -> None:
    """Raise `Busy` where a driver's error says that a time limit ran out."""
    if is_time_limit(error):
        raise Busy(TOO_SLOW) from error


def is_lost(error: BaseException) -> bool:
    """Whether an error says that a connection to PostgreSQL broke off: it has no state then, or one of class 08 or 57P."""
    cause = getattr(error, "orig", None) or error
    return isinstance(cause, psycopg.OperationalError) and (cause.sqlstate or "08").startswith(("08", "57P"))


def connection_lost(error: BaseException) -> Unreachable:
    """The error about a connection that broke off while something was under way: nobody knows what the database has done about it."""
    said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    return Unreachable(f"{said}; what was asked for may have been done: send it again under the same Idempotency-Key, or look")


class Driver:
    """A connection of the driver in a transaction that somebody else begins and ends. `dialect` is `sqlite` or `postgresql`."""

    def __init__(self, dialect: str, raw: Any) -> None:
        self.dialect = dialect
        self._raw = raw

    def rows(self, statement: str, *parameters: object) -> list[Row]:
        """Run a statement that gives rows."""
        if self.dialect == "sqlite":
            return list(self._raw.execute(statement, parameters))
        found: list[Row] = self._raw.execute(_marked(statement), parameters).fetchall()
        return found

    def bodies(self, statement: str, *parameters: object) -> list[Row]:
        """Run a statement that gives rows, as `rows` does, in the binary form of PostgreSQL's: in its text, bytes are twice as long."""
        if self.dialect == "sqlite":
            return list(self._raw.execute(statement, parameters))
        found: list[Row] = self._raw.execute(_marked(statement), parameters, binary=True).fetchall()
        return found

    def run(self, statement: str, *parameters: object) -> None:
        """Run a statement that gives none."""
        self._raw.execute(statement if self.dialect == "sqlite" else _marked(statement), parameters)

    def among(self, statement: str, here: str, column: str, wanted: Sequence[str]) -> list[Row]:
        """Run a `SELECT … FROM …` for the rows of a chronology whose column has one of the wanted values."""
        if not wanted:
            return []
        if self.dialect == "postgresql":
            return self.rows(f'{statement} WHERE chronology_id = ? AND "{column}" = ANY(?)', here, list(wanted))
        marks = ", ".join("?" * len(wanted))
        return self.rows(f'{statement} WHERE chronology_id = ? AND "{column}" IN ({marks})', here, *wanted)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows by statements prepared once."""
        if self.dialect == "sqlite":
            for block in _blocks(rows):
                self._raw.execute(_insertion(table, tuple(columns), len(block)), list(chain.from_iterable(block)))
        elif rows:
            with self._raw.cursor() as cursor:
                cursor.executemany(_marked(_insertion(table, tuple(columns), 1)), rows)

    def insert_here(self, table: str, here: str, names: Sequence[str], columns: Sequence[Sequence[object]]) -> None:
        """Insert rows of one chronology, given by their columns (SQLite)."""
        count, named = len(columns[0]), tuple(names)
        for at in range(0, count, BLOCK):
            block = list(zip(*[column[at : at + BLOCK] for column in columns], strict=True))
            self._raw.execute(_insertion_here(table, named, len(block)), [here, *chain.from_iterable(block)])

    def copy(self, table: str, columns: Sequence[str], lines: str) -> None:
        """Insert rows in COPY's text form (PostgreSQL)."""
        with self._raw.cursor() as cursor, cursor.copy(f'COPY "{table}" ({_names(columns)}) FROM STDIN') as copy:
            copy.write(lines)


def driver_of(session: Session) -> Driver:
    """The driver below a session, in the session's transaction."""
    connection = session.connection()
    return Driver(connection.dialect.name, connection.connection.driver_connection)


def _blocks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Cut rows into blocks, so that few statements serve every number of them.

    SQLite lets go of the interpreter's lock at every row of `executemany`, and at a statement of many rows once: where many threads
    want the lock, getting it back costs far more than the row.
    """
    for at in range(0, len(rows), BLOCK):
        yield rows[at : at + BLOCK]


@lru_cache(maxsize=1000)
def _insertion(table: str, columns: tuple[str, ...], count: int) -> str:
    marks = f"({', '.join('?' * len(columns))})"
    return f'INSERT INTO "{table}" ({_names(columns)}) VALUES {", ".join([marks] * count)}'  # noqa: S608 - our own names


@lru_cache(maxsize=1000)
def _insertion_here(table: str, columns: tuple[str, ...], count: int) -> str:
    marks = f"(?1, {', '.join('?' * len(columns))})"
    return f'INSERT INTO "{table}" (chronology_id, {_names(columns)}) VALUES {", ".join([marks] * count)}'  # noqa: S608 - our own names


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _marked(statement: str) -> str:
    return statement.replace("?b", "%b").replace("?", "%s")
