"""Claims and documents are stored sealed: no word of them is in the store, and nothing opens in another place or by another key."""

import json
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from shared.crypto.sealing import KeyEncryptionKey
from shared.domain.errors import InvalidInput, WrongKey
from shared.domain.ports import Log, replay
from shared.store.append import DatabaseLog
from tests.contract.conftest import Another
from tests.contract.making import TEXT, WORDS, capture, claim, command, document

OTHER_KEK = KeyEncryptionKey(bytes(range(1, 33)))


def test_the_stored_bytes_hold_no_word_and_reading_gives_them_back(log: Log, chronology: str) -> None:
    capture(log, chronology, "d", "one")
    log.append(command(chronology, claim("two", "d"), key="later"))
    stored = b"\n".join(log.read_raw(chronology))
    assert not [word for word in WORDS if word.encode() in stored or json.dumps(word).strip('"').encode() in stored]
    assert [event.data for event in replay(log, chronology, 2)] == [claim("one", "d"), claim("two", "d")]
    assert log.document(chronology, "d") == document("d")


def test_the_same_claim_is_never_sealed_alike(log: Log, chronology: str) -> None:
    for n in (1, 2):
        capture(log, chronology, f"d{n}")
        log.append(command(chronology, claim(f"claim {n}", f"d{n}"), claim(f"again {n}", f"d{n}"), key=f"{n}"))
    sealed = [event for event in map(json.loads, log.read_raw(chronology)) if "data_base64" in event]
    assert len({event["data_base64"][:16] for event in sealed}) == 4
    assert len({event["keyhash"] for event in sealed}) == 4
    assert {event["document"] for event in sealed} == {"d1", "d2"}


def test_no_file_of_the_database_holds_a_word(database_log: DatabaseLog, chronology: str, another: Another) -> None:
    capture(database_log, chronology, "d", "one")
    another().append(command(chronology, claim("two", "d"), key="later"))
    if database_log.database.dialect == "sqlite":
        path = Path(str(make_url(database_log.database.url).database))
        files = {each.name: each.read_bytes() for each in path.parent.glob(f"{path.name}*")}
        assert f"{path.name}-wal" in files
    else:
        files = {"rows": _all_rows(database_log)}
    assert b"claim.recorded" in b"".join(files.values()), "what is looked through is the log"
    for name, content in files.items():
        assert not [word for word in WORDS if word.encode() in content], name


def _all_rows(log: DatabaseLog) -> bytes:
    """Every row of every table, bytes and texts alike as bytes."""
    with log.database.read() as session:
        tables = [row[0] for row in session.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))]
        rows = [tuple(row) for table in tables for row in session.execute(text(f'SELECT * FROM "{table}"'))]
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)


def _swap(log: DatabaseLog, chronology: str, one: int, other: int, *members: str) -> None:
    """Exchange members of two stored events: what somebody with the database's own rights could do."""
    bodies = {n: json.loads(log.read_raw(chronology, after=n - 1, limit=1)[0]) for n in (one, other)}
    first, second = ({name: bodies[n][name] for name in members} for n in (one, other))
    changed = {one: bodies[one] | second, other: bodies[other] | first}
    with log.database.write() as session:
        where = "" if log.database.dialect == "sqlite" else " ON event"
        session.execute(text(f"DROP TRIGGER event_refuses_{'update' if not where else 'change'}{where}"))
        for n, body in changed.items():
            stored = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            session.execute(
                text("UPDATE event SET body = :b WHERE chronology_id = :c AND position = :p"), {"b": stored, "c": chronology, "p": n}
            )


@pytest.mark.parametrize(
    ("one", "other", "members"),
    [
        (3, 4, ("data_base64",)),
        (3, 4, ("data_base64", "keyhash")),
        (3, 4, ("data_base64", "keyhash", "document")),
        (3, 4, ("subject",)),
        (3, 6, ("data_base64",)),
        (3, 6, ("data_base64", "keyhash")),
        (3, 6, ("data_base64", "keyhash", "document")),
        (3, 6, ("document",)),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, tuple) else str(value),
)
def test_another_events_ciphertext_is_refused(
    database_log: DatabaseLog, chronology: str, another: Another, one: int, other: int, members: tuple[str, ...]
) -> None:
    capture(database_log, chronology, "d", "one", "two")
    capture(database_log, chronology, "e", "three")
    _swap(database_log, chronology, one, other, *members)
    for log in (database_log, another()):
        assert [event.position for event in log.read(chronology, limit=1)] == [1]
        with pytest.raises(WrongKey):
            list(replay(log, chronology, after=1))


def test_another_key_encryption_key_is_refused(database_log: DatabaseLog, chronology: str, another: Another) -> None:
    capture(database_log, chronology, "d", "one")
    stranger = another(kek=OTHER_KEK)
    with pytest.raises(WrongKey, match="SALNAME_KEY_ENCRYPTION_KEY"):
        stranger.read(chronology)
    with pytest.raises(WrongKey, match="SALNAME_KEY_ENCRYPTION_KEY"):
        stranger.document(chronology, "d")
    with pytest.raises(WrongKey, match="SALNAME_KEY_ENCRYPTION_KEY"):
        stranger.append(command(chronology, claim("two", "d"), key="later"))
    assert stranger.read_raw(chronology) == database_log.read_raw(chronology), "what is public needs no key"
    assert database_log.head(chronology) == 3


def test_without_a_key_encryption_key_nothing_sealed_is_read(database_log: DatabaseLog, chronology: str, another: Another) -> None:
    capture(database_log, chronology, "d", "one")
    keyless = another(kek=None)
    with pytest.raises(InvalidInput, match="SALNAME_KEY_ENCRYPTION_KEY"):
        keyless.read(chronology)
    with pytest.raises(InvalidInput, match="SALNAME_KEY_ENCRYPTION_KEY"):
        keyless.document(chronology, "d")


def test_documents_do_not_open_one_anothers_text(database_log: DatabaseLog, chronology: str, another: Another) -> None:
    capture(database_log, chronology, "d")
    capture(database_log, chronology, "e", text=TEXT[::-1])
    with database_log.database.write() as session:
        where = "" if database_log.database.dialect == "sqlite" else " ON document"
        session.execute(text(f"DROP TRIGGER document_refuses_update{where}"))
        session.execute(text("UPDATE document SET text = (SELECT text FROM document WHERE id = 'e') WHERE id = 'd'"))
    with pytest.raises(WrongKey):
        another().document(chronology, "d")
