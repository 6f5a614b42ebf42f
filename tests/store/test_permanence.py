"""The log's rows cannot be changed or removed, by whatever statement and whoever asks; what may move, moves one way."""

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from shared.domain.events import AnyEvent, ChronologyCreated, CorrectionRejected, DocumentErased
from shared.domain.ids import IdSource
from shared.domain.merkle import TILE_WIDTH
from shared.domain.ports import Append, StoredDocument
from shared.store.append import DatabaseLog
from shared.store.engine import Database
from shared.store.tables import IMMUTABLE, CosignatureRow, LogCheckpointRow, SigningKeyRow
from tests.contract.making import COMMAND

PERMANENT = (*IMMUTABLE, "chronology", "document_key")
"""The tables of the log: rows of the last two may change in part, and none may go."""


def append(
    database: Database, new_id: IdSource, key: str, *events: AnyEvent, erases: str | None = None, captures: tuple[str, ...] = ()
) -> None:
    DatabaseLog(database, new_id).append(
        Append(
            chronology_id="c",
            command=COMMAND,
            events=events,
            key=key,
            fingerprint="f",
            result="",
            reserves=((f"name of {key}", "x"),),
            erases=erases,
        ),
        [StoredDocument(id=document_id, original=b"o", text="t") for document_id in captures],
    )


@pytest.fixture
def filled(database: Database, new_id: IdSource) -> Database:
    """A database with a row in every table of the log."""
    rejected = [CorrectionRejected(correction_id=f"{n}") for n in range(TILE_WIDTH)]
    append(database, new_id, "a", ChronologyCreated(chronology_id="c", slug="test", title="Test"), *rejected, captures=("d", "e"))
    with database.write() as session:
        session.add(LogCheckpointRow(chronology_id="c", size=1, root=b"r", note="n", time_us=1))
        session.add(CosignatureRow(chronology_id="c", size=1, vkey="v", line="l", time_us=1))
        session.add(SigningKeyRow(public="p", since_us=1))
    return database


@pytest.fixture
def erased(filled: Database, new_id: IdSource) -> Database:
    """The same with one of its two documents erased."""
    append(filled, new_id, "b", DocumentErased(document_id="d", reason="asked for", claims=()), erases="d")
    return filled


def rows(database: Database, table: str) -> list[tuple[object, ...]]:
    with database.read() as session:
        return sorted((tuple(row) for row in session.execute(text(f'SELECT * FROM "{table}"'))), key=repr)


def refused(database: Database, table: str, statement: str) -> None:
    """Run a statement that must be refused and change nothing."""
    before = rows(database, table)
    assert before, "what is not there cannot be guarded"
    with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
        session.execute(text(statement))
    assert rows(database, table) == before


def primary_key(database: Database, table: str) -> list[str]:
    return inspect(database.engine).get_pk_constraint(table)["constrained_columns"]


def columns(database: Database, table: str) -> list[str]:
    return [column["name"] for column in inspect(database.engine).get_columns(table)]


@pytest.mark.parametrize("table", IMMUTABLE)
def test_no_column_of_no_row_is_changed(filled: Database, table: str) -> None:
    for column in columns(filled, table):
        refused(filled, table, f'UPDATE "{table}" SET "{column}" = "{column}"')


@pytest.mark.parametrize("table", PERMANENT)
def test_no_row_is_removed(filled: Database, table: str) -> None:
    refused(filled, table, f'DELETE FROM "{table}"')
    refused(filled, table, f'DELETE FROM "{table}" WHERE 1 = 1')  # SQLite empties a whole table by another way than single rows
    if filled.dialect == "postgresql":
        refused(filled, table, f'TRUNCATE "{table}"')
        refused(filled, table, f'TRUNCATE "{table}" CASCADE')


