"""A database of the release before proofs and erasure, as its rows were written then, is brought to the newest schema."""

import json
import os
from collections.abc import Iterator
from hashlib import sha256

import psycopg
import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from services.projection.runner import Projector
from shared.domain.errors import InvalidInput
from shared.domain.events import ClaimRecorded
from shared.domain.ids import IdSource
from shared.domain.merkle import CompactRange, inclusion_proof, leaf_hash, verify_inclusion
from shared.store.append import DatabaseLog
from shared.store.engine import Database
from shared.store.generations import live_rows
from shared.store.migrate import alembic_config, migrate
from shared.store.read import DatabaseReader
from shared.store.read_model import ClaimRow
from shared.store.tree import node_reader, read_root
from tests.contract.making import claim, erased
from tests.contract.making import command as append_command
from tests.support.keys import KEK
from tests.support.trees import naive_root

LARGE, SMALL = "0190a000-0000-7000-8000-000000000001", "0190a000-0000-7000-8000-000000000002"
TEXT = "Zümrüd counted 417 lanterns in Balakən, says the lamplighter."
ORIGINAL = b"\xef\xbb\xbf" + TEXT.encode()
CLAIMS = 600
"""More than two tiles."""


def old_event(chronology: str, position: int, commit: int, kind: str, subject: str, data: object) -> tuple[object, ...]:
    """A row of the table `event` as it was written: data in the open, keys in order."""
    body = {
        "specversion": "1.0", "id": f"{chronology[:-4]}{position:04}", "source": f"/chronologies/{chronology}/log", "type": kind,
        "typeversion": 1, "time": "2026-01-02T03:04:05+00:00", "subject": subject, "datacontenttype": "application/json",
        "chronology": chronology, "position": position, "commit": commit, "actor": "Aygün", "correlationid": f"c-{commit}", "data": data,
    }  # fmt: skip
    written = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return chronology, position, commit, kind, 1_767_323_045_000_000, written


def old_events() -> list[tuple[object, ...]]:
    """A chronology with one document and many claims about it, and one that has just been opened."""
    hashes = {"sha256": sha256(ORIGINAL).hexdigest(), "text_sha256": sha256(TEXT.encode()).hexdigest()}
    document = {
        "document_id": "document", "source_id": "source", "filename": "lamps.txt", "media_type": "text/plain", "encoding": "utf-8",
        "language": "en", "language_detected": False, "size": len(ORIGINAL), "length": len(TEXT), "parser": "text", "skip": [], **hashes,
    }  # fmt: skip
    end = 3 + CLAIMS
    return [
        old_event(SMALL, 1, 1, "chronology.created", SMALL, {"chronology_id": SMALL, "slug": "small", "title": "S", "description": ""}),
        old_event(LARGE, 1, 1, "chronology.created", LARGE, {"chronology_id": LARGE, "slug": "large", "title": "L", "description": ""}),
        old_event(LARGE, 2, end, "source.registered", "source", {"source_id": "source", "identity": "s", "details": {"title": "Lamps"}}),
        old_event(LARGE, 3, end, "document.captured", "document", document),
        *(old_event(LARGE, 3 + n, end, "claim.recorded", f"claim-{n}", {"claim": old_claim(n)}) for n in range(1, CLAIMS + 1)),
    ]


