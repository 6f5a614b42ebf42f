"""The log's rows cannot be changed or removed, by whatever statement."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.domain.events import ChronologyCreated, CorrectionRejected
from shared.domain.ids import IdSource
from shared.domain.ports import Append, StoredDocument
from shared.store.append import DatabaseLog
from shared.store.engine import Database
from shared.store.tables import IMMUTABLE
from tests.contract.making import COMMAND


@pytest.fixture
def filled(database: Database, new_id: IdSource) -> Database:
    created = ChronologyCreated(chronology_id="c", slug="test", title="Test")
    DatabaseLog(database, new_id).append(
        Append(
            chronology_id="c",
            command=COMMAND,
            events=(created, CorrectionRejected(correction_id="x")),
            key="k",
            fingerprint="f",
            result="",
            reserves=(("name", "x"),),
        ),
        [StoredDocument(id="d", original=b"o", text="t")],
    )
    return database


@pytest.mark.parametrize("table", IMMUTABLE)
@pytest.mark.parametrize("statement", ['UPDATE "{}" SET chronology_id = chronology_id', 'DELETE FROM "{}"', 'TRUNCATE "{}" CASCADE'])
def test_changes_are_refused(filled: Database, table: str, statement: str) -> None:
    if "TRUNCATE" in statement and filled.dialect == "sqlite":
        statement = 'DELETE FROM "{}" WHERE 1'
    with pytest.raises(DBAPIError, match="append-only"), filled.write() as session:
        session.execute(text(statement.format(table)))
    with filled.read() as session:
        assert session.execute(text(f'SELECT count(*) FROM "{table}"')).scalar() == (2 if table == "event" else 1)


def test_a_read_session_cannot_write(filled: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), filled.read() as session:
        session.execute(text("UPDATE chronology SET head = 99"))