@pytest.mark.parametrize("table", IMMUTABLE)
def test_no_row_is_put_in_the_place_of_another(filled: Database, table: str) -> None:
    if filled.dialect == "sqlite":
        refused(filled, table, f'INSERT OR REPLACE INTO "{table}" SELECT * FROM "{table}"')
        refused(filled, table, f'UPDATE OR REPLACE "{table}" SET "{columns(filled, table)[-1]}" = \'0\'')
    else:
        key, last = primary_key(filled, table), columns(filled, table)[-1]
        conflict = ", ".join(f'"{column}"' for column in key)
        refused(
            filled,
            table,
            f'INSERT INTO "{table}" SELECT * FROM "{table}" ON CONFLICT ({conflict}) DO UPDATE SET "{last}" = EXCLUDED."{last}"',
        )


@pytest.mark.parametrize(
    "change",
    ["head = head - 1", "erasures = erasures - 1", "peaks = ''", "id = 'x'", "slug = 'x'", "title = 'x'", "description = 'x'"],
)
def test_a_chronology_does_not_go_back(erased: Database, change: str) -> None:
    refused(erased, "chronology", f"UPDATE chronology SET {change}")
    if change.partition(" ")[0] not in ("head", "peaks"):
        refused(erased, "chronology", f"UPDATE chronology SET head = head + 1, {change}")


def test_a_chronology_moves_on(erased: Database) -> None:
    with erased.write() as session:
        session.execute(text("UPDATE chronology SET head = head + 1, peaks = 'p', erasures = erasures + 1"))
    ((_, _, _, _, head, _, erasures),) = rows(erased, "chronology")
    assert (head, erasures) == (TILE_WIDTH + 3, 2)


def test_only_the_row_of_an_erased_document_may_go(filled: Database, new_id: IdSource) -> None:
    assert [row[1] for row in rows(filled, "document")] == ["d", "e"]
    refused(filled, "document", "DELETE FROM document WHERE id = 'd'")
    append(filled, new_id, "b", DocumentErased(document_id="d", reason="asked for", claims=()), erases="d")
    assert [row[1] for row in rows(filled, "document")] == ["e"]
    refused(filled, "document", "DELETE FROM document WHERE id = 'e'")
    # Of a document that came back beside its destroyed key, by a restore gone wrong, the rest may go.
    with filled.write() as session:
        session.execute(text("INSERT INTO document SELECT chronology_id, 'd', original, text, warc FROM document WHERE id = 'e'"))
    refused(filled, "document", "DELETE FROM document")
    with filled.write() as session:
        session.execute(text("DELETE FROM document WHERE id = 'd'"))
    assert [row[1] for row in rows(filled, "document")] == ["e"]


@pytest.mark.parametrize("change", ["wrapped = 'key'", "wrapped = 'key', kek_id = 'k'", "document_id = 'x'", "chronology_id = 'x'"])
def test_a_destroyed_key_does_not_come_back(erased: Database, change: str) -> None:
    if erased.dialect == "postgresql":
        change = change.replace("'key'", "'key'::bytea")
    refused(erased, "document_key", f"UPDATE document_key SET {change} WHERE document_id = 'd'")
    if erased.dialect == "sqlite":
        refused(erased, "document_key", "INSERT OR REPLACE INTO document_key VALUES ('c', 'd', 'k', 'key')")


def test_a_key_may_be_wrapped_anew(erased: Database) -> None:
    with erased.write() as session:
        session.execute(text("UPDATE document_key SET kek_id = 'another', wrapped = :w WHERE document_id = 'e'"), {"w": b"new"})
        session.execute(text("UPDATE document_key SET kek_id = 'another' WHERE document_id = 'd'"))
    assert [(row[1], row[2], row[3]) for row in rows(erased, "document_key")] == [("d", "another", None), ("e", "another", b"new")]
    refused(erased, "document_key", "UPDATE document_key SET document_id = 'f' WHERE document_id = 'e'")


def test_a_read_session_cannot_write(filled: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), filled.read() as session:
        session.execute(text("UPDATE chronology SET head = 999"))