def old_claim(number: int) -> dict[str, object]:
    return {
        "id": f"claim-{number}", "document_id": "document", "extractor": {"name": "rules", "version": "1"}, "start": 0, "end": 29,
        "quote": TEXT[:29], "statement": "Zümrüd counted 417 lanterns.", "prefix": "", "suffix": "", "page": None, "language": "en",
        "date": None, "values": [], "actors": [], "places": [], "modality": "happened", "attribution": None, "confidence": "medium",
        "continues": None,
    }  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database that the earlier release wrote."""
    if request.param == "sqlite":
        yield write_old(f"sqlite:///{request.getfixturevalue('tmp_path') / 'old.db'}")
        return
    server, name = request.getfixturevalue("postgres_server"), f"old_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield write_old(server.rsplit("/", 1)[0] + f"/{name}")
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def write_old(url: str) -> str:
    database = Database(url)
    config = alembic_config(database.url)
    config.attributes["database"] = database
    command.upgrade(config, "0002")
    events = old_events()
    rows: dict[str, list[tuple[object, ...]]] = {
        "chronology": [(SMALL, "small", "S", "", 1), (LARGE, "large", "L", "", 3 + CLAIMS)],
        "event": events,
        "idempotency": [(LARGE, "capture", "f", 2, 3 + CLAIMS, '{"document_id":"document"}')],
        "reservation": [(LARGE, "source:s", "source", 2)],
        "document": [(LARGE, "document", ORIGINAL, TEXT)],
        "api_token": [("t", "0" * 64, "Leyla", "editor", 1, None)],
        "checkpoint": [(LARGE, 3 + CLAIMS, 1, "2026-01-02", None)],
        "claim": [(LARGE, "claim-1", "document", "claim-1", 0, 4, json.dumps(old_claim(1)))],
    }
    with database.write() as session:
        for table, values in rows.items():
            marks = ", ".join(f":{n}" for n in range(len(values[0])))
            session.execute(text(f'INSERT INTO "{table}" VALUES ({marks})'), [{str(n): v for n, v in enumerate(row)} for row in values])
    database.close()
    return url


@pytest.fixture
def upgraded(old_url: str) -> Iterator[Database]:
    database = Database(old_url, kek=KEK)
    migrate(database)
    yield database
    database.close()


def bodies(chronology: str) -> list[bytes]:
    return [str(row[5]).encode() for row in old_events() if row[0] == chronology]


def test_every_event_is_what_it_was(upgraded: Database) -> None:
    with upgraded.read() as session:
        columns = 'chronology_id, position, "commit", type, time_us, body'
        found = [tuple(row) for row in session.execute(text(f"SELECT {columns} FROM event"))]
        kept = session.execute(text('SELECT chronology_id, "key", fingerprint, "first", "last", result FROM idempotency')).all()
        tokens = session.execute(text("SELECT id, name, role FROM api_token")).all()
    assert sorted(found) == sorted(old_events())  # type: ignore[type-var]
    assert [tuple(row) for row in kept] == [(LARGE, "capture", "f", 2, 3 + CLAIMS, '{"document_id":"document"}')]
    assert [tuple(row) for row in tokens] == [("t", "Leyla", "editor")]


@pytest.mark.parametrize("chronology", [LARGE, SMALL])
def test_a_tree_stands_over_every_log(upgraded: Database, chronology: str) -> None:
    leaves = bodies(chronology)
    root = naive_root(leaves)
    with upgraded.read() as session:
        row = session.execute(text("SELECT head, peaks, erasures FROM chronology WHERE id = :c"), {"c": chronology}).one()
        assert (row[0], row[2]) == (len(leaves), 0)
        assert CompactRange.decode(row[0], bytes(row[1])).root() == root
        driver = upgraded.driver(session)
        assert read_root(driver, chronology, len(leaves), len(leaves)) == root
        node = node_reader(driver, chronology, len(leaves))
        for index in {0, len(leaves) // 2, len(leaves) - 1}:
            verify_inclusion(leaf_hash(leaves[index]), index, len(leaves), inclusion_proof(index, len(leaves), node), root)


def test_documents_are_sealed_and_read_as_before(upgraded: Database) -> None:
    document = DatabaseReader(upgraded).document(LARGE, "document")
    assert document is not None
    assert (document.original, document.text) == (ORIGINAL, TEXT)
    with upgraded.read() as session:
        ((original, sealed_text, kek_id),) = session.execute(
            text("SELECT d.original, d.text, k.kek_id FROM document d JOIN document_key k ON k.document_id = d.id")
        ).all()
        assert kek_id == KEK.id
    assert all(word.encode() not in bytes(original) + bytes(sealed_text) for word in TEXT.split())
    assert not inspect(upgraded.engine).has_table("document_before")


def test_the_log_goes_on(upgraded: Database, new_id: IdSource) -> None:
    log = DatabaseLog(upgraded, new_id)
    done = log.append(append_command(LARGE, claim("new", "document"), key="new"))
    assert done.first == 4 + CLAIMS
    events = [*log.read(LARGE, after=2 + CLAIMS)]
    assert [event.data.claim.quote for event in events if isinstance(event.data, ClaimRecorded)] == [TEXT[:29], TEXT]
    (raw,) = log.read_raw(LARGE, after=3 + CLAIMS)
    assert b"lanterns" not in raw
    with upgraded.read() as session:
        driver = upgraded.driver(session)
        assert read_root(driver, LARGE, 4 + CLAIMS, 4 + CLAIMS) == naive_root([*bodies(LARGE), raw])


def test_the_read_model_is_built_anew(upgraded: Database) -> None:
    reader = DatabaseReader(upgraded)
    info = reader.chronology("large")
    assert info is not None
    assert Projector(upgraded, reader).project(info) == 3 + CLAIMS
    with upgraded.read() as session:
        assert session.execute(text("SELECT position FROM progress")).scalar() == 3 + CLAIMS
        assert session.execute(text("SELECT count(*) FROM claim")).scalar() == CLAIMS
        row = session.get(ClaimRow, (LARGE, live_rows(session, LARGE).generation, "claim-1"))
        assert row is not None
        assert b"lanterns" not in row.body


def test_a_document_whose_claims_stand_in_the_open_is_not_erased(upgraded: Database, new_id: IdSource) -> None:
    log = DatabaseLog(upgraded, new_id)
    with pytest.raises(InvalidInput, match="did not seal claims: the permanent log holds its words in the open"):
        log.append(append_command(LARGE, erased("document"), key="erase", erases="document"))
    assert log.head(LARGE) == 3 + CLAIMS
    assert log.document(LARGE, "document") is not None


def test_the_log_is_guarded_as_before(upgraded: Database) -> None:
    guarded = {"event": "body", "idempotency": "result", "reservation": "subject", "document": "text", "tile": "root", "chronology": "slug"}
    for table, column in guarded.items():
        for statement in (f'DELETE FROM "{table}"', f'UPDATE "{table}" SET "{column}" = \'x\''):
            with pytest.raises(DBAPIError, match="append-only"), upgraded.write() as session:
                session.execute(text(statement))


def test_without_a_key_nothing_is_changed(old_url: str) -> None:
    database = Database(old_url)
    with pytest.raises(InvalidInput, match="SALNAME_KEY_ENCRYPTION_KEY"):
        migrate(database)
    with database.read() as session:
        assert session.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0002"
        assert session.execute(text("SELECT text FROM document")).scalar() == TEXT
        assert session.execute(text("SELECT count(*) FROM event")).scalar() == len(old_events())
        assert session.execute(text("SELECT position FROM checkpoint")).scalar() == 3 + CLAIMS
    database.close()
    with_key = Database(old_url, kek=KEK)
    migrate(with_key)
    assert DatabaseReader(with_key).document(LARGE, "document") is not None
    with_key.close()
